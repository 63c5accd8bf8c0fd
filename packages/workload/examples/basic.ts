import { category, helmWorkload, registry, serviceObjects, workload, type Site } from "@rzp/workload/manifests";

/** The plain values of one environment. */
const site: Site = {
  domain: "home.example.com",
  timeZone: "Europe/Vienna",
  git: { repoURL: "https://git.example.com/homelab.git", revision: "main", path: "kubernetes" },
  storage: { className: "longhorn", replicas: 2, dataPath: "/var/mnt/longhorn" },
  secretStore: { name: "infisical", url: "https://eu.infisical.com", projectSlug: "homelab", environmentSlug: "prod", identity: { name: "infisical", namespace: "external-secrets" } },
  certificates: { issuer: "letsencrypt", email: "me@example.com", zone: "example.com" },
  ingress: { namespace: "traefik", app: "traefik", route: { entryPoint: "websecure" } },
  network: { lan: "10.0.20.0/24", pods: "10.244.0.0/16", services: "10.96.0.0/12", apiServer: { addresses: ["10.0.20.11"], port: 6443 } },
  loadBalancerPool: ["10.0.20.200-10.0.20.219"],
};

const tautulli = workload({
  purpose: "Shows who watched what.",
  image: "ghcr.io/home-operations/tautulli:2.17.2@sha256:7592e192e2dd5297054a80c0f1e8b2593f7675af75c5020806b30c712e159406",
  port: 8181,
  health: "/status",
  volumes: { config: { size: "5Gi", mountPath: "/config", backup: "daily" } },
  secrets: ["TAUTULLI_API_KEY"],
  env: { TAUTULLI_HTTP_BASE_URL: ({ host }) => `https://${host}` },
});

/** The awkward one: it must hear broadcasts, so no policy of its own holds; those it talks to let it in by its node's address. */
const homeAssistant = workload({
  purpose: "Runs the home.",
  image: "ghcr.io/home-operations/home-assistant:2026.8.3@sha256:16ca445e58fa71d4f7ff287d4e9793ea690ccae932a5e200852371425cd7abb0",
  port: 8123,
  health: "/healthz",
  volumes: { config: { size: "10Gi", mountPath: "/config", backup: "daily" } },
  env: { HASS_HTTP_TRUSTED_PROXY_1: ({ site: { network } }) => network.pods, HASS_HTTP_USE_X_FORWARDED_FOR: "true" },
  relax: { hostNetwork: "devices announce themselves by mDNS on the home network" },
  talksTo: ["tautulli"],
});

const metallb = helmWorkload({
  chart: { repoURL: "https://metallb.github.io/metallb", name: "metallb", version: "0.16.1" },
  namespace: "metallb-system",
  podSecurity: { level: "privileged", reason: "the speaker answers ARP on the nodes' own network" },
  values: { speaker: { ignoreExcludeLB: true } },
  network: { api: true, webhooks: [9443] },
  objects: (self) => [
    { apiVersion: "metallb.io/v1beta1", kind: "IPAddressPool", metadata: { name: "home", namespace: self.namespace }, spec: { addresses: [...self.site.loadBalancerPool], autoAssign: false } },
  ],
});

const all = registry([category("core", { metallb }), category("apps/home", { "home-assistant": homeAssistant, tautulli }, { namespace: "home" })], site);
const context = all.context(site);

/** Everything that goes into git, and into the cluster from there. */
export const objects = all.services.flatMap((service) => serviceObjects(service, all, context));
