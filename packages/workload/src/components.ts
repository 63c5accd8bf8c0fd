import { ComponentResource, CustomResource, output, type ComponentResourceOptions, type CustomResourceOptions, type Output } from "@pulumi/pulumi";
import { ArgumentError, didYouMean, type KubernetesObject } from "@rzp/core";
import { manifestResources } from "@rzp/core/pulumi";
import type { WorkloadArgs } from "./args.ts";
import { chartEnvelope, chartObjects, chartSource, helmFacts, type HelmWorkloadArgs } from "./helm-workload.ts";
import type { RenderContext, ServiceFacts, ServiceId } from "./service.ts";
import type { Site } from "./site.ts";
import { workloadManifests, workloadFacts } from "./workload.ts";

/** Where a service is applied, for people who use it without GitOps. */
export interface Placement {
  site: Site;
  /** Namespace, which must exist. @default the component's name */
  namespace?: string;
  /** Folder of its secrets in the store. @default "apps" */
  category?: string;
  /** Facts of the services that `talksTo` names. @default none */
  peers?: readonly ServiceFacts[];
}

/** One self-hosted service, applied through the Kubernetes provider. In a GitOps tree declare it with {@link workload}. */
export class Workload extends ComponentResource {
  /** Address inside the cluster, known once the Service is there. */
  readonly url: Output<string>;
  readonly nodes: Readonly<{ objects: readonly CustomResource[] }>;

  constructor(name: string, args: WorkloadArgs & Placement, opts?: ComponentResourceOptions) {
    const id = idOf(name, args);
    const objects = workloadManifests("Workload", id, args, contextOf("Workload", args, workloadFacts("Workload", id, args)));
    super("rzp:workload:Workload", name, { image: args.image }, opts);

    const children = [
      ...manifestResources(name, objects.filter(isClaim), { parent: this, retainOnDelete: true }),
      ...manifestResources(name, objects.filter((object) => !isClaim(object)), { parent: this }),
    ];

    this.nodes = { objects: children.map(({ resource }) => resource) };
    this.url = serviceUrl(children, `http://${name}.${id.namespace ?? name}.svc:${args.port}`);
    this.registerOutputs({ url: this.url });
  }
}

/** One service from a Helm chart, applied through the Kubernetes provider. In a GitOps tree declare it with {@link helmWorkload}. */
export class HelmWorkload extends ComponentResource {
  /** Name of the release, known once it is there. */
  readonly releaseName: Output<string>;
  readonly nodes: Readonly<{ release: CustomResource; objects: readonly CustomResource[] }>;

  constructor(name: string, args: HelmWorkloadArgs & Placement, opts?: ComponentResourceOptions) {
    const id = idOf(name, args);
    const context = contextOf("HelmWorkload", args, helmFacts(id, args));
    const [before, after] = [chartEnvelope(id, args, context), chartObjects(id, args, context)];
    const chart = chartSource(id, args, context);
    super("rzp:workload:HelmWorkload", name, { chart: args.chart }, opts);

    const envelope = manifestResources(name, before, { parent: this });
    const dependsOn = envelope.map(({ resource }) => resource);
    const release = new Release(name, { ...releaseArgs(id, args), values: chart.helm?.valuesObject ?? {} }, { parent: this, dependsOn });
    const objects = manifestResources(name, after, { parent: this, dependsOn: release });

    this.nodes = { release, objects: [...envelope, ...objects].map(({ resource }) => resource) };
    this.releaseName = output(release.id).apply(() => args.release ?? name);
    this.registerOutputs({ releaseName: this.releaseName });
  }
}

class Release extends CustomResource {
  constructor(name: string, args: Record<string, unknown>, opts: CustomResourceOptions) {
    super("kubernetes:helm.sh/v3:Release", name, args, opts);
  }
}

function releaseArgs({ name, namespace = name }: ServiceId, { chart, release = name }: HelmWorkloadArgs): Record<string, unknown> {
  const source = chart.repoURL.startsWith("oci://") ? { chart: `${chart.repoURL}/${chart.name}` } : { chart: chart.name, repositoryOpts: { repo: chart.repoURL } };
  return { ...source, name: release, namespace, version: chart.version };
}

function idOf(name: string, { namespace = name, category = "apps" }: Placement): ServiceId {
  return { name, category, namespace };
}

function contextOf(component: string, { site, peers = [] }: Placement, own: ServiceFacts): RenderContext {
  const services = [own, ...peers];
  const names = services.map(({ name }) => name);
  own.talksTo.forEach((peer, index) => {
    const found = peers.find(({ name }) => name === peer);
    const refuse = (problem: string, expected: string): never => {
      throw new ArgumentError(component, own.name, { path: `talksTo[${index}]`, problem, expected });
    };
    if (found === undefined) refuse(`"${peer}" is not among peers`, didYouMean(peer, names.slice(1)));
    else if (found.ports.length === 0) refuse(`"${peer}" names no port to dial`, "Name its ports in its own declaration.");
  });
  // Every name that a policy asks for was looked up above.
  return { site, services, service: (name) => services.find((one) => one.name === name) ?? own };
}

// A claim outlives its component, as it outlives its Application in a GitOps tree: with it the data would go.
function isClaim({ kind }: KubernetesObject): boolean {
  return kind === "PersistentVolumeClaim";
}

// The address is only told when the Service that answers it exists.
function serviceUrl(children: readonly { object: KubernetesObject; resource: CustomResource }[], url: string): Output<string> {
  const service = children.find(({ object }) => object.kind === "Service");
  return output(service?.resource.id).apply(() => url);
}
