/** The homelab as the lab needs it: plain values, and nothing that the tree does not say. */
import { argoCdConfig } from "@rzp/argocd/manifests";
import { groupsOf, type ChartFacts, type Crd, type LabNode, type Operator, type RehearsalArgs } from "@rzp/lab";
import type { Service } from "@rzp/workload/manifests";
import type { Stack } from "./config.ts";
import type { Homelab } from "./homelab.ts";
import { bootstrapManifests } from "./render.ts";
import { namespaceObject } from "./services/core/namespaces.ts";
import { NAMES } from "./site.ts";
import { isView } from "./view.ts";

type LabFacts = Pick<RehearsalArgs, "git" | "bootstrap" | "crds" | "config" | "nodes" | "charts" | "operators">;

export function labFacts(home: Homelab, crds: readonly Crd[]): LabFacts {
  const { stack, registry, context } = home;
  return {
    git: context.site.git,
    // What the machine plane makes before it applies the root.
    bootstrap: [...bootstrapManifests(home), namespaceObject(NAMES.secrets.namespace, context.services)],
    crds: crds.filter(({ spec }) => spec.group === "argoproj.io"),
    config: argoCdConfig({ url: `https://argocd.${context.site.domain}` }),
    nodes: nodesOf(stack),
    charts: registry.services.flatMap((service) => chartsOf(service, home, crds)),
    operators: registry.services.flatMap((service) => operatorsOf(service, home)),
  };
}

/** A service that nobody needs and that keeps nothing: it may leave and come back. */
export function victimOf({ context: { services } }: Homelab): string {
  const isNeeded = (name: string): boolean => services.some((one) => one.needs.includes(name) || one.talksTo.includes(name) || one.managedBy === name);
  const found = services.find((one) => one.layer === "apps" && !isView(one) && !isNeeded(one.name) && one.chart === undefined) ?? services.at(-1);
  return found?.name ?? "";
}

/** Machines as the nodes that they become. */
function nodesOf({ machines }: Stack): LabNode[] {
  const controlPlane = "node-role.kubernetes.io/control-plane";
  return Object.entries(machines).map(([name, { role, cores, memory }]) => ({
    name,
    cpu: String(cores),
    memory,
    ...(role === "controlplane" ? { labels: { [controlPlane]: "" }, taints: [{ key: controlPlane, effect: "NoSchedule" as const }] } : {}),
  }));
}

/** What one of a plugin's pods asks for is in no declaration. */
const LITTLE = { cpu: "10m", memory: "16Mi" };

function chartsOf(service: Service, { context }: Homelab, crds: readonly Crd[]): ChartFacts[] {
  const { requests, loadBalancer } = service.facts;
  const { replicas, cpu, memory } = requests;
  return service.delivery(context).charts.map(({ repoURL, chart = "", targetRevision = "" }, index): ChartFacts => {
    const own = { repoURL, name: chart, version: targetRevision, crds: crds.filter(({ spec }) => groupsOf(chart).includes(spec.group)) };
    // The first chart is the service's; others are plugins beside it.
    if (index > 0) return { ...own, replicas: 1, requests: LITTLE, services: [] };
    return { ...own, replicas, requests: { cpu, memory }, services: backendsOf(service, context), ...(loadBalancer === undefined ? {} : { loadBalancer }) };
  });
}

interface RouteSpec {
  routes: { services: { name: string; port: number }[] }[];
}

/** Services of the chart that its route names. */
function backendsOf(service: Service, context: Homelab["context"]): ChartFacts["services"] {
  const routes = service.manifests(context).filter(({ kind }) => kind === "IngressRoute");
  const backends = routes.flatMap(({ spec }) => (spec as RouteSpec).routes.flatMap(({ services }) => services));
  return [...new Map(backends.map(({ name, port }) => [name, { name, port, targetPort: port }])).values()];
}

function operatorsOf(service: Service, { context }: Homelab): Operator[] {
  const { name, namespace } = service.facts;
  return service.delivery(context).charts.flatMap(({ chart = "", helm }) => groupsOf(chart).map((group) => ({ group, namespace, deployment: helm?.releaseName ?? name })));
}
