import type { ApplicationSource, ArgoAppArgs, GroupKind } from "@rzp/argocd/manifests";
import type { Bytes, Cpu, KubernetesObject } from "@rzp/core";
import type { Site } from "./site.ts";

/** The three layers of the tree; each comes up after the one before. */
export const LAYERS = ["core", "platform", "apps"] as const;
export type Layer = (typeof LAYERS)[number];

/** Pod security standards, strictest first. */
export const POD_SECURITY = ["restricted", "baseline", "privileged"] as const;
export type PodSecurity = (typeof POD_SECURITY)[number];

/** How often a volume is backed up; the schedules belong to the site. */
export const BACKUP_CLASSES = ["daily", "weekly"] as const;
export type BackupClass = (typeof BACKUP_CLASSES)[number];

/** One thing a service does that the safe default forbids, and why it must. The reason ends up as an annotation and in the catalogue. */
export interface Relaxation {
  /** What is relaxed, in one word such as `root` or `host-network`. */
  what: string;
  reason: string;
}

export interface ServicePort {
  /** IANA service name: at most 15 characters of a-z, 0-9 and `-`. */
  name: string;
  /** Port of the container and of the Service, 1 to 65535. */
  port: number;
  /** @default "TCP" */
  protocol?: "TCP" | "UDP";
  /** `false` where `talksTo` opens nothing: a port for clients of the load balancer, such as a torrent client's. @default open to those who talk to the service */
  peers?: false;
}

/** A kind that lives in no namespace, such as `{ group: "rbac.authorization.k8s.io", kind: "ClusterRole" }`; the group of `v1` is empty. */
export type ClusterKind = Pick<GroupKind, "group" | "kind">;

/** A key a service reads from the secret store. */
export interface ServiceSecret {
  /** Key in the service's Kubernetes Secret, and name of the environment variable unless it is a file. */
  key: string;
  /** Absolute key in the store, such as `/apps/media/acquisition/sonarr/SONARR__AUTH__APIKEY`. */
  remote: string;
  /** Where it is mounted as a file; absent where it is an environment variable. */
  file?: string;
}

export interface ServiceVolume {
  name: string;
  size: Bytes;
  /** Absent where a chart mounts it. */
  mountPath?: string;
  storageClass?: string;
  /** Backup class, or the written reason why there is none. */
  backup: BackupClass | { none: string };
}

/** What every view of a service reads: plain data, nothing derived from a running cluster. */
export interface ServiceFacts {
  /** Name of the service and of its Argo CD Application. */
  name: string;
  /** Its folder below `src/services` and below the rendered tree, such as `apps/media/acquisition`. */
  category: string;
  layer: Layer;
  namespace: string;
  podSecurity: PodSecurity;
  /** One sentence: what it is for. */
  purpose?: string;
  /** Where its own documentation is. */
  upstream?: string;
  /** What is known to be wrong with it and is accepted, each in one sentence. */
  risks: readonly string[];
  /** Sync wave inside its layer when the declaration fixes it; otherwise it follows from `needs`. */
  wave?: number;
  /** Images by tag and digest; for a chart the images are the chart's own. */
  images: readonly string[];
  chart?: { repoURL: string; name: string; version: string };
  /** Ports of its pods that other services may dial, but for those that say otherwise. */
  ports: readonly ServicePort[];
  /** Labels of its pods; empty where the whole namespace is the service (a chart). */
  podLabels: Readonly<Record<string, string>>;
  /** Host name below the site's domain, such as `sonarr`; absent when the service is not routed. */
  host?: string;
  /** Port of its pods behind that host; absent when the service is not routed. */
  routePort?: number;
  /** Ports of its pods behind single paths of that host. */
  pathPorts?: readonly number[];
  /** Whether the host is also published on the internet through the tunnel. */
  exposure: "internal" | "public";
  /** What its route asks for, the app asking for nothing itself. The Middleware `auth` of its namespace asks. */
  auth?: "basic";
  /** Fixed address from the load-balancer pool. */
  loadBalancer?: { address: string; ports: readonly ServicePort[] };
  /** Ports it takes on the nodes' own addresses. */
  hostPorts: readonly number[];
  /** Its pods have their nodes' addresses: no policy of theirs applies, and no selector of others finds them. */
  hostNetwork?: boolean;
  secrets: readonly ServiceSecret[];
  volumes: readonly ServiceVolume[];
  /** Services that must be up before this one is applied. */
  needs: readonly string[];
  /** Services this one opens connections to. */
  talksTo: readonly string[];
  /** Operator that runs its pods and dials them, on whatever port it likes. */
  managedBy?: string;
  /** Dials the pods behind every route: an ingress controller. */
  dialsRoutes?: true;
  relaxations: readonly Relaxation[];
  /** Cluster-scoped kinds it makes, which its layer's AppProject must allow. */
  clusterKinds: readonly ClusterKind[];
  /** What one replica asks for, and how many there are. */
  requests: { cpu: Cpu; memory: Bytes; replicas: number };
}

