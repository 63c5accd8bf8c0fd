import type { KubeClient } from "../client.ts";
import { isUp, type Application, type ResourceState } from "./applications.ts";

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
  reason?: string;
  message?: string;
}

/** What is known to be wrong with the Applications that are not up, most telling first. */
export async function findCauses(client: KubeClient, applications: readonly Application[]): Promise<Cause[]> {
  const found = await Promise.all(applications.filter((one) => !isUp(one)).map((one) => causesOf(client, one)));
  return found.flat();
}

async function causesOf(client: KubeClient, { metadata: { name }, status }: Application): Promise<Cause[]> {
  const of = (object: string, message: string): Cause => ({ application: name, object, message });
  const { conditions = [], operationState, resources = [] } = status ?? {};
  const failed = (operationState?.syncResult?.resources ?? []).filter(({ status: is, hookPhase }) => is === "SyncFailed" || hookPhase === "Failed" || hookPhase === "Error");
  // Between two tries an operation runs on, and says that it waits for the next; one that waits for an object to become healthy is well.
  const operation = operationState?.phase === "Failed" || operationState?.phase === "Error" || (operationState?.message ?? "").includes("Retrying attempt");
  const objects = await Promise.all(resources.filter(({ health }) => health?.status !== undefined && health.status !== "Healthy" && health.status !== "Suspended").map(async (one) => ({ one, why: await whyUnhealthy(client, one) })));
  return [
    ...conditions.filter(({ type }) => type.endsWith("Error")).map(({ type, message }) => of(`Application ${name}`, `${type}: ${message}`)),
    ...failed.map((one) => of(nameOf(one), one.message ?? "was refused")),
    ...(operation && failed.length === 0 && operationState?.message !== undefined ? [of(`Application ${name}`, operationState.message)] : []),
    ...objects.flatMap(({ one, why }) => (why === undefined ? [] : [of(nameOf(one), why)])),
  ];
}

/** The reason behind an object that is not healthy, where there is one that waiting does not mend. */
async function whyUnhealthy(client: KubeClient, one: ResourceState): Promise<string | undefined> {
  const { kind, namespace = "", name, health } = one;
  if (kind === "Deployment" || kind === "StatefulSet" || kind === "DaemonSet" || kind === "Job") return whyNoPods(client, namespace, name);
  if (kind === "PersistentVolumeClaim") return whyUnbound(client, namespace, name);
  return health?.status === "Degraded" ? (health.message ?? "is degraded") : undefined;
}

interface PodLike {
  metadata: { name: string; ownerReferences?: { name: string }[] };
  status?: { conditions?: Condition[] };
}

/** Pods that are refused tell their owner's events; pods that no node takes tell it themselves. */
async function whyNoPods(client: KubeClient, namespace: string, name: string): Promise<string | undefined> {
  const owned = (owner: string): boolean => owner === name || owner.startsWith(`${name}-`);
  const replicaSets = await client.get<{ items: { metadata: { name: string }; status?: { conditions?: Condition[] } }[] }>(`/apis/apps/v1/namespaces/${namespace}/replicasets`);
  const refused = (replicaSets?.items ?? []).filter(({ metadata }) => owned(metadata.name)).flatMap(({ status }) => status?.conditions ?? []).find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  if (refused?.message !== undefined) return refused.message;
  const pods = await client.get<{ items: PodLike[] }>(`/api/v1/namespaces/${namespace}/pods`);
  const waiting = (pods?.items ?? []).filter(({ metadata }) => (metadata.ownerReferences ?? []).some((owner) => owned(owner.name)));
  const unscheduled = waiting.flatMap(({ status }) => status?.conditions ?? []).find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled?.message !== undefined) return `no node takes its pod: ${unscheduled.message}`;
  const events = await client.get<{ items: { involvedObject: { name: string }; reason: string; message: string }[] }>(`/api/v1/namespaces/${namespace}/events?fieldSelector=reason=FailedCreate`);
  return events?.items.find(({ involvedObject }) => owned(involvedObject.name))?.message;
}

async function whyUnbound(client: KubeClient, namespace: string, name: string): Promise<string | undefined> {
  const events = await client.get<{ items: { message: string }[] }>(`/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name=${name},reason=ProvisioningFailed`);
  return events?.items.at(-1)?.message;
}

function nameOf({ group = "", kind, namespace = "", name }: { group?: string | undefined; kind: string; namespace?: string | undefined; name: string }): string {
  return `${group === "" ? "" : `${group}/`}${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}
