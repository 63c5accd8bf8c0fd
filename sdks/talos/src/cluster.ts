import { CustomResource, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { resourceOptions } from "./options.ts";
import type { ClientConfiguration, ClientConfigurationArgs } from "./types.ts";

export interface KubeconfigArgs {
  node: Input<string>;
  endpoint?: Input<string>;
  clientConfiguration: Input<ClientConfigurationArgs>;
  certificateRenewalDuration?: Input<string>;
  timeouts?: Input<{ create?: Input<string>; update?: Input<string> }>;
}

export class Kubeconfig extends CustomResource {
  declare readonly node: Output<string>;
  declare readonly endpoint: Output<string>;
  declare readonly clientConfiguration: Output<ClientConfiguration>;
  declare readonly certificateRenewalDuration: Output<string>;
  declare readonly kubeconfigRaw: Output<string>;
  declare readonly kubernetesClientConfiguration: Output<{ host: string; caCertificate: string; clientCertificate: string; clientKey: string }>;

  constructor(name: string, args: KubeconfigArgs, opts?: CustomResourceOptions) {
    super("talos:cluster/kubeconfig:Kubeconfig", name, { ...args, kubeconfigRaw: undefined, kubernetesClientConfiguration: undefined }, resourceOptions(opts, ["kubeconfigRaw"]));
  }
}
