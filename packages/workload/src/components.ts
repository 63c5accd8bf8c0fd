import { ComponentResource, CustomResource, output, type ComponentResourceOptions, type CustomResourceOptions, type Output } from "@pulumi/pulumi";
import type { KubernetesObject } from "@rzp/core";
import { manifestResources, type ManifestResource } from "@rzp/core/pulumi";
import type { WorkloadArgs } from "./args.ts";
import { chartEnvelope, chartObjects, chartSource, helmFacts, type HelmWorkloadArgs } from "./helm-workload.ts";
import { peersPolicy } from "./network-policy.ts";
import { placedContext, placedId, placedManifests, type Placement } from "./placement.ts";
import { namespaceOf, type ServiceId } from "./service.ts";

/** One self-hosted service, applied through the Kubernetes provider. In a GitOps tree declare it with {@link workload}. */
export class Workload extends ComponentResource {
  /** Address inside the cluster, known once the Service is there. */
  readonly url: Output<string>;
  readonly nodes: Readonly<{ objects: readonly CustomResource[] }>;

  constructor(name: string, args: WorkloadArgs & Placement, opts?: ComponentResourceOptions) {
    const objects = placedManifests("Workload", name, args);
    super("rzp:workload:Workload", name, { image: args.image }, opts);

    const claims = manifestResources(name, objects.filter(isClaim), { parent: this, retainOnDelete: true });
    const others = manifestResources(name, objects.filter((object) => !isClaim(object)), { parent: this });

    this.nodes = { objects: [...claims, ...others].map(({ resource }) => resource) };
    this.url = serviceUrl(others, `http://${name}.${namespaceOf(placedId(name, args))}.svc:${args.port}`);
    this.registerOutputs({ url: this.url });
  }
}

/** One service from one Helm chart, applied through the Kubernetes provider: a further chart is a component of its own. In a GitOps tree declare it with {@link helmWorkload}. */
export class HelmWorkload extends ComponentResource {
  /** Name of the release, known once it is there. */
  readonly releaseName: Output<string>;
  readonly nodes: Readonly<{ release: CustomResource; objects: readonly CustomResource[] }>;

  constructor(name: string, args: Omit<HelmWorkloadArgs, "extraCharts"> & Placement, opts?: ComponentResourceOptions) {
    const id = placedId(name, args);
    const facts = helmFacts(id, args);
    const context = placedContext("HelmWorkload", args, facts);
    const [before, after] = [[...chartEnvelope(id, args, context), ...peersPolicy(facts, context)], chartObjects(id, args, context)];
    const { helm } = chartSource(id, args, context);
    super("rzp:workload:HelmWorkload", name, { chart: args.chart }, opts);

    const envelope = manifestResources(name, before, { parent: this });
    const dependsOn = envelope.map(({ resource }) => resource);
    const release = new Release(name, { ...releaseArgs(id, args), values: helm?.valuesObject ?? {} }, { parent: this, dependsOn });
    const objects = manifestResources(name, after, { parent: this, dependsOn: release });

    this.nodes = { release, objects: [...envelope, ...objects].map(({ resource }) => resource) };
    this.releaseName = output(release.id).apply(() => args.release ?? name);
    this.registerOutputs({ releaseName: this.releaseName });
  }
}

/** A Helm release, under the Kubernetes provider's own token. */
class Release extends CustomResource {
  constructor(name: string, args: Record<string, unknown>, opts: CustomResourceOptions) {
    super("kubernetes:helm.sh/v3:Release", name, args, opts);
  }
}

// Unlike Argo CD, Helm writes an OCI registry with its scheme, and the chart as a part of it.
function releaseArgs(id: ServiceId, { chart, release = id.name }: HelmWorkloadArgs): Record<string, unknown> {
  const { repoURL, name, version } = chart;
  const source = repoURL.startsWith("oci://") ? { chart: `${repoURL}/${name}` } : { chart: name, repositoryOpts: { repo: repoURL } };
  return { ...source, name: release, namespace: namespaceOf(id), version };
}

// A claim outlives its component, as it outlives its Application in a GitOps tree: with it the data would go.
function isClaim({ kind }: KubernetesObject): boolean {
  return kind === "PersistentVolumeClaim";
}

// The address is only told when the Service that answers it exists.
function serviceUrl(children: readonly ManifestResource[], url: string): Output<string> {
  const service = children.find(({ object }) => object.kind === "Service");
  return output(service?.resource.id).apply(() => url);
}
