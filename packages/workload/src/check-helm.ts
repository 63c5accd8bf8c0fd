import { isDnsLabel, isDnsSubdomain, refusal, type KubernetesObject, type Refuse } from "@rzp/core";
import { checkId, checkLoadBalancer, checkPeers, checkPortList, checkPortNumber, checkResources, checkRoute, checkSecrets } from "./check.ts";
import { checkShapes, HELM_SHAPES, NETWORK_SHAPES } from "./check-shapes.ts";
import { checkClaim } from "./check-storage.ts";
import type { ChartBackend, HelmWorkloadArgs } from "./helm-workload.ts";
import { checkKnownHelm } from "./known.ts";
import { NAME_MAX } from "./names.ts";
import { isReason } from "./reason.ts";
import type { Layer, ServiceFacts, ServiceId } from "./service.ts";

/** What no type can tell about a chart's service, and the layer it is in. */
export function checkHelm(id: ServiceId, args: HelmWorkloadArgs): Layer {
  const refuse = refusal("HelmWorkload", id.name);
  const { podSecurity = "restricted", network = {}, route, release } = args;
  const layer = checkId(id, refuse);
  checkShapes(args, HELM_SHAPES, refuse);
  if (typeof network !== "string") checkShapes(network, NETWORK_SHAPES, refuse, "network.");
  checkKnownHelm(args, refuse);
  checkChart(args.chart, "chart", refuse);
  for (const [extra, chart] of Object.entries(args.extraCharts ?? {})) checkExtraChart(extra, { ...args.chart, ...chart }, release ?? id.name, refuse);
  if (release !== undefined && (!isDnsLabel(release) || release.length > NAME_MAX)) {
    refuse("release", `"${release}" is not a release name`, `Use at most ${NAME_MAX} characters of a-z, 0-9 and -.`);
  }
  if (typeof podSecurity !== "string" && !isReason(podSecurity.reason)) refuse("podSecurity.reason", "has no reason", "Write down why the pods need it.");
  if (typeof network === "string" && !isReason(network)) refuse("network", "has no reason", "Write down why no policy can hold, or say what the pods may reach.");
  if (typeof network !== "string") checkNetwork(network, refuse);
  checkPortList(args.ports ?? [], "ports", refuse);
  (args.hostPorts ?? []).forEach((port, index) => {
    checkPortNumber(port, `hostPorts[${index}]`, refuse);
  });
  checkSecrets(args.secrets ?? [], refuse);
  if (route !== undefined) checkBackend(route, "route", refuse);
  for (const [path, backend] of Object.entries(route?.paths ?? {})) {
    if (!/^(\/[-._~A-Za-z0-9]+)+$/.test(path)) refuse(`route.paths["${path}"]`, "is not a path", "Begin it with /, and end it with its last part: /ui/login.");
    checkBackend(backend, `route.paths["${path}"]`, refuse);
  }
  checkRoute(route?.host, args, route !== undefined, refuse);
  checkLoadBalancer(args.loadBalancer, refuse);
  checkResources(args.resources, refuse);
  for (const [volume, claim] of Object.entries(args.volumes ?? {})) checkClaim(claim, `volumes.${volume}`, refuse);
  checkReplicas(args.replicas, refuse);
  checkClusterKinds(args.clusterKinds, refuse);
  checkPeers(id.name, args, refuse);
  return layer;
}

/**
 * Objects beside a chart that its layer's AppProject would not let through: Argo CD would say so, but only after the merge. The core may do anything.
 * An object without a namespace is taken for one of the whole cluster.
 */
export function checkObjects({ name, namespace, layer, clusterKinds }: ServiceFacts, objects: readonly KubernetesObject[]): void {
  if (layer === "core") return;
  const refuse = refusal("HelmWorkload", name);
  objects.forEach(({ apiVersion, kind, metadata }, index) => {
    const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
    const subject = `is ${kind} "${metadata.name}"`;
    if (metadata.namespace === undefined && !clusterKinds.some((one) => one.group === group && one.kind === kind)) {
      refuse(`objects[${index}]`, `${subject}, which has no namespace`, `Give it one, or add { group: "${group}", kind: "${kind}" } to clusterKinds if it belongs to the whole cluster.`);
    }
    if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
      refuse(`objects[${index}]`, `${subject} in the namespace "${metadata.namespace}"`, `Put it into the service's own, ${namespace}: only the core may write elsewhere.`);
    }
  });
}

function checkReplicas(replicas: number | undefined, refuse: Refuse): void {
  if (replicas !== undefined && (!Number.isInteger(replicas) || replicas < 0)) refuse("replicas", `is ${replicas}`, "Use a whole number of at least 0.");
}

function checkClusterKinds(kinds: HelmWorkloadArgs["clusterKinds"] = [], refuse: Refuse): void {
  kinds.forEach(({ group, kind }, index) => {
    const right = 'Write { group: "rbac.authorization.k8s.io", kind: "ClusterRole" }, each kind on its own.';
    if (!/^[A-Z][A-Za-z0-9]*$/.test(kind)) refuse(`clusterKinds[${index}].kind`, `"${kind}" is not a kind`, right);
    if (group !== "" && !isDnsSubdomain(group)) refuse(`clusterKinds[${index}].group`, `"${group}" is not a group`, right);
  });
}

/** Two releases of one name in one namespace would write each other's objects. */
function checkExtraChart(extra: string, chart: HelmWorkloadArgs["chart"], first: string, refuse: Refuse): void {
  if (!isDnsLabel(extra) || extra.length > NAME_MAX) refuse(`extraCharts.${extra}`, "is not a release name", `Use at most ${NAME_MAX} characters of a-z, 0-9 and -.`);
  if (extra === first) refuse(`extraCharts.${extra}`, "is the release of the chart itself", "Choose another name.");
  checkChart(chart, `extraCharts.${extra}`, refuse);
}

function checkChart({ repoURL, name, version }: HelmWorkloadArgs["chart"], path: string, refuse: Refuse): void {
  if (!/^(https|oci):\/\/[^/]/.test(repoURL)) refuse(`${path}.repoURL`, `"${repoURL}" is not a chart repository`, "Begin it with https:// or oci://.");
  if (!/^[A-Za-z0-9][-._A-Za-z0-9]*$/.test(name)) refuse(`${path}.name`, `"${name}" is not a chart's name`, "Give the folder of an OCI registry in repoURL.");
  if (!/^v?\d+\.\d+\.\d+([-+][-+.0-9A-Za-z]+)?$/.test(version)) refuse(`${path}.version`, `"${version}" is not an exact version`, "A range follows whatever is newest.");
}

function checkNetwork({ webhooks = [], open = [] }: Exclude<HelmWorkloadArgs["network"], string | undefined>, refuse: Refuse): void {
  webhooks.forEach((port, index) => {
    checkPortNumber(port, `network.webhooks[${index}]`, refuse);
  });
  open.forEach(({ port }, index) => {
    checkPortNumber(port, `network.open[${index}].port`, refuse);
  });
}

function checkBackend({ service, port, targetPort }: ChartBackend, path: string, refuse: Refuse): void {
  if (!isDnsLabel(service)) refuse(`${path}.service`, `"${service}" is not a Service's name`, "Name the Service as the chart calls it, the release's prefix included.");
  checkPortNumber(port, `${path}.port`, refuse);
  if (targetPort !== undefined) checkPortNumber(targetPort, `${path}.targetPort`, refuse);
}
