import { runtime, type Input, type InvokeOutputOptions, type Output } from "@pulumi/pulumi";
import { invokeOptions } from "./options.ts";
import type { ClientConfiguration, ClientConfigurationArgs } from "./types.ts";

export interface GetConfigurationOutputArgs {
  clusterName: Input<string>;
  clientConfiguration: Input<ClientConfigurationArgs>;
  endpoints?: Input<Input<string>[]>;
  nodes?: Input<Input<string>[]>;
}

export interface GetConfigurationResult {
  readonly clusterName: string;
  readonly clientConfiguration: ClientConfiguration;
  readonly endpoints?: string[];
  readonly id: string;
  readonly nodes?: string[];
  /** A talosconfig file, as YAML; secret. */
  readonly talosConfig: string;
}

export function getConfigurationOutput(args: GetConfigurationOutputArgs, opts?: InvokeOutputOptions): Output<GetConfigurationResult> {
  return runtime.invokeOutput("talos:client/getConfiguration:getConfiguration", { ...args }, invokeOptions(opts));
}
