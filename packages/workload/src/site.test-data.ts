import { category, registry, type Category, type Registry, type RenderContext, type Site, type WorkloadArgs } from "./manifests.ts";

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
export const IMAGE = `ghcr.io/example/app:1.2.3@${DIGEST}`;

export const SITE: Site = {
  domain: "home.example.com",
  timeZone: "Europe/Vienna",
  git: { repoURL: "https://git.example.com/homelab.git", revision: "main", path: "kubernetes" },
  storage: { className: "longhorn", replicas: 3, dataPath: "/var/mnt/longhorn" },
  secretStore: { name: "infisical", url: "https://eu.infisical.com", projectSlug: "homelab", environmentSlug: "prod", identity: { name: "identity", namespace: "external-secrets" } },
  certificates: { issuer: "letsencrypt", email: "me@example.com", zone: "example.com" },
  ingress: { namespace: "traefik", app: "traefik", route: { entryPoint: "websecure" } },
  network: {
    lan: "10.0.20.0/24",
    pods: "10.244.0.0/16",
    services: "10.96.0.0/12",
    apiServer: { addresses: ["10.0.20.11", "10.0.20.12", "10.0.20.13"], port: 6443 },
  },
  loadBalancerPool: ["10.0.20.200-10.0.20.219"],
};

/** The least a workload can say. */
export const BASIC: WorkloadArgs = { image: IMAGE, port: 8080, health: "/ping" };

export function lab(categories: readonly Category[], site: Site = SITE): { all: Registry; context: RenderContext } {
  const all = registry(categories, site);
  return { all, context: all.context(site) };
}

/** One category of declarations, rendered: objects of a service by its name. */
export function rendered(declarations: Parameters<typeof category>[1], options: { site?: Site; path?: string; namespace?: string } = {}): (name: string) => ReturnType<Category["services"][number]["manifests"]> {
  const { site = SITE, path = "apps/media", namespace } = options;
  const { all, context } = lab([category(path, declarations, namespace === undefined ? {} : { namespace })], site);
  return (name) => {
    const service = all.services.find(({ facts }) => facts.name === name);
    if (service === undefined) throw new Error(`no service ${name}`);
    return service.manifests(context);
  };
}
