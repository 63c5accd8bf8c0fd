import { CustomResource, runtime, secret, type CustomResourceOptions, type Input, type InvokeOutputOptions, type Output } from "@pulumi/pulumi";
import { invokeOptions, resourceOptions } from "./options.ts";
import type { ClientConfiguration, ClientConfigurationArgs, MachineSecrets } from "./types.ts";

export interface SecretsArgs {
  talosVersion?: Input<string>;
}

export class Secrets extends CustomResource {
  declare readonly clientConfiguration: Output<ClientConfiguration>;
  declare readonly machineSecrets: Output<MachineSecrets>;
  declare readonly talosVersion: Output<string>;

  constructor(name: string, args?: SecretsArgs, opts?: CustomResourceOptions) {
    super("talos:machine/secrets:Secrets", name, { talosVersion: args?.talosVersion, clientConfiguration: undefined, machineSecrets: undefined }, resourceOptions(opts));
  }
}

export interface ConfigurationApplyArgs {
  node: Input<string>;
  endpoint?: Input<string>;
  clientConfiguration?: Input<ClientConfigurationArgs>;
  machineConfigurationInput?: Input<string>;
  configPatches?: Input<Input<string>[]>;
  applyMode?: Input<string>;
  onDestroy?: Input<{ graceful?: Input<boolean>; reboot?: Input<boolean>; reset?: Input<boolean> }>;
  timeouts?: Input<{ create?: Input<string>; delete?: Input<string>; update?: Input<string> }>;
}

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

export interface BootstrapArgs {
  node: Input<string>;
  endpoint?: Input<string>;
  clientConfiguration?: Input<ClientConfigurationArgs>;
  timeouts?: Input<{ create?: Input<string> }>;
}

export class Bootstrap extends CustomResource {
  declare readonly endpoint: Output<string>;
  declare readonly node: Output<string>;

  constructor(name: string, args: BootstrapArgs, opts?: CustomResourceOptions) {
    super("talos:machine/bootstrap:Bootstrap", name, { ...args }, resourceOptions(opts, ["clientConfigurationWo"]));
  }
}

export interface GetConfigurationOutputArgs {
  clusterName: Input<string>;
  clusterEndpoint: Input<string>;
  machineType: Input<string>;
  machineSecrets: Input<MachineSecrets>;
  talosVersion?: Input<string>;
  kubernetesVersion?: Input<string>;
  configPatches?: Input<Input<string>[]>;
  docs?: Input<boolean>;
  examples?: Input<boolean>;
}

export interface GetConfigurationResult {
  readonly clusterName: string;
  readonly clusterEndpoint: string;
  readonly id: string;
  /** A machine configuration, as YAML documents; secret. */
  readonly machineConfiguration: string;
  readonly machineType: string;
}

export function getConfigurationOutput(args: GetConfigurationOutputArgs, opts?: InvokeOutputOptions): Output<GetConfigurationResult> {
  return runtime.invokeOutput("talos:machine/getConfiguration:getConfiguration", { ...args }, invokeOptions(opts));
}
