/** A made-up homelab of any size: the same seed makes the same declarations, and every one of them passes the registry's checks. */
import type { KubernetesObject } from "@rzp/core";
import { mediaApp } from "@rzp/media/manifests";
import { category, registry, serviceFolder, serviceObjects, workload, type Category, type Declaration, type ServicePort, type Site, type WorkloadArgs } from "@rzp/workload/manifests";

/** Objects of each service beside its Application. */
export const OBJECTS_PER_SERVICE = 8;

/** Which homelab. */
export interface Size {
  services: number;
  seed: number;
}

/** Objects of one folder of the rendered tree, and the file that declares them. */
export interface Folder {
  path: string;
  source: string;
  objects: readonly KubernetesObject[];
}

/** Where the made-up homelab runs. */
export const SITE: Site = {
  domain: "home.example.org",
  timeZone: "Europe/Vienna",
  git: { repoURL: "https://git.example.org/homelab.git", revision: "main", path: "kubernetes" },
  storage: { className: "longhorn", replicas: 3, dataPath: "/var/mnt/longhorn" },
  secretStore: {
    name: "infisical",
    url: "https://secrets.example.org",
    projectSlug: "homelab",
    environmentSlug: "prod",
    identity: { name: "infisical-identity", namespace: "external-secrets" },
  },
  certificates: { issuer: "letsencrypt", email: "admin@example.org", zone: "example.org" },
  ingress: { namespace: "traefik", app: "traefik", route: { entryPoint: "websecure" } },
  network: { lan: "10.0.10.0/24", pods: "10.244.0.0/16", services: "10.96.0.0/12", apiServer: { addresses: ["10.0.10.11", "10.0.10.12", "10.0.10.13"], port: 6443 } },
  loadBalancerPool: ["10.20.0.0/16"],
  media: { server: "10.0.10.5", path: "/tank/media", mountPath: "/media", group: 2000 },
};

/** Services of one folder. */
const PER_CATEGORY = 20;
/** One service in so many has an address of its own in place of a route. */
const ADDRESS_EVERY = 20;
const WORDS = ["books", "calendar", "feeds", "films", "ledger", "mail", "maps", "music", "notes", "photos", "recipes", "tickets", "vault", "wiki"];
const DIGEST = "0123456789abcdef".repeat(4);

/** The rendered tree by folder, made as the deploy app makes it: declarations, registry, manifests, Applications. */
export function folders(size: Size): Folder[] {
  const all = registry(categories(size), SITE);
  const context = all.context(SITE);
  return all.services.map((service) => ({
    path: serviceFolder(service.facts, SITE.git.path),
    source: `services/${service.facts.category}/${service.facts.name}.ts`,
    objects: serviceObjects(service, all, context),
  }));
}

/** The declarations, in folders of twenty: a tenth in the core, a fifth in the platform, the rest apps. */
export function categories({ services, seed }: Size): Category[] {
  const below = random(seed);
  const names = Array.from({ length: services }, (_, index) => `${WORDS[below(WORDS.length)] ?? ""}-${index}`);
  const placed = names.map((name, index) => ({ name, path: `${layerAt(index / services)}/group-${Math.floor(index / PER_CATEGORY)}`, declaration: declaration(index, names, below) }));
  return [...Map.groupBy(placed, ({ path }) => path)].map(([path, all]) => category(path, Object.fromEntries(all.map(({ name, declaration }) => [name, declaration]))));
}

function layerAt(share: number): string {
  if (share < 0.1) return "core";
  return share < 0.3 ? "platform" : "apps";
}

/** Every third one is a media app, which brings its own volume and mounts the library. */
function declaration(index: number, names: readonly string[], below: Below): Declaration {
  const args = argsOf(index, names, below);
  if (index % 3 === 0) return mediaApp({ ...args, library: ["downloads", "films"] });
  return workload({ ...args, volumes: { data: { size: `${1 + below(50)}Gi`, mountPath: "/data", backup: below(2) === 0 ? "daily" : "weekly" } } });
}

function argsOf(index: number, names: readonly string[], below: Below): WorkloadArgs {
  const port = 1024 + below(60_000);
  const metrics: ServicePort = { name: "metrics", port: port + 1 };
  return {
    image: `registry.example.org/apps/${names[index] ?? ""}:${below(9)}.${below(20)}.${below(20)}@sha256:${DIGEST}`,
    port,
    health: below(4) === 0 ? "tcp" : "/health",
    purpose: `Keeps the ${WORDS[below(WORDS.length)] ?? ""} of the house.`,
    ports: below(2) === 0 ? [] : [metrics],
    env: { APP_URL: ({ host }) => `https://${host}`, ...Object.fromEntries(Array.from({ length: 2 + below(6) }, (_, at) => [`APP_SETTING_${at}`, `value ${below(1_000_000)}`])) },
    secrets: Array.from({ length: 1 + below(4) }, (_, at) => `APP_SECRET_${at}`),
    // Only earlier ones: they are in the same layer or in one below, and the layers form no circle.
    talksTo: some(below(5), names.slice(0, index), below),
    needs: some(below(3), names.slice(0, index), below),
    internet: below(3) === 0,
    resources: { cpu: `${50 + below(500)}m`, memory: `${128 + below(512)}Mi`, memoryLimit: "2Gi" },
    ...(index % ADDRESS_EVERY === ADDRESS_EVERY - 1 ? withAddress(index / ADDRESS_EVERY, metrics) : {}),
  };
}

/** Certificate and route less, a second Service and a ConfigMap more: the count of objects stays. */
function withAddress(index: number, port: ServicePort): Partial<WorkloadArgs> {
  const number = Math.floor(index) + 1;
  return { host: false, ports: [port], loadBalancer: { address: `10.20.${number >> 8}.${number & 255}`, ports: [port] }, files: { "/etc/app/app.conf": ({ name, site }) => `name = ${name}\nzone = ${site.timeZone}\n` } };
}

function some(count: number, names: readonly string[], below: Below): string[] {
  return [...new Set(Array.from({ length: Math.min(count, names.length) }, () => names[below(names.length)] ?? ""))];
}

/** A whole number from 0 up to, but without, the limit. */
export type Below = (limit: number) => number;

/** Mulberry32 (Tommy Ettinger, public domain): four lines, and loading a library would be part of what is measured. */
export function random(seed: number): Below {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
