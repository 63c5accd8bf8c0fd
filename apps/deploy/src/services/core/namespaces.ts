import type { KubernetesObject } from "@rzp/core";
import { commonLabels, POD_SECURITY, type PodSecurity, type ServiceFacts } from "@rzp/workload/manifests";
import { NAMES } from "../../site.ts";
import { NO_NAMESPACE, view } from "../../view.ts";

/** Every namespace of the homelab, before anything is put into it: a pod-security label that comes later than the pods comes too late. */
export const namespaces = view({
  purpose: "Every namespace, with the pod security it enforces.",
  // Before everything else of its layer.
  wave: -1,
  manifests: ({ services }) => {
    const names = [...new Set(services.map(({ namespace }) => namespace))].filter((name) => !MADE_ELSEWHERE.includes(name)).sort();
    return names.map((name) => namespaceObject(name, services));
  },
});

/** Argo CD's own is made by the bootstrap, before there is an Argo CD; the other is Kubernetes'. */
const MADE_ELSEWHERE: readonly string[] = [NAMES.argocd.namespace, NO_NAMESPACE];

/** One namespace. It enforces what its weakest service needs, and audits and warns of everything short of restricted. */
export function namespaceObject(name: string, services: readonly ServiceFacts[]): KubernetesObject {
  const inside = services.filter(({ namespace }) => namespace === name);
  const level = weakest(inside.map(({ podSecurity }) => podSecurity));
  const reasons = reasonsFor(level, inside);
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        "app.kubernetes.io/part-of": commonPart(inside),
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/audit": level === "privileged" ? level : "restricted",
        "pod-security.kubernetes.io/warn": level === "privileged" ? level : "restricted",
      },
      annotations: {
        // Deleting a namespace deletes every volume claim in it.
        "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
        ...(reasons.length === 0 ? {} : { [`rzp.dev/allows-${level}`]: reasons.join("; ") }),
      },
    },
  };
}

/** Why a namespace is not restricted, each reason once with those who have it. */
function reasonsFor(level: PodSecurity, inside: readonly ServiceFacts[]): string[] {
  const weak = inside.filter(({ podSecurity }) => podSecurity === level && level !== "restricted");
  const byReason = Map.groupBy(weak.flatMap(({ name, relaxations }) => relaxations.map(({ what, reason }) => ({ name, why: `${what}: ${reason}` }))), ({ why }) => why);
  return [...byReason].map(([why, all]) => `${why} (${all.map(({ name }) => name).join(", ")})`);
}

function weakest(levels: readonly PodSecurity[]): PodSecurity {
  return levels.reduce<PodSecurity>((a, b) => (POD_SECURITY.indexOf(a) < POD_SECURITY.indexOf(b) ? b : a), "restricted");
}

function commonPart(inside: readonly ServiceFacts[]): string {
  const parts = [...new Set(inside.map((one) => commonLabels(one)["app.kubernetes.io/part-of"] ?? one.layer))];
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : (inside[0]?.layer ?? "core");
}
