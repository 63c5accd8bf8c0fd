import type { ComponentResourceOptions, CustomResource, Output } from "@pulumi/pulumi";
import { ComponentResource } from "@pulumi/pulumi";
import { defined } from "@rzp/core";
import { Workload, type Placement } from "@rzp/workload";
import { toWorkload, type MediaAppArgs } from "./media-app.ts";

/** One media app, applied through the Kubernetes provider. In a GitOps tree declare it with {@link mediaApp}. */
export class MediaApp extends ComponentResource {
  /** Address inside the cluster, known once the Service is there. */
  readonly url: Output<string>;
  readonly nodes: Readonly<{ objects: readonly CustomResource[] }>;

  constructor(name: string, args: MediaAppArgs & Placement, opts?: ComponentResourceOptions) {
    const { site, namespace, category, peers, ...app } = args;
    const spec = toWorkload(name, app);
    super("rzp:media:MediaApp", name, { image: args.image }, opts);

    const workload = new Workload(name, { ...spec, site, ...defined({ namespace, category, peers }) }, { parent: this });

    this.nodes = workload.nodes;
    this.url = workload.url;
    this.registerOutputs({ url: this.url });
  }
}
