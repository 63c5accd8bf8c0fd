import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "@rzp/core";
import type { Authority } from "../certificates.ts";
import { refusalOf, type KubeClient } from "../client.ts";

/** An operator whose program cannot run here. What it does for the objects of its kinds is played, and only while its own Deployment is available. */
export interface Operator {
  /** API group of its kinds, or what it serves besides. */
  group: string;
  namespace: string;
  deployment: string;
}

interface Played extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { generation?: number; uid?: string };
  status?: Record<string, unknown>;
}

interface Stage {
  client: KubeClient;
  authority: Authority;
}

/** What is done about one object of a list that is not yet as it should be. */
interface Part {
  group: string;
  list: string;
  isDone: (object: Played) => boolean;
  play: (object: Played, stage: Stage) => Promise<void>;
}

const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, "Z");
const ready = (object: Played, reason = "Played"): Record<string, unknown> => ({ conditions: [{ type: "Ready", status: "True", reason, message: "played by the lab", lastTransitionTime: now(), observedGeneration: object.metadata.generation }] });
const isReady = ({ status }: Played): boolean => (status?.conditions as { type: string; status: string }[] | undefined)?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

const PARTS: readonly Part[] = [
  { group: "cert-manager.io", list: "/apis/cert-manager.io/v1/clusterissuers", isDone: isReady, play: (object, stage) => setStatus(object, ready(object, "ACMEAccountRegistered"), stage) },
  { group: "cert-manager.io", list: "/apis/cert-manager.io/v1/certificates", isDone: isReady, play: playCertificate },
  { group: "postgresql.cnpg.io", list: "/apis/postgresql.cnpg.io/v1/clusters", isDone: ({ status }) => status?.phase === "Cluster in healthy state", play: playDatabaseCluster },
  { group: "postgresql.cnpg.io", list: "/apis/postgresql.cnpg.io/v1/databases", isDone: ({ status }) => status?.applied === true, play: (object, stage) => setStatus(object, { applied: true, observedGeneration: object.metadata.generation }, stage) },
  { group: "velero.io", list: "/apis/velero.io/v1/backupstoragelocations", isDone: ({ status }) => status?.phase === "Available", play: (object, stage) => setStatus(object, { phase: "Available", lastValidationTime: now() }, stage) },
  { group: "velero.io", list: "/apis/velero.io/v1/schedules", isDone: ({ status }) => status?.phase === "Enabled", play: (object, stage) => setStatus(object, { phase: "Enabled" }, stage) },
  { group: "longhorn.io", list: "/api/v1/persistentvolumeclaims", isDone: ({ status }) => status?.phase !== "Pending", play: playVolume },
  { group: "metallb.io", list: "/api/v1/services", isDone: hasAddress, play: playAddress },
];

/** Plays the operators until it is told to stop. What goes wrong is said once for each object: it is a fault of the lab, not of the homelab. */
export function startPlayers(operators: readonly Operator[], stage: Stage, report: (line: string) => void): { stop(): Promise<void> } {
  let isStopped = false;
  const said = new Set<string>();
  const played = PARTS.flatMap((part) => operators.filter(({ group }) => group === part.group).map((operator) => ({ part, operator })));
  const run = (async (): Promise<void> => {
    // Set by `stop`, while this waits.
    while (!(isStopped as boolean)) {
      for (const { part, operator } of played) await playPart(part, operator, stage, said, report).catch(() => undefined);
      await sleep(500);
    }
  })();
  return {
    stop: async () => {
      isStopped = true;
      await run;
    },
  };
}

/** Whether an operator's pods would run now. */
export async function isAvailable(client: KubeClient, { namespace, deployment }: Operator): Promise<boolean> {
  const running = await client.get<{ status?: { availableReplicas?: number } }>(`/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`);
  return (running?.status?.availableReplicas ?? 0) > 0;
}

async function playPart(part: Part, operator: Operator, stage: Stage, said: Set<string>, report: (line: string) => void): Promise<void> {
  if (!(await isAvailable(stage.client, operator))) return;
  const list = await stage.client.get<{ apiVersion: string; kind: string; items: Played[] }>(part.list);
  for (const item of list?.items ?? []) {
    if (part.isDone(item)) continue;
    // A list says its kind once, for all.
    const object = { ...item, apiVersion: list?.apiVersion ?? "v1", kind: (list?.kind ?? "List").replace(/List$/, "") };
    await part.play(object, stage).catch((error: unknown) => {
      const line = `the lab could not play ${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}: ${error instanceof Error ? error.message : String(error)}`;
      if (!said.has(line)) report(line);
      said.add(line);
    });
  }
}

