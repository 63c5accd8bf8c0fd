import type { KubeClient } from "../client.ts";
import { isSyncing, isUp, type Application, type ResourceState } from "./applications.ts";

/** Why an Application is not up, and cannot be by waiting alone. */
export interface Cause {
  application: string;
  /** The object it is about, such as `apps/Deployment media/sonarr`; the Application itself where it is about no single one. */
  object: string;
  /** What Argo CD or the API server says. */
  message: string;
}

interface Condition {
  type: string;
  status: string;
  message?: string;
}

interface Conditioned {
  status?: { conditions?: Condition[] };
}

/** What is known to be wrong with the Applications that are not up, most telling first. */
export async function findCauses(client: KubeClient, applications: readonly Application[]): Promise<Cause[]> {
  const found = await Promise.all(applications.filter((one) => !isUp(one)).map((one) => causesOf(client, one)));
  return found.flat();
}

async function causesOf(client: KubeClient, application: Application): Promise<Cause[]> {
  const { name } = application.metadata;
  const of = (object: string, message: string): Cause => ({ application: name, object, message });
  const { conditions = [], operationState, resources = [], sync } = application.status ?? {};
  const failed = (operationState?.syncResult?.resources ?? []).filter(({ status: is, hookPhase }) => is === "SyncFailed" || hookPhase === "Failed" || hookPhase === "Error");
  // Between two tries an operation runs on, and says that it waits for the next; one that waits for an object to become healthy is well.
  const operation = operationState?.phase === "Failed" || operationState?.phase === "Error" || (operationState?.message ?? "").includes("Retrying attempt");
  // Argo CD keeps the health of single objects to itself: the objects are asked.
  const objects = await Promise.all(resources.map(async (one) => ({ one, why: await whyNotWell(client, one) })));
  return [
    ...conditions.filter(({ type }) => type.endsWith("Error") || type === "SharedResourceWarning").map(({ type, message }) => of(`Application ${name}`, `${type}: ${message}`)),
    ...failed.map((one) => of(nameOf(one), one.message ?? "was refused")),
    ...(operation && failed.length === 0 && operationState?.message !== undefined ? [of(`Application ${name}`, operationState.message)] : []),
    ...objects.flatMap(({ one, why }) => (why === undefined ? [] : [of(nameOf(one), why)])),
    ...(sync?.status === "Synced" && resources.length === 0 && !isSyncing(application) ? [of(`Application ${name}`, "has nothing in it: no file is where it looks, or none matches")] : []),
  ];
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
/** Kinds whose groups have a dot in their name like those of custom resources, and that have no state of their own. */
const STATELESS = /^(networking|rbac\.authorization|policy|storage|admissionregistration|apiextensions)\.k8s\.io$|^traefik\.io$/;

/** The reason behind an object that is not well, where there is one that waiting does not mend. */
async function whyNotWell(client: KubeClient, one: ResourceState): Promise<string | undefined> {
  const { group = "", version, kind, namespace = "", name } = one;
  if (WORKLOADS.includes(kind)) return whyNoPods(client, namespace, name);
  if (kind === "PersistentVolumeClaim") return whyUnbound(client, namespace, name);
  if (group === "" && kind === "Service") return whyNoAddress(client, namespace, name);
  if (!group.includes(".") || STATELESS.test(group) || group === "argoproj.io") return undefined;
  const path = await client.pathOf({ apiVersion: `${group}/${version}`, kind, metadata: { name, namespace } }).catch(() => undefined);
  const object = path === undefined ? undefined : await client.get<Conditioned>(path).catch(() => undefined);
  const message = object?.status?.conditions?.find(({ type, status }) => type === "Ready" && status === "False")?.message;
  // Its condition says only that it failed.
  const more = message !== undefined && kind === "ExternalSecret" ? await lastEvent(client, namespace, name, "UpdateFailed") : undefined;
  return more === undefined ? message : `${message ?? ""}: ${more}`;
}

interface PodLike extends Conditioned {
  metadata: { name: string; ownerReferences?: { name: string }[] };
}

/** Pods that are refused are told by their owner; pods that no node takes tell it themselves. */
async function whyNoPods(client: KubeClient, namespace: string, name: string): Promise<string | undefined> {
  const owned = (owner: string): boolean => owner === name || owner.startsWith(`${name}-`);
  const replicaSets = await client.get<{ items: PodLike[] }>(`/apis/apps/v1/namespaces/${namespace}/replicasets`);
  const refused = (replicaSets?.items ?? []).filter(({ metadata }) => owned(metadata.name)).flatMap(({ status }) => status?.conditions ?? []).find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  if (refused?.message !== undefined) return refused.message;
  const pods = await client.get<{ items: PodLike[] }>(`/api/v1/namespaces/${namespace}/pods`);
  const waiting = (pods?.items ?? []).filter(({ metadata }) => (metadata.ownerReferences ?? []).some((owner) => owned(owner.name)));
  const unscheduled = waiting.flatMap(({ status }) => status?.conditions ?? []).find(({ type, status }) => type === "PodScheduled" && status === "False");
  return unscheduled?.message === undefined ? undefined : `no node takes its pod: ${unscheduled.message}`;
}

async function whyUnbound(client: KubeClient, namespace: string, name: string): Promise<string | undefined> {
  const claim = await client.get<{ status?: { phase?: string } }>(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`);
  return claim?.status?.phase === "Pending" ? lastEvent(client, namespace, name, "ProvisioningFailed") : undefined;
}

async function whyNoAddress(client: KubeClient, namespace: string, name: string): Promise<string | undefined> {
  const service = await client.get<{ spec: { type?: string }; status?: { loadBalancer?: { ingress?: unknown[] } } }>(`/api/v1/namespaces/${namespace}/services/${name}`);
  const waits = service?.spec.type === "LoadBalancer" && (service.status?.loadBalancer?.ingress ?? []).length === 0;
  return waits ? lastEvent(client, namespace, name, "AllocationFailed") : undefined;
}

async function lastEvent(client: KubeClient, namespace: string, name: string, reason: string): Promise<string | undefined> {
  const events = await client.get<{ items: { message: string }[] }>(`/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name=${name},reason=${reason}`);
  return events?.items.at(-1)?.message;
}

function nameOf({ group = "", kind, namespace = "", name }: { group?: string | undefined; kind: string; namespace?: string | undefined; name: string }): string {
  return `${group === "" ? "" : `${group}/`}${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}
