import { CustomResource, runtime, secret, type CustomResourceOptions, type Input, type InvokeOutputOptions, type Output } from "@pulumi/pulumi";
import { invokeOptions, resourceOptions } from "./options.ts";
import type { ClientConfiguration, ClientConfigurationArgs, MachineSecrets } from "./types.ts";

/** What a cluster's keys are made for. */
export interface SecretsArgs {
  /** Talos version that decides their kind. */
  talosVersion?: Input<string>;
}

/** The keys of a cluster; all of its outputs but the version are secret. */
export class Secrets extends CustomResource {
  declare readonly clientConfiguration: Output<ClientConfiguration>;
  declare readonly machineSecrets: Output<MachineSecrets>;
  declare readonly talosVersion: Output<string>;

  constructor(name: string, args?: SecretsArgs, opts?: CustomResourceOptions) {
    super("talos:machine/secrets:Secrets", name, { talosVersion: args?.talosVersion, clientConfiguration: undefined, machineSecrets: undefined }, resourceOptions(opts));
  }
}

/** What one machine is told, and how. */
export interface ConfigurationApplyArgs {
  /** Address of the machine. */
  node: Input<string>;
  /** Address it is reached at. @default `node` */
  endpoint?: Input<string>;
  clientConfiguration?: Input<ClientConfigurationArgs>;
  /** What `getConfigurationOutput` made; secret. */
  machineConfigurationInput?: Input<string>;
  /** YAML or JSON texts, merged in this order. */
  configPatches?: Input<Input<string>[]>;
  /** `auto`, `no_reboot`, `reboot`, `staged`, `staged_if_needing_reboot`. @default "auto" */
  applyMode?: Input<string>;
  onDestroy?: Input<{ graceful?: Input<boolean>; reboot?: Input<boolean>; reset?: Input<boolean> }>;
  timeouts?: Input<{ create?: Input<string>; delete?: Input<string>; update?: Input<string> }>;
}

/** One machine's configuration, sent to it again at every update. */
export class ConfigurationApply extends CustomResource {
  declare readonly applyMode: Output<string>;
  declare readonly configPatches: Output<string[] | undefined>;
  declare readonly endpoint: Output<string>;
  declare readonly machineConfiguration: Output<string>;
  declare readonly machineConfigurationHash: Output<string>;
  declare readonly node: Output<string>;
  declare readonly resolvedApplyMode: Output<string>;

  constructor(name: string, args: ConfigurationApplyArgs, opts?: CustomResourceOptions) {
    const { machineConfigurationInput, ...rest } = args;
    const input = machineConfigurationInput === undefined ? undefined : secret(machineConfigurationInput);
    super(
      "talos:machine/configurationApply:ConfigurationApply",
      name,
      { ...rest, machineConfigurationInput: input, machineConfiguration: undefined, machineConfigurationHash: undefined, resolvedApplyMode: undefined },
      resourceOptions(opts, ["clientConfigurationWo", "machineConfiguration", "machineConfigurationInput", "machineConfigurationInputWo"]),
    );
  }
}

/** Where etcd is started. */
export interface BootstrapArgs {
  /** Control plane that makes the first member. */
  node: Input<string>;
  endpoint?: Input<string>;
  clientConfiguration?: Input<ClientConfigurationArgs>;
  timeouts?: Input<{ create?: Input<string> }>;
}

/** etcd, started once; an update and a deletion call nobody. */
export class Bootstrap extends CustomResource {
  declare readonly endpoint: Output<string>;
  declare readonly node: Output<string>;

  constructor(name: string, args: BootstrapArgs, opts?: CustomResourceOptions) {
    super("talos:machine/bootstrap:Bootstrap", name, { ...args }, resourceOptions(opts, ["clientConfigurationWo"]));
  }
}

/** What the configuration of one role is made of. */
export interface GetConfigurationOutputArgs {
  clusterName: Input<string>;
  clusterEndpoint: Input<string>;
  /** `controlplane` or `worker`. */
  machineType: Input<string>;
  machineSecrets: Input<MachineSecrets>;
  /** Talos version whose defaults are generated. @default what the provider was built with */
  talosVersion?: Input<string>;
  kubernetesVersion?: Input<string>;
  configPatches?: Input<Input<string>[]>;
  docs?: Input<boolean>;
  examples?: Input<boolean>;
}

/** A machine configuration, and what it was made of. */
export interface GetConfigurationResult {
  readonly clusterName: string;
  readonly clusterEndpoint: string;
  readonly id: string;
  /** A machine configuration, as YAML documents; secret. */
  readonly machineConfiguration: string;
  readonly machineType: string;
}

/** Makes a machine configuration; it calls no machine. */
export function getConfigurationOutput(args: GetConfigurationOutputArgs, opts?: InvokeOutputOptions): Output<GetConfigurationResult> {
  return runtime.invokeOutput("talos:machine/getConfiguration:getConfiguration", { ...args }, invokeOptions(opts));
}
