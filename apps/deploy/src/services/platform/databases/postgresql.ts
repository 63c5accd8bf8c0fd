import { helmWorkload } from "@rzp/workload/manifests";

export const postgresql = helmWorkload({
  purpose: "Runs every PostgreSQL database, and archives its write-ahead log.",
  upstream: "https://cloudnative-pg.io/docs/1.30/",
  chart: { repoURL: "https://cloudnative-pg.github.io/charts", name: "cloudnative-pg", version: "0.29.0" },
  values: {
    // For databases that name none; the operator's own default is a tag that moves.
    config: { data: { POSTGRES_IMAGE_NAME: "ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie@sha256:5a6a677d3fa2bc3fdc61874e0de8324b5a987eb676ddca133e71365a8467d6c1" } },
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  },
  // The operator finds the plugin by a Service beside itself; archiving of its own is deprecated since 1.26.
  extraCharts: { "barman-cloud": { name: "plugin-barman-cloud", version: "0.7.1", values: { resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } } } } },
  namespace: "cnpg-system",
  resources: { cpu: "70m", memory: "192Mi" },
  // The plugin's certificate, without which it does not start.
  needs: ["cert-manager", "longhorn"],
  clusterKinds: [
    { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" },
    { group: "rbac.authorization.k8s.io", kind: "ClusterRole" },
    { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" },
    { group: "admissionregistration.k8s.io", kind: "MutatingWebhookConfiguration" },
    { group: "admissionregistration.k8s.io", kind: "ValidatingWebhookConfiguration" },
  ],
  network: { api: true, webhooks: [9443] },
  // Its CRDs gone, every database would go with them.
  application: { onDelete: "orphan" },
});