/** Where a declaration was placed: its key in a category. */
export interface ServiceId {
  name: string;
  category: string;
  /** Namespace shared by a category; otherwise a service has one of its own name. */
  namespace?: string;
}

/** What a stack may change of a service without touching its declaration. */
export interface ServiceOverride {
  enabled?: boolean;
  imageTag?: string;
  host?: string;
  /** Another address from the stack's pool for the service's load balancer. */
  address?: string;
  resources?: { cpu?: Cpu; memory?: Bytes; memoryLimit?: Bytes };
}

/** What a service may look at while it renders: the site, and the facts of the services beside it. */
export interface RenderContext {
  site: Site;
  /** Facts of a service by name; an unknown name is an error that names the nearest known one. */
  service(name: string): ServiceFacts;
  /** Every service of the homelab, in the registry's order: those who talk to this one, and all of them for services that are views of the others. */
  services: readonly ServiceFacts[];
}

/** How Argo CD brings a service up beyond reading its folder. */
export interface Delivery {
  /** Charts that Argo CD renders itself. */
  charts: readonly ApplicationSource[];
  /** What differs from the Application every service gets. */
  application?: Partial<Pick<ArgoAppArgs, "syncOptions" | "ignoreDifferences" | "respectIgnoreDifferences" | "onDelete" | "retry">>;
}

/** A declaration before it has a name: plain data with two faces, and the one change a stack may make to it. */
export interface Declaration {
  facts(id: ServiceId): ServiceFacts;
  manifests(id: ServiceId, context: RenderContext): KubernetesObject[];
  delivery?(id: ServiceId, context: RenderContext): Delivery;
  /** A new declaration with the stack's overrides in place; an override that cannot apply (an image tag for a chart) is an ArgumentError. */
  override(id: ServiceId, changes: ServiceOverride): Declaration;
}

/** A declaration in its place. */
export interface Service {
  id: ServiceId;
  facts: ServiceFacts;
  manifests(context: RenderContext): KubernetesObject[];
  delivery(context: RenderContext): Delivery;
  override(changes: ServiceOverride): Service;
}

/** Namespace of a service: its category's, or one of its own name. */
export function namespaceOf({ name, namespace = name }: ServiceId): string {
  return namespace;
}

/** Ports that those who talk to a service may dial. */
export function peerPorts({ ports }: Pick<ServiceFacts, "ports">): ServicePort[] {
  return ports.filter(({ peers }) => peers !== false);
}

/** A service's keys with their places in the store: below a folder of its own unless one says otherwise. */
export function remoteSecrets({ name, category }: ServiceId, secrets: readonly (string | ServiceSecret)[] = []): ServiceSecret[] {
  return secrets.map((secret) => (typeof secret === "string" ? { key: secret, remote: `/${category}/${name}/${secret}` } : secret));
}

/** The same for keys that are mounted as files. */
export function remoteFiles(id: ServiceId, files: Readonly<Record<string, string | ServiceSecret>> = {}): ServiceSecret[] {
  return Object.entries(files).flatMap(([file, secret]) => remoteSecrets(id, [secret]).map((one) => ({ ...one, file })));
}

/** Full host name, or undefined where the service is not routed. */
export function hostOf({ host }: Pick<ServiceFacts, "host">, { domain }: Pick<Site, "domain">): string | undefined {
  return host === undefined ? undefined : `${host}.${domain}`;
}

/** Labels that every object of a service carries. */
export function commonLabels({ name, category }: Pick<ServiceFacts, "name" | "category">): Record<string, string> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": name, "app.kubernetes.io/part-of": partOf(category) };
}

/** A category as the value of a label. */
export function partOf(category: string): string {
  return category.replaceAll("/", "-");
}

/** Folder of what belongs to no single service: routes' middlewares, policies, backup schedules, the store. It comes up with the core. */
export const SHARED_CONFIG = "shared-config";

/** The layer of a category: its first folder, or the core for what all share. */
export function layerOf(category: string): Layer | undefined {
  const [folder = ""] = category.split("/");
  return LAYERS.find((layer) => layer === (folder === SHARED_CONFIG ? "core" : folder));
}
