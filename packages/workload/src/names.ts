import { dnsLabel, stableHash } from "@rzp/core";

/** Longest name of a service: it is a label value and a DNS label, and some objects add a suffix of up to 10 characters. */
export const NAME_MAX = 53;

/** Labels that select a workload's pods. They never change: a Deployment's selector is immutable. */
export function podLabels(name: string): Record<string, string> {
  return { "app.kubernetes.io/name": name };
}

/** Name of the claim behind a volume. */
export function claimName(name: string, volume: string): string {
  return `${name}-${volume}`;
}

/** Name of the Service that has the load balancer's address. */
export function loadBalancerName(name: string): string {
  return `${name}-lb`;
}

/** Name of the Secret that a route's certificate is kept in. */
export function tlsSecretName(name: string): string {
  return `${name}-tls`;
}

/** Name of the Secret with a chart's keys; its own name is often the chart's own Secret. */
export function chartSecretName(name: string): string {
  return `${name}-secrets`;
}

/** Name of the Secret with a service's secret files; its other one is the pod's environment, whole. */
export function secretFilesName(name: string): string {
  return `${name}-files`;
}

/** Name of the Middleware that asks for a password. A route finds one in its own namespace only. */
export const AUTH_MIDDLEWARE = "auth";

/** Name of the ConfigMap with a service's files. */
export function filesName(name: string): string {
  return `${name}-files`;
}

/** Name of the ConfigMap with a service's seeds. */
export function seedName(name: string): string {
  return `${name}-seed`;
}

/** Key of a ConfigMap for a path. The hash comes first: it keeps two paths apart, and a key may not begin with two dots. */
export function fileKey(path: string): string {
  const base = path.split("/").at(-1) ?? path;
  return `${stableHash([path])}-${base.replace(/[^-._A-Za-z0-9]/g, "-").slice(-200)}`;
}

/** Volume behind a scratch directory; `/a/b` and `/a-b` are two. */
export function scratchName(path: string): string {
  return dnsLabel(["scratch", path.slice(1)]);
}
