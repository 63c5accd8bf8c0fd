import { category, helmWorkload, registry, serviceApplication, workload, type Site } from "@rzp/workload/manifests";

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

const linkding = workload({
  purpose: "Keeps bookmarks.",
  image: "ghcr.io/sissbruecker/linkding:1.45.0@sha256:2d2f1a0b6a3d2c9a7b6e5d4c3b2a19080706050403020100ffeeddccbbaa9988",
  port: 9090,
  health: "/health",
  volumes: { data: { size: "2Gi", mountPath: "/etc/linkding/data", backup: "daily" } },
  secrets: ["LD_SUPERUSER_PASSWORD", "DB_PASSWORD"],
  env: { LD_SUPERUSER_NAME: "me", LD_CSRF_TRUSTED_ORIGINS: ({ host }) => `https://${host}`, DATABASE_URL: "postgres://linkding:$(DB_PASSWORD)@db/linkding" },
});

/** The awkward one: it must hear broadcasts, so no policy of its own holds; those who talk to it reach it by its node's address. */
const homeAssistant = workload({
  image: "ghcr.io/home-operations/home-assistant:2026.8.3@sha256:0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
  port: 8123,
  health: "/healthz",
  volumes: { config: { size: "10Gi", mountPath: "/config", backup: "daily" } },
  relax: { hostNetwork: "devices announce themselves by mDNS on the home network" },
  talksTo: ["mosquitto"],
});

const mosquitto = workload({
  image: "public.ecr.aws/docker/library/eclipse-mosquitto:2.0.22@sha256:202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
  port: 1883,
  health: "tcp",
  host: false,
  files: { "/mosquitto/config/mosquitto.conf": "listener 1883\npassword_file /mosquitto/data/passwords\n" },
  volumes: { data: { size: "1Gi", mountPath: "/mosquitto/data", backup: "weekly" } },
  loadBalancer: { address: "10.0.20.210", ports: [{ name: "mqtt", port: 1883 }] },
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

const all = registry([category("core", { metallb }), category("apps/home", { "home-assistant": homeAssistant, linkding, mosquitto }, { namespace: "home" })], site);
const context = all.context(site);

/** Everything that goes into git, and into the cluster from there. */
export const objects = all.services.flatMap((service) => {
  const own = service.manifests(context);
  return [...serviceApplication(service, context, { wave: all.waves.get(service.facts.name) ?? 0, hasObjects: own.length > 0 }), ...own];
});
