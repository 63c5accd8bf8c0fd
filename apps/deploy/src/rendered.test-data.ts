import type { KubernetesObject } from "@rzp/core";
import { at, byKind } from "@rzp/testing";
import type { ServiceFacts } from "@rzp/workload/manifests";
import { homelab } from "./homelab.ts";
import { folders } from "./render.ts";
import { wholeStack } from "./stacks.test-data.ts";

/** The whole homelab, rendered once: what the tests of services look into. */
export const stack = wholeStack();
export const home = homelab(stack);
export const all = folders(home);

/** Objects of one service's folder. */
export function objectsOf(name: string): readonly KubernetesObject[] {
  const folder = all.find(({ path }) => path.endsWith(`/${name}`));
  if (folder === undefined) throw new Error(`${name} has no folder; there are: ${all.map(({ path }) => path).join(", ")}`);
  return folder.objects;
}

export function factsOf(name: string): ServiceFacts {
  return home.context.service(name);
}

export function applicationOf(name: string): KubernetesObject {
  return byKind(objectsOf(name), "Application");
}

/** Values that a service hands to its chart, or to one of several; a chart with no objects beside it is the one source. */
export function valuesOf(name: string, source = 0): unknown {
  const application = applicationOf(name);
  return at(application, `spec.sources.${source}.helm.valuesObject`) ?? at(application, "spec.source.helm.valuesObject");
}

export interface PolicyRule {
  from?: { namespaceSelector?: { matchLabels: Record<string, string> }; podSelector?: unknown; ipBlock?: { cidr: string } }[];
  to?: PolicyRule["from"];
  ports?: { port: number; protocol: string }[];
}

/** Rules of a service's policies, its own and the one for those beside it: policies add up. */
export function rulesOf(name: string, direction: "ingress" | "egress"): PolicyRule[] {
  const policies = [...objectsOf(name), ...objectsOf("network-policies").filter(({ metadata }) => metadata.name === `${name}-peers`)].filter(({ kind }) => kind === "NetworkPolicy");
  return policies.flatMap(({ spec }) => (at(spec, direction) ?? []) as PolicyRule[]);
}

export function containerOf(name: string): unknown {
  return at(byKind(objectsOf(name), "Deployment"), "spec.template.spec.containers.0");
}

export function envOf(name: string): Record<string, string> {
  return Object.fromEntries((at(containerOf(name), "env") as { name: string; value: string }[]).map((variable) => [variable.name, variable.value]));
}

/** Keys that an ExternalSecret brings, with their places in the store. */
export function remotesOf(name: string, secret: string): Record<string, string> {
  const data = at(byKind(objectsOf(name), "ExternalSecret", secret), "spec.data") as { secretKey: string; remoteRef: { key: string } }[];
  return Object.fromEntries(data.map(({ secretKey, remoteRef }) => [secretKey, remoteRef.key]));
}
