import type { ApplicationSource } from "@rzp/argocd/manifests";
import { ArgumentError, defined, type Json, type KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import type { Self, WorkloadArgs } from "./args.ts";
import { checkHost, checkId, checkLoadBalancer, checkPeers, checkPort, checkResources, refuser } from "./check.ts";
import { networkPolicy } from "./network-policy.ts";
import { requests } from "./pod.ts";
import { relaxationAnnotations } from "./relax.ts";
import { route, type Backend } from "./route.ts";
import { commonLabels, hostOf, namespaceOf, type Declaration, type Delivery, type Layer, type PodSecurity, type RenderContext, type ServiceFacts, type ServiceId, type ServiceOverride, type ServicePort } from "./service.ts";

/** Values of a chart, or objects beside it: plain, or made from the site and the services beside it. */
export type FromContext<T> = T | ((self: Self, context: RenderContext) => T);

/** Arguments of a service whose upstream is a Helm chart. It gets the same envelope as a workload. */
export interface HelmWorkloadArgs extends Pick<WorkloadArgs, "purpose" | "exposure" | "talksTo" | "needs" | "loadBalancer" | "resources"> {
  /** Chart by repository (`https://` or `oci://`), name and exact version. Argo CD renders it; its objects are not in the tree. */
  chart: { repoURL: string; name: string; version: string };
  /** The handful of values that matter. */
  values?: FromContext<Readonly<Record<string, Json | undefined>>>;
  /** Release name, and so the prefix of the chart's objects. Changing it makes them all anew. @default the service's name */
  release?: string;
  /** Namespace of its own. @default the category's, or the service's name */
  namespace?: string;
  /** Pod security the namespace enforces; anything but `restricted` needs its reason. @default "restricted" */
  podSecurity?: "restricted" | { level: Exclude<PodSecurity, "restricted">; reason: string };
  /** Name below the site's domain, and the Service of the chart behind it. @default no route */
  route?: { host?: string } & Backend & { targetPort?: number };
  /** Ports of its pods that other services may dial. @default none */
  ports?: readonly ServicePort[];
  /** Ports of its pods on the node's own address. @default none */
  hostPorts?: readonly number[];
  /** Keys of the secret store, in a Secret named `<name>-secrets`. `remote` defaults to `/<category>/<name>/<key>`. */
  secrets?: WorkloadArgs["secrets"];
  /**
   * Objects beside the chart, in its namespace unless they say otherwise: custom resources of its own kinds among them. They are applied when the
   * chart's objects are healthy, so that its webhooks answer.
   */
  objects?: FromContext<readonly KubernetesObject[]>;
  /** How its pods may be reached, and what they may dial beyond one another; a reason instead switches the policy off. @default {} */
  network?: string | { internet?: boolean; lan?: boolean; api?: boolean; pods?: boolean; webhooks?: readonly number[]; open?: readonly Pick<ServicePort, "port" | "protocol">[] };
  /** What differs from the Application every service gets. */
  application?: NonNullable<Delivery["application"]>;
}

/** Declares one service from a Helm chart. */
export function helmWorkload(args: HelmWorkloadArgs): Declaration {
  return {
    facts: (id) => helmFacts(id, args),
    manifests: (id, context) => helmManifests(id, args, context),
    delivery: (id, context) => ({ charts: [chartSource(id, args, context)], ...(args.application === undefined ? {} : { application: args.application }) }),
    override: (id, changes) => helmWorkload(changed(id, args, changes)),
  };
}

/** What every view reads of a chart's service. */
export function helmFacts(given: ServiceId, args: HelmWorkloadArgs): ServiceFacts {
  const id = args.namespace === undefined ? given : { ...given, namespace: args.namespace };
  const layer = check(id, args);
  const { name, category } = id;
  const { podSecurity = "restricted", network = {} } = args;
  const { cpu, memory } = requests(args.resources);
  return defined({
    name,
    category,
    layer,
    namespace: namespaceOf(id),
    podSecurity: typeof podSecurity === "string" ? podSecurity : podSecurity.level,
    purpose: args.purpose,
    images: [],
    chart: args.chart,
    ports: args.ports ?? [],
    podLabels: {},
    host: args.route === undefined ? undefined : (args.route.host ?? name),
    exposure: args.exposure ?? "internal",
    loadBalancer: args.loadBalancer,
    hostPorts: args.hostPorts ?? [],
    secrets: (args.secrets ?? []).map((secret) => (typeof secret === "string" ? { key: secret, remote: `/${category}/${name}/${secret}` } : secret)),
    volumes: [],
    needs: args.needs ?? [],
    talksTo: args.talksTo ?? [],
    relaxations: [
      ...(typeof podSecurity === "string" ? [] : [{ what: podSecurity.level, reason: podSecurity.reason }]),
      ...(typeof network === "string" ? [{ what: "network", reason: network }] : []),
    ],
    requests: { cpu, memory, replicas: 1 },
  }) as ServiceFacts;
}

/** The Kubernetes objects beside the chart. */
export function helmManifests(id: ServiceId, args: HelmWorkloadArgs, context: RenderContext): KubernetesObject[] {
  const facts = helmFacts(id, args);
  const labels = commonLabels(facts);
  const { name, namespace, secrets } = facts;
  const keys = { namespace, store: context.site.secretStore.name, keys: secrets, labels, annotations: { "argocd.argoproj.io/sync-wave": "-1" } };
  return [
    ...(secrets.length === 0 ? [] : externalSecretManifests(`${name}-secrets`, keys)),
    ...policy(facts, args, context, labels),
    ...(args.route === undefined ? [] : route(facts, context.site, args.route, labels)),
    ...resolve(args.objects ?? [], selfOf(facts, context), context).map((object) => afterChart(object, labels)),
  ];
}

/** The chart as a source of the service's Application. */
export function chartSource(id: ServiceId, args: HelmWorkloadArgs, context: RenderContext): ApplicationSource {
  const { repoURL, name: chart, version } = args.chart;
  const values = resolve(args.values ?? {}, selfOf(helmFacts(id, args), context), context);
  return {
    // Argo CD writes an OCI registry without its scheme.
    repoURL: repoURL.replace(/^oci:\/\//, ""),
    chart,
    targetRevision: version,
    helm: { releaseName: args.release ?? id.name, valuesObject: defined<Record<string, unknown>>(values) as Record<string, Json> },
  };
}

/** A wave behind the chart's own objects, and no dry run before its kinds exist. */
function afterChart(object: KubernetesObject, labels: Record<string, string>): KubernetesObject {
  const annotations = { "argocd.argoproj.io/sync-wave": "1", "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true", ...object.metadata.annotations };
  return { ...object, metadata: { ...object.metadata, labels: { ...labels, ...object.metadata.labels }, annotations } };
}

function policy(facts: ServiceFacts, { network = {}, route }: HelmWorkloadArgs, context: RenderContext, labels: Record<string, string>): KubernetesObject[] {
  if (typeof network === "string") return [];
  const { internet = false, lan = false, api = false, pods = false, webhooks = [], open = [] } = network;
  const object = networkPolicy(facts, context, { internet, lan, api, pods, webhooks, open, routed: route === undefined ? undefined : (route.targetPort ?? route.port) }, labels);
  return [{ ...object, metadata: { ...object.metadata, annotations: relaxationAnnotations(facts.relaxations) } }];
}

function selfOf(facts: ServiceFacts, { site }: RenderContext): Self {
  return { name: facts.name, namespace: facts.namespace, host: hostOf(facts, site) ?? "", site };
}

function resolve<T>(value: FromContext<T>, self: Self, context: RenderContext): T {
  return typeof value === "function" ? (value as (self: Self, context: RenderContext) => T)(self, context) : value;
}

function check(id: ServiceId, args: HelmWorkloadArgs): Layer {
  const refuse = refuser("HelmWorkload", id.name);
  const { chart, podSecurity = "restricted", ports = [], secrets = [], network } = args;
  const layer = checkId(id, refuse);
  if (!/^(https|oci):\/\/[^/]/.test(chart.repoURL)) refuse("chart.repoURL", `"${chart.repoURL}" is not a chart repository`, "Begin it with https:// or oci://.");
  if (chart.name === "") refuse("chart.name", "is empty");
  if (!/^v?\d+\.\d+\.\d+([-+].*)?$/.test(chart.version)) refuse("chart.version", `"${chart.version}" is not an exact version`, "A range follows whatever is newest.");
  if (typeof podSecurity !== "string" && podSecurity.reason.trim().length < 10) refuse("podSecurity.reason", "has no reason", "Write down why the pods need it.");
  if (typeof network === "string" && network.trim().length < 10) refuse("network", "has no reason", "Write down why no policy can hold, or say what the pods may reach.");
  ports.forEach((port, index) => {
    checkPort(port, `ports[${index}]`, refuse);
  });
  secrets.forEach((secret, index) => {
    const key = typeof secret === "string" ? secret : secret.key;
    if (!/^[-._A-Za-z0-9]+$/.test(key)) refuse(`secrets[${index}]`, `"${key}" has illegal characters`, "Use letters, digits, dots, underscores and dashes.");
  });
  checkHost(args.route?.host, refuse);
  checkLoadBalancer(args.loadBalancer, refuse);
  checkResources(args.resources ?? {}, refuse);
  checkPeers(id.name, args, refuse);
  return layer;
}

function changed(id: ServiceId, args: HelmWorkloadArgs, { imageTag, host, resources }: ServiceOverride): HelmWorkloadArgs {
  const no = (path: string, problem: string, expected: string): never => {
    throw new ArgumentError("HelmWorkload", id.name, { path, problem, expected });
  };
  if (imageTag !== undefined) no("imageTag", "cannot be set for a chart", "Its images belong to the chart's version; change that in the declaration.");
  if (resources !== undefined) no("resources", "cannot be set for a chart", "Its pods are the chart's; set them in the declaration's values.");
  if (host !== undefined && args.route === undefined) no("host", "is set, but the service has no route", "Leave it out, or give the declaration a route.");
  return host === undefined || args.route === undefined ? args : { ...args, route: { ...args.route, host } };
}
