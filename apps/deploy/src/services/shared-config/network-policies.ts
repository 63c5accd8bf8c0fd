import type { KubernetesObject } from "@rzp/core";
import type { ServiceFacts } from "@rzp/workload/manifests";
import { isView, view } from "../../view.ts";

export const networkPolicies = view({
  purpose: "Closes every shared namespace: a pod that no service's own policy selects can do nothing but ask for names.",
  manifests: ({ services }) => [...Map.groupBy(services, ({ namespace }) => namespace)].filter(([, inside]) => inside.every(hasPolicyOfItsOwn)).map(([namespace]) => defaultDeny(namespace)),
});

/**
 * A chart's policy is its namespace's already. A second one would be there before it, and close the door to the jobs that a chart runs before its first
 * sync, and to Argo CD itself. Who has no policy at all, and why, stands in its declaration.
 */
function hasPolicyOfItsOwn(one: ServiceFacts): boolean {
  return !isView(one) && one.chart === undefined && !one.relaxations.some(({ what }) => what === "network");
}

function defaultDeny(namespace: string): KubernetesObject {
  const dns = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } }, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny", namespace },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      egress: [{ to: [dns], ports: [{ port: 53, protocol: "UDP" }, { port: 53, protocol: "TCP" }] }],
    },
  };
}
