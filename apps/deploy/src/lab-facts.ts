/** The homelab as the lab needs it: plain values, and nothing that the tree does not say. */
import { randomBytes } from "node:crypto";
import { argoCdConfig } from "@rzp/argocd/manifests";
import { groupsOf, type ChartFacts, type Crd, type Operator, type RehearsalArgs } from "@rzp/lab";
import type { Service } from "@rzp/workload/manifests";
import type { Homelab } from "./homelab.ts";
import { isView } from "./view.ts";

type LabFacts = Pick<RehearsalArgs, "git" | "crds" | "config" | "charts" | "operators" | "needs">;

export function labFacts(home: Homelab, crds: readonly Crd[]): LabFacts {
  const { registry, context } = home;
  return {
    git: context.site.git,
    crds: crds.filter(({ spec }) => spec.group === "argoproj.io"),
    config: argoCdConfig({ url: `https://argocd.${context.site.domain}` }),
    charts: registry.services.flatMap((service) => chartsOf(service, home, crds)),
    needs: Object.fromEntries(context.services.map(({ name, needs }) => [name, needs])),
    operators: registry.services.flatMap((service) => operatorsOf(service, home)),
  };
}

/** A service that nobody needs and that keeps nothing: it may leave and come back. */
export function victimOf({ context: { services } }: Homelab): string {
  const isNeeded = (name: string): boolean => services.some((one) => one.needs.includes(name) || one.talksTo.includes(name) || one.managedBy === name);
  const found = services.find((one) => one.layer === "apps" && !isView(one) && !isNeeded(one.name) && one.chart === undefined) ?? services.at(-1);
  return found?.name ?? "";
}

/** What the homelab's services read from the secret store, by folder and key: any value will do. */
export function storedSecrets({ context: { services } }: Homelab): Record<string, Record<string, string>> {
  const stored: Record<string, Record<string, string>> = {};
  for (const { remote } of services.flatMap(({ secrets }) => secrets)) {
    const cut = remote.lastIndexOf("/");
    (stored[remote.slice(0, cut) || "/"] ??= {})[remote.slice(cut + 1)] = randomBytes(16).toString("hex");
  }
  return stored;
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
