import type { KubernetesObject } from "@rzp/core";
import { commonLabels, POD_SECURITY, type Declaration, type PodSecurity, type ServiceFacts, type ServiceId } from "@rzp/workload/manifests";
import { NAMES } from "../../site.ts";

/** Every namespace of the homelab, before anything is put into it: a pod-security label that comes later than the pods comes too late. */
export const namespaces: Declaration = {
  facts,
  manifests: (_, { services }) => {
    const names = [...new Set(services.map(({ namespace }) => namespace))].filter((name) => !MADE_ELSEWHERE.includes(name)).sort();
    return names.map((name) => namespaceObject(name, services));
  },
  override: () => namespaces,
};

/** Argo CD's own is made by the bootstrap, before there is an Argo CD; `default` is Kubernetes'. */
const MADE_ELSEWHERE: readonly string[] = [NAMES.argocd.namespace, "default"];

function facts({ name, category }: ServiceId): ServiceFacts {
  return {
    name,
    category,
    layer: "core",
    // Only the Application's destination: there is nothing of its own in it.
    namespace: "default",
    podSecurity: "restricted",
    purpose: "Every namespace, with the pod security it enforces.",
    // Before everything else of its layer.
    wave: -1,
    images: [],
    ports: [],
    podLabels: {},
    exposure: "internal",
    hostPorts: [],
    secrets: [],
    volumes: [],
    needs: [],
    talksTo: [],
    relaxations: [],
    risks: [],
    clusterKinds: [{ group: "", kind: "Namespace" }],
    requests: { cpu: "0", memory: "0Mi" as const, replicas: 0 },
  };
}

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
