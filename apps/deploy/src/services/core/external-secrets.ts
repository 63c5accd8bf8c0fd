import { infisicalSecretStoreManifests } from "@rzp/infisical/manifests";
import { helmWorkload } from "@rzp/workload/manifests";

export const externalSecrets = helmWorkload({
  purpose: "Brings secrets from Infisical into the cluster.",
  chart: { repoURL: "https://charts.external-secrets.io", name: "external-secrets", version: "2.9.0" },
  values: {
    installCRDs: true,
    resources: { requests: { cpu: "80m", memory: "100Mi" }, limits: { memory: "256Mi" } },
  },
  network: { api: true, internet: true, webhooks: [10_250] },
  objects: ({ site: { secretStore: store } }, { services }) =>
    infisicalSecretStoreManifests(store.name, {
      // A namespace in which nothing reads a secret has no business with the store.
      namespaces: [...new Set(services.filter(({ secrets }) => secrets.length > 0).map(({ namespace }) => namespace))].sort(),
      hostAPI: store.url,
      projectSlug: store.projectSlug,
      environmentSlug: store.environmentSlug,
      auth: { universal: { clientId: { ...store.identity, key: "clientId" }, clientSecret: { ...store.identity, key: "clientSecret" } } },
    }),
  // Its CRDs gone, every ExternalSecret would go with them.
  application: { onDelete: "orphan" },
});
