import { helmWorkload } from "@rzp/workload/manifests";

export const externalSecrets = helmWorkload({
  purpose: "Brings secrets from Infisical into the cluster.",
  chart: { repoURL: "https://charts.external-secrets.io", name: "external-secrets", version: "2.9.0" },
  values: {
    installCRDs: true,
    resources: { requests: { cpu: "80m", memory: "100Mi" }, limits: { memory: "256Mi" } },
  },
  network: { api: true, internet: true, webhooks: [10_250] },
  // Its CRDs gone, every ExternalSecret would go with them.
  application: { onDelete: "orphan" },
});
