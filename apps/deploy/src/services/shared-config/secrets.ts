import { infisicalSecretStoreManifests } from "@rzp/infisical/manifests";
import type { ServiceFacts } from "@rzp/workload/manifests";
import { isView, view } from "../../view.ts";

export const secrets = view({
  purpose: "The one store that every ExternalSecret reads from.",
  needs: ["external-secrets"],
  manifests: ({ site: { secretStore: store }, services }) =>
    infisicalSecretStoreManifests(store.name, {
      namespaces: readers(services),
      hostAPI: store.url,
      projectSlug: store.projectSlug,
      environmentSlug: store.environmentSlug,
      auth: { universal: { clientId: { ...store.identity, key: "clientId" }, clientSecret: { ...store.identity, key: "clientSecret" } } },
    }),
});

/** A namespace in which nothing reads a secret has no business with the store. */
function readers(services: readonly ServiceFacts[]): string[] {
  const reading = services.filter((one) => !isView(one) && (one.secrets.length > 0 || one.auth !== undefined));
  return [...new Set(reading.map(({ namespace }) => namespace))].sort();
}