async function setStatus(object: Played, status: Record<string, unknown>, { client }: Stage): Promise<void> {
  const path = `${await client.pathOf(object)}/status`;
  const answer = await client.request("PATCH", path, { status }, "application/merge-patch+json");
  // An object whose kind has no status of its own to write.
  if (answer.status === 404) await client.request("PATCH", path.replace(/\/status$/, ""), { status }, "application/merge-patch+json");
  else if (answer.status >= 300) throw new Error(refusalOf(answer.body));
}

async function playCertificate(object: Played, stage: Stage): Promise<void> {
  const { secretName, dnsNames = [] } = object.spec as { secretName: string; dnsNames?: string[] };
  const { certificate, key } = await stage.authority.server(dnsNames[0] ?? object.metadata.name, dnsNames);
  const data = { "tls.crt": encode(certificate), "tls.key": encode(key) };
  await stage.client.create({ apiVersion: "v1", kind: "Secret", metadata: { name: secretName, namespace: object.metadata.namespace ?? "default" }, type: "kubernetes.io/tls", data });
  await setStatus(object, ready(object), stage);
}

/** As many pods as it has instances would be the operator's; its address and its state are what others wait for. */
async function playDatabaseCluster(object: Played, stage: Stage): Promise<void> {
  const { name, namespace = "default" } = object.metadata;
  const { instances = 1 } = object.spec as { instances?: number };
  await stage.client.create({ apiVersion: "v1", kind: "Service", metadata: { name: `${name}-rw`, namespace, labels: { "cnpg.io/cluster": name } }, spec: { selector: { "cnpg.io/cluster": name }, ports: [{ name: "postgres", port: 5432 }] } });
  await setStatus(object, { phase: "Cluster in healthy state", instances, readyInstances: instances, ...ready(object, "ClusterIsReady") }, stage);
}

interface Claim extends Played {
  spec: { storageClassName?: string; accessModes: string[]; resources: { requests: { storage: string } } };
}

/** What Longhorn's provisioner would do: a volume that belongs to the claim; the controller binds the two. */
async function playVolume(object: Played, { client }: Stage): Promise<void> {
  const { metadata, spec } = object as Claim;
  const storageClass = await client.get<{ provisioner: string }>(`/apis/storage.k8s.io/v1/storageclasses/${spec.storageClassName ?? "longhorn"}`);
  if (storageClass?.provisioner !== "driver.longhorn.io") return;
  const name = `pvc-${metadata.uid ?? metadata.name}`;
  await client.create({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": "driver.longhorn.io" } },
    spec: {
      capacity: { storage: spec.resources.requests.storage },
      accessModes: spec.accessModes,
      storageClassName: spec.storageClassName ?? "longhorn",
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
      csi: { driver: "driver.longhorn.io", volumeHandle: name, fsType: "ext4" },
    },
  });
}

interface BalancedService extends Played {
  spec: { type?: string };
}

function hasAddress(object: Played): boolean {
  const { spec, status } = object as BalancedService;
  return spec.type !== "LoadBalancer" || ((status?.loadBalancer as { ingress?: unknown[] } | undefined)?.ingress ?? []).length > 0;
}

/** The address that the Service asks for. One that another Service has is not given twice, and an event says so. */
async function playAddress(object: Played, stage: Stage): Promise<void> {
  const { name, namespace = "default", annotations } = object.metadata;
  const ip = annotations?.["metallb.io/loadBalancerIPs"];
  if (ip === undefined) return;
  const all = await stage.client.get<{ items: BalancedService[] }>("/api/v1/services");
  const holder = all?.items.find((other) => other.spec.type === "LoadBalancer" && hasAddress(other) && JSON.stringify(other.status).includes(`"${ip}"`))?.metadata;
  if (holder === undefined) {
    await setStatus(object, { loadBalancer: { ingress: [{ ip, ipMode: "VIP" }] } }, stage);
    return;
  }
  await stage.client.create({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.allocation-failed`, namespace },
    involvedObject: { apiVersion: "v1", kind: "Service", name, namespace },
    reason: "AllocationFailed",
    type: "Warning",
    message: `no address: ${ip} is also in use by ${holder.namespace ?? "default"}/${holder.name}`,
  });
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}
