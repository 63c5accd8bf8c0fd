import type { ApplicationSource } from "@rzp/argocd/manifests";
import { defined, refusal, refuseUnknown, type Json, type KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import type { Self, VolumeArgs, WorkloadArgs } from "./args.ts";
import { balancedAt } from "./check.ts";
import { checkHelm, checkObjects } from "./check-helm.ts";
import { selfOf } from "./env.ts";
import { chartSecretName } from "./names.ts";
import { networkPolicy } from "./network-policy.ts";
import { relaxationAnnotations } from "./relax.ts";
import { requests } from "./resources.ts";
import { route, type Backend } from "./route.ts";
import {
  commonLabels,
  namespaceOf,
  remoteSecrets,
  type ClusterKind,
  type Declaration,
  type Delivery,
  type PodSecurity,
  type Relaxation,
  type RenderContext,
  type ServiceFacts,
  type ServiceId,
  type ServiceOverride,
  type ServicePort,
} from "./service.ts";

/** Values of a chart, or objects beside it: plain, or made from the site and the services beside it. */
export type FromContext<T> = T | ((self: Self, context: RenderContext) => T);

/** A Service of the chart, and the port of the pods behind it where that is another. */
export type ChartBackend = Backend & { targetPort?: number };

/** How a chart's pods may be reached, and what they may dial beyond one another. */
export interface ChartNetwork {
  /** May dial public addresses. @default false */
  internet?: boolean;
  /** May dial the home network. @default false */
  lan?: boolean;
  /** May dial the Kubernetes API. @default false */
  api?: boolean;
  /** May dial the pods behind every route, as an ingress controller must. @default false */
  routes?: boolean;
  /** Ports of its pods that the API server dials: admission webhooks. @default none */
  webhooks?: readonly number[];
  /** Ports of its pods that everybody may dial, through a load balancer. @default none */
  open?: readonly Pick<ServicePort, "port" | "protocol">[];
}

/** Arguments of a service whose upstream is a Helm chart. It gets the same envelope as a workload. */
export interface HelmWorkloadArgs extends Pick<WorkloadArgs, "purpose" | "upstream" | "risks" | "exposure" | "auth" | "talksTo" | "needs" | "loadBalancer"> {
  /** Chart by repository (`https://` or `oci://`), name and exact version. Argo CD renders it; its objects are not in the tree. */
  chart: { repoURL: string; name: string; version: string };
  /** Further charts of the same repository that must share the first one's namespace, such as an operator's plugin, by release name. @default none */
  extraCharts?: Readonly<Record<string, { name: string; version: string; values?: HelmWorkloadArgs["values"] }>>;
  /** The handful of values that matter. A field that is undefined is left out. */
  values?: FromContext<Readonly<Record<string, Json | undefined>>>;
  /** Release name, and so the prefix of the chart's objects. Changing it makes them all anew. @default the service's name */
  release?: string;
  /** Namespace of its own, which no other service may share: the chart's policy is the namespace's. @default the category's, or the service's name */
  namespace?: string;
  /** Pod security the namespace enforces; anything but `restricted` needs its reason. @default "restricted" */
  podSecurity?: "restricted" | { level: Exclude<PodSecurity, "restricted">; reason: string };
  /** Name below the site's domain, the Service of the chart behind it, and others behind paths of it; `targetPort` is the pod's where it differs. @default no route */
  route?: { host?: string; paths?: Readonly<Record<string, ChartBackend>> } & ChartBackend;
  /** Ports of its pods that other services may dial. @default none */
  ports?: readonly ServicePort[];
  /** Ports of its pods on the node's own address. @default none */
  hostPorts?: readonly number[];
  /** What each of its pods asks for, for views only: the chart's values are what counts. @default { cpu: "50m", memory: "128Mi" } */
  resources?: WorkloadArgs["resources"];
  /** How many pods there are, for views only: the chart's values are what counts. @default 1 */
  replicas?: number;
  /** Claims that the chart makes, for views and sums: its values are what counts. @default none */
  volumes?: Readonly<Record<string, Pick<VolumeArgs, "size" | "backup" | "storageClass">>>;
  /** Keys of the secret store, in a Secret named `<name>-secrets`. `remote` defaults to `/<category>/<name>/<key>`. */
  secrets?: WorkloadArgs["secrets"];
  /**
   * Objects beside the chart, custom resources of its own kinds among them, each in the service's namespace unless it belongs to the whole cluster (in the
   * core in any). They are applied when the chart's objects are healthy, so that its webhooks answer.
   */
  objects?: FromContext<readonly KubernetesObject[]>;
  /** Cluster-scoped kinds that the chart and `objects` make; the layer's AppProject allows them. The core may make any. @default none */
  clusterKinds?: readonly ClusterKind[];
  /** What its pods may be reached from and may dial beyond one another; a reason instead switches the policy off. @default {} */
  network?: string | ChartNetwork;
  /** What differs from the Application every service gets. */
  application?: NonNullable<Delivery["application"]>;
}

/** Every argument of a chart's service: one that is not among them is a slip of the pen. */
const HELM_ARGS: Readonly<Record<keyof HelmWorkloadArgs, true>> = {
  chart: true, extraCharts: true, upstream: true, risks: true, volumes: true, values: true, release: true, namespace: true, podSecurity: true, route: true, ports: true, hostPorts: true, resources: true,
  replicas: true, secrets: true, objects: true, clusterKinds: true, network: true, application: true, purpose: true, exposure: true, auth: true, talksTo: true,
  needs: true, loadBalancer: true,
}; // prettier-ignore

/** Declares one service from a Helm chart. */
export function helmWorkload(args: HelmWorkloadArgs): Declaration {
  return {
    facts: (id) => {
      refuseUnknown(refusal("HelmWorkload", id.name), args, HELM_ARGS);
      return helmFacts(id, args);
    },
    manifests: (id, context) => helmManifests(id, args, context),
    delivery: (id, context) => ({ charts: chartSources(id, args, context), ...(args.application === undefined ? {} : { application: args.application }) }),
    override: (id, changes) => helmWorkload(changed(id, args, changes)),
  };
}

/** What every view reads of a chart's service. */
export function helmFacts(given: ServiceId, args: HelmWorkloadArgs): ServiceFacts {
  const id = args.namespace === undefined ? given : { ...given, namespace: args.namespace };
  const layer = checkHelm(id, args);
  const { name, category } = id;
  const { podSecurity = "restricted" } = args;
  const { cpu, memory } = requests(args.resources);
  return defined({
    name,
    category,
    layer,
    namespace: namespaceOf(id),
    podSecurity: typeof podSecurity === "string" ? podSecurity : podSecurity.level,
    purpose: args.purpose,
    upstream: args.upstream,
    risks: args.risks ?? [],
    images: [],
    chart: args.chart,
    ports: args.ports ?? [],
    podLabels: {},
    host: args.route === undefined ? undefined : (args.route.host ?? name),
    routePort: args.route === undefined ? undefined : (args.route.targetPort ?? args.route.port),
    pathPorts: args.route?.paths === undefined ? undefined : Object.values(args.route.paths).map(({ port, targetPort = port }) => targetPort),
    exposure: args.exposure ?? "internal",
    auth: args.auth,
    loadBalancer: args.loadBalancer,
    hostPorts: args.hostPorts ?? [],
    secrets: remoteSecrets(id, args.secrets),
    volumes: Object.entries(args.volumes ?? {}).map(([volume, rest]) => ({ name: volume, ...rest })),
    needs: args.needs ?? [],
    talksTo: args.talksTo ?? [],
    dialsRoutes: typeof args.network === "object" && args.network.routes === true ? true : undefined,
    relaxations: relaxations(args),
    clusterKinds: args.clusterKinds ?? [],
    requests: { cpu, memory, replicas: args.replicas ?? 1 },
  });
}

/** The Kubernetes objects beside the chart: those it may need to start, and those that need it. */
export function helmManifests(id: ServiceId, args: HelmWorkloadArgs, context: RenderContext): KubernetesObject[] {
  return [...chartEnvelope(id, args, context), ...chartObjects(id, args, context)];
}

/** Secret, policy and route: what every service has, and nothing of the chart's own kinds. */
export function chartEnvelope(id: ServiceId, args: HelmWorkloadArgs, context: RenderContext): KubernetesObject[] {
  const facts = helmFacts(id, args);
  const labels = commonLabels(facts);
  const { name, namespace, secrets } = facts;
  return [
    ...(secrets.length === 0 ? [] : externalSecretManifests(chartSecretName(name), { namespace, store: context.site.secretStore.name, keys: secrets, labels })),
    ...policy(facts, args, context, labels),
    ...(args.route === undefined ? [] : route(facts, context.site, args.route, labels)),
  ];
}

/** The objects the declaration adds, a wave behind the chart's own and with no dry run before their kinds exist. */
export function chartObjects(id: ServiceId, args: HelmWorkloadArgs, context: RenderContext): KubernetesObject[] {
  const facts = helmFacts(id, args);
  const objects = resolve(args.objects ?? [], selfOf(facts, context.site), context);
  checkObjects(facts, objects);
  return objects.map((object) => afterChart(object, commonLabels(facts)));
}

/** The charts as sources of the service's Application. */
function chartSources(id: ServiceId, args: HelmWorkloadArgs, context: RenderContext): ApplicationSource[] {
  const extra = Object.entries(args.extraCharts ?? {}).map(([release, { values, ...chart }]): HelmWorkloadArgs => ({ chart: { ...args.chart, ...chart }, release, ...(values === undefined ? {} : { values }) }));
  const place = { ...id, ...(args.namespace === undefined ? {} : { namespace: args.namespace }) };
  return [chartSource(id, args, context), ...extra.map((one) => chartSource(place, one, context))];
}

/** One chart as a source. */
export function chartSource(id: ServiceId, args: HelmWorkloadArgs, context: RenderContext): ApplicationSource {
  const { repoURL, name: chart, version } = args.chart;
  const values = resolve(args.values ?? {}, selfOf(helmFacts(id, args), context.site), context);
  return {
    // Argo CD writes an OCI registry without its scheme.
    repoURL: repoURL.replace(/^oci:\/\//, ""),
    chart,
    targetRevision: version,
    helm: { releaseName: args.release ?? id.name, valuesObject: defined<Record<string, unknown>>(values) as Record<string, Json> },
  };
}

function relaxations({ podSecurity = "restricted", network = {} }: HelmWorkloadArgs): Relaxation[] {
  return [
    ...(typeof podSecurity === "string" ? [] : [{ what: podSecurity.level, reason: podSecurity.reason }]),
    ...(typeof network === "string" ? [{ what: "network", reason: network }] : []),
  ];
}

function policy(facts: ServiceFacts, { network = {} }: HelmWorkloadArgs, context: RenderContext, labels: Record<string, string>): KubernetesObject[] {
  if (typeof network === "string") return [];
  const { internet = false, lan = false, api = false, webhooks = [], open = [] } = network;
  const object = networkPolicy(facts, context, { internet, lan, api, webhooks, open }, labels);
  if (facts.relaxations.length === 0) return [object];
  return [{ ...object, metadata: { ...object.metadata, annotations: relaxationAnnotations(facts.relaxations) } }];
}

const OPTIONS = "argocd.argoproj.io/sync-options";

function afterChart(object: KubernetesObject, labels: Record<string, string>): KubernetesObject {
  const { metadata } = object;
  // An object's own options are kept beside ours: an annotation can stand there only once.
  const options = new Set(["SkipDryRunOnMissingResource=true", ...(metadata.annotations?.[OPTIONS]?.split(",") ?? [])]);
  const annotations = { "argocd.argoproj.io/sync-wave": "1", ...metadata.annotations, [OPTIONS]: [...options].join(",") };
  return { ...object, metadata: { ...metadata, labels: { ...labels, ...metadata.labels }, annotations } };
}

function resolve<T>(value: FromContext<T>, self: Self, context: RenderContext): T {
  return typeof value === "function" ? (value as (self: Self, context: RenderContext) => T)(self, context) : value;
}

function changed({ name }: ServiceId, args: HelmWorkloadArgs, { imageTag, host, address, resources }: ServiceOverride): HelmWorkloadArgs {
  const refuse = refusal("HelmWorkload", name);
  if (imageTag !== undefined) refuse("imageTag", "cannot be set for a chart", "Its images belong to the chart's version; change that in the declaration.");
  if (resources !== undefined) refuse("resources", "cannot be set for a chart", "Its pods are the chart's; set them in the declaration's values.");
  const balanced = { ...args, ...balancedAt(args.loadBalancer, address, refuse) };
  if (host === undefined) return balanced;
  if (args.route === undefined) return refuse("host", "is set, but the service has no route", "Leave it out, or give the declaration a route.");
  return { ...balanced, route: { ...args.route, host } };
}
