import { ComponentResource, type ComponentResourceOptions, type CustomResource, type Output } from "@pulumi/pulumi";
import { defined } from "@rzp/core";
import { placedManifests, Workload, type Placement } from "@rzp/workload";
import { toWorkload, type MediaAppArgs } from "./media-app.ts";

/** One media app, applied through the Kubernetes provider. In a GitOps tree declare it with {@link mediaApp}. */
export class MediaApp extends ComponentResource {
  /** Address inside the cluster, known once the Service is there. */
  readonly url: Output<string>;
  readonly nodes: Readonly<{ workload: Workload; objects: readonly CustomResource[] }>;

  constructor(name: string, args: MediaAppArgs & Placement, opts?: ComponentResourceOptions) {
    const { site, namespace, category, peers, ...app } = args;
    const spec = { ...toWorkload(name, app), site, ...defined({ namespace, category }), ...(peers === undefined ? {} : { peers }) };
    // The workload below would refuse in its own name, and after this component is registered.
    placedManifests("MediaApp", name, spec);
    super("rzp:media:MediaApp", name, { image: args.image }, opts);

    const workload = new Workload(name, spec, { parent: this });

    this.nodes = { workload, objects: workload.nodes.objects };
    this.url = workload.url;
    this.registerOutputs({ url: this.url });
  }
}
