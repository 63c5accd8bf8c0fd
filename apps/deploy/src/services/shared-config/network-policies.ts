import type { KubernetesObject } from "@rzp/core";
import { hasPolicy, peersPolicy, type ServiceFacts } from "@rzp/workload/manifests";
import { isView, view } from "../../view.ts";

export const networkPolicies = view({
  purpose: "Closes every shared namespace to pods that no policy selects, and opens each service to the others that talk to it.",
  manifests: (context) => [
    ...[...Map.groupBy(context.services, ({ namespace }) => namespace)].filter(([, inside]) => inside.every(isCloseable)).map(([namespace]) => defaultDeny(namespace)),
    ...context.services.flatMap((one) => peersPolicy(one, context)),
  ],
});

/**
 * A chart's policy is its namespace's already. A second one would be there before it, and close the door to the jobs that a chart runs before its first
 * sync, and to Argo CD itself. Who has no policy at all, and why, stands in its declaration.
 */
function isCloseable(one: ServiceFacts): boolean {
  return !isView(one) && one.chart === undefined && hasPolicy(one);
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
