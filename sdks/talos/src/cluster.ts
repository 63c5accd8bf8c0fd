import { CustomResource, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { resourceOptions } from "./options.ts";
import type { ClientConfiguration, ClientConfigurationArgs } from "./types.ts";

/** How to get a kubeconfig. */
export interface KubeconfigArgs {
  /** Control plane that is asked. */
  node: Input<string>;
  /** Address it is reached at. @default `node` */
  endpoint?: Input<string>;
  clientConfiguration: Input<ClientConfigurationArgs>;
  /** How long before its end the certificate is renewed, as a Go duration. */
  certificateRenewalDuration?: Input<string>;
  timeouts?: Input<{ create?: Input<string>; update?: Input<string> }>;
}

/** An administrator's kubeconfig, made by a control plane out of its own configuration: it is there before etcd and the API server are. */
export class Kubeconfig extends CustomResource {
  declare readonly node: Output<string>;
  declare readonly endpoint: Output<string>;
  declare readonly clientConfiguration: Output<ClientConfiguration>;
  declare readonly certificateRenewalDuration: Output<string>;
  /** As YAML; secret. */
  declare readonly kubeconfigRaw: Output<string>;
  declare readonly kubernetesClientConfiguration: Output<{ host: string; caCertificate: string; clientCertificate: string; clientKey: string }>;

  constructor(name: string, args: KubeconfigArgs, opts?: CustomResourceOptions) {
    super("talos:cluster/kubeconfig:Kubeconfig", name, { ...args, kubeconfigRaw: undefined, kubernetesClientConfiguration: undefined }, resourceOptions(opts, ["kubeconfigRaw"]));
  }
}
