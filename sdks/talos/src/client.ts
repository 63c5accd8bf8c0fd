import { runtime, type Input, type InvokeOutputOptions, type Output } from "@pulumi/pulumi";
import { invokeOptions } from "./options.ts";
import type { ClientConfiguration, ClientConfigurationArgs } from "./types.ts";

/** What a talosconfig is made of. */
export interface GetConfigurationOutputArgs {
  /** Name of its context. */
  clusterName: Input<string>;
  clientConfiguration: Input<ClientConfigurationArgs>;
  /** Addresses the client talks to. */
  endpoints?: Input<Input<string>[]>;
  /** Addresses it talks about, through an endpoint. */
  nodes?: Input<Input<string>[]>;
}

/** A talosconfig, and what it was made of. */
export interface GetConfigurationResult {
  readonly clusterName: string;
  readonly clientConfiguration: ClientConfiguration;
  readonly endpoints?: string[];
  readonly id: string;
  readonly nodes?: string[];
  /** A talosconfig file, as YAML; secret. */
  readonly talosConfig: string;
}

/** Makes a talosconfig; it calls no machine. */
export function getConfigurationOutput(args: GetConfigurationOutputArgs, opts?: InvokeOutputOptions): Output<GetConfigurationResult> {
  return runtime.invokeOutput("talos:client/getConfiguration:getConfiguration", { ...args }, invokeOptions(opts));
}
