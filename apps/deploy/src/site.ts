import { ARGOCD_NAMESPACE } from "@rzp/argocd/manifests";
import type { Capacity, Site } from "@rzp/workload/manifests";
import type { Stack } from "./config.ts";

/** Names that both planes must agree on; each stands here and nowhere else. */
export const NAMES = {
  argocd: { namespace: ARGOCD_NAMESPACE, root: "homelab" },
  secrets: { namespace: "external-secrets", identity: "infisical-identity", store: "infisical" },
  ingress: { namespace: "traefik", app: "traefik", entryPoint: "websecure" },
  connector: "cloudflared",
  issuer: "letsencrypt",
  storageClass: "longhorn",
} as const;

/** Traefik's Middleware on every answer, which Traefik and `ingress-routes` both name. */
export const SECURITY_HEADERS = "security-headers";
/** Where the rendered tree lies in the repository. */
export const TREE = "kubernetes";
/** Where Talos mounts the user volume named `longhorn` (Talos 1.13, disk management). */
const DATA_PATH = "/var/mnt/longhorn";
/** Where media apps see the library. */
const MEDIA_MOUNT = "/media";
/** More copies cost disk and write time without surviving more than a homelab loses at once. */
const REPLICAS_MAX = 3;

/** The plain values that manifests are made from, out of one stack's configuration. */
export function siteOf(stack: Stack): Site {
  const { network, infisical, cloudflare } = stack;
  const machines = Object.values(stack.machines);
  const controlPlanes = machines.filter(({ role }) => role === "controlplane");
  const dataDisks = machines.flatMap(({ dataDisk = [] }) => dataDisk);
  return {
    domain: stack.domain,
    timeZone: stack.timeZone,
    git: { ...stack.git, path: TREE },
    storage: {
      className: NAMES.storageClass,
      replicas: Math.max(1, Math.min(REPLICAS_MAX, dataDisks.length)),
      dataPath: DATA_PATH,
      ...(stack.backups === undefined ? {} : { backupTarget: stack.backups.target }),
    },
    secretStore: {
      name: NAMES.secrets.store,
      url: infisical.siteUrl,
      projectSlug: infisical.projectSlug,
      environmentSlug: infisical.environment,
      identity: { name: NAMES.secrets.identity, namespace: NAMES.secrets.namespace },
    },
    certificates: { issuer: NAMES.issuer, email: stack.certificates.email, zone: cloudflare.zone },
    ingress: { namespace: NAMES.ingress.namespace, app: NAMES.ingress.app, route: { entryPoint: NAMES.ingress.entryPoint } },
    network: {
      lan: network.nodes,
      pods: network.pods,
      services: network.services,
      // A policy sees the address after service translation: the control planes themselves, never `kubernetes.default`.
      apiServer: { addresses: controlPlanes.map(({ address }) => address), port: 6443 },
    },
    loadBalancerPool: [network.loadBalancers],
    capacity: { nodes: workersOf(stack), dataDisks },
    ...(stack.media === undefined ? {} : { media: { ...stack.media, mountPath: MEDIA_MOUNT } }),
  };
}

/** Machines that run pods: control planes take none. */
function workersOf({ machines }: Stack): Capacity["nodes"] {
  return Object.entries(machines)
    .filter(([, { role }]) => role === "worker")
    .map(([name, { cores, memory }]) => ({ name, cpu: `${cores}`, memory }));
}
