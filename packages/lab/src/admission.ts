import { objectId, type KubernetesObject } from "@rzp/core";
import { findBinaries } from "./binaries.ts";
import { refusalOf, type Answer, type KubeClient } from "./client.ts";
import { API_SERVER, startControlPlane } from "./control-plane.ts";
import { applyCrds, findCrds, type FoundCrds } from "./crds.ts";
import { LabError } from "./errors.ts";
import type { RenderedObject } from "./rendered.ts";

/** What an API server says of a whole tree. */
export interface Admission {
  /** Version of the API server. */
  kubernetes: string;
  /** By kind, sorted; the pods that workloads would make are counted as `Pod (of workloads)`. */
  kinds: { kind: string; accepted: number; rendered: number }[];
  refusals: Refusal[];
  /** What was not sent: the CRD of its kind cannot be had. */
  unchecked: { file: string; id: string; why: string }[];
  /** What was accepted with a warning, by its text. */
  warnings: { text: string; objects: string[] }[];
}

export interface Refusal {
  file: string;
  /** Such as `apps/v1/Deployment media/sonarr`. */
  id: string;
  /** As the API server says it. */
  message: string;
}

/**
 * Sends every object of a tree to a real API server, started for it and stopped again, with the CRDs of the kinds that it uses.
 *
 * @param kubernetes Version whose minor the API server must have: another one accepts and refuses other things.
 * @throws LabMissing when this machine has no API server and cannot build one.
 */
export async function admitTree(rendered: readonly RenderedObject[], kubernetes: string): Promise<Admission> {
  const binaries = await findBinaries(API_SERVER);
  const found = await findCrds(rendered.map(({ object: { apiVersion, kind } }) => ({ group: groupOf(apiVersion), kind })));
  const lab = await startControlPlane({ binaries });
  try {
    if (minorOf(lab.version) !== minorOf(kubernetes)) {
      throw new LabError(`${binaries["kube-apiserver"]} is of Kubernetes ${lab.version}, the stack is of ${kubernetes}: put the right one into the folder RZP_LAB_BIN, or, if the lab built this one, bring its cluster/go.mod to that version.`);
    }
    await applyCrds(lab.client, found.crds);
    return { kubernetes: lab.version, ...(await admit(lab.client, rendered, found.missing)) };
  } finally {
    await lab.stop();
  }
}

const minorOf = (version: string): string => version.split(".").slice(0, 2).join(".");

interface Sent extends RenderedObject {
  kind: string;
  id: string;
  answer: Answer;
}

/** Kinds that others need there before they are accepted, in this order; all others go through admission only, and are not kept. */
const KEPT = ["Namespace", "ServiceAccount"] as const;

/**
 * Sends every object to an API server that has the CRDs, field by field as strictly as it can check, and each workload's pod as well: of a Deployment whose pod
 * breaks the Pod Security of its namespace, the server only warns.
 */
export async function admit(client: KubeClient, rendered: readonly RenderedObject[], missing: FoundCrds["missing"]): Promise<Omit<Admission, "kubernetes">> {
  const why = ({ apiVersion, kind }: KubernetesObject): string | undefined => missing.find((one) => one.kind === kind && one.group === groupOf(apiVersion))?.why;
  const checked = rendered.filter(({ object }) => why(object) === undefined);
  const sent: Sent[] = [];
  for (const kind of KEPT) {
    sent.push(...(await sendAll(client, checked.filter(({ object }) => object.kind === kind), false)));
    // Its controller, which does not run here, gives each namespace this one, and no pod is accepted without.
    if (kind === "Namespace") await Promise.all([...namespacesOf(sent)].map((namespace) => client.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } })));
  }
  const others = checked.filter(({ object }) => !KEPT.some((kind) => kind === object.kind));
  sent.push(...(await sendAll(client, others, true)));
  sent.push(...(await Promise.all(others.map((workload) => sendPod(client, workload)))).flat());
  const unchecked = rendered.flatMap(({ file, object }) => {
    const reason = why(object);
    return reason === undefined ? [] : [{ file, id: objectId(object), why: reason }];
  });
  return { ...summary(sent), unchecked };
}

async function sendAll(client: KubeClient, objects: readonly RenderedObject[], dryRun: boolean): Promise<Sent[]> {
  return Promise.all(objects.map(async ({ file, object }) => ({ file, object, kind: object.kind, id: objectId(object), answer: await send(client, object, dryRun) })));
}

/** Its warnings are left out: the server has given them for the workload. */
async function sendPod(client: KubeClient, { file, object }: RenderedObject): Promise<Sent[]> {
  const pod = podOf(object);
  if (pod === undefined) return [];
  const answer = await send(client, pod, true);
  return [{ file, object: pod, kind: "Pod (of workloads)", id: `pod of ${objectId(object)}`, answer: { ...answer, warnings: [] } }];
}

/** What the server says; that it does not know the kind at all is an answer, too. */
async function send(client: KubeClient, object: KubernetesObject, dryRun: boolean): Promise<Answer> {
  try {
    return await client.apply(object, { dryRun });
  } catch (error) {
    if (error instanceof LabError) return { status: 404, body: { message: error.message }, warnings: [] };
    throw error;
  }
}

function namespacesOf(sent: readonly Sent[]): Set<string> {
  return new Set(["default", ...sent.filter(({ answer }) => answer.status < 300).map(({ object }) => object.metadata.name)]);
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: unknown;
}

interface WorkloadSpec {
  template?: PodTemplate;
  jobTemplate?: { spec?: { template?: PodTemplate } };
}

const WORKLOADS = /^(apps|batch)\//;

/** The pod that a Deployment, StatefulSet, DaemonSet, Job or CronJob would make; undefined for anything else. */
export function podOf({ apiVersion, metadata: { name, namespace }, spec }: KubernetesObject): KubernetesObject | undefined {
  const { template, jobTemplate } = (spec ?? {}) as WorkloadSpec;
  const pod = template ?? jobTemplate?.spec?.template;
  if (!WORKLOADS.test(apiVersion) || pod?.spec === undefined) return undefined;
  return { apiVersion: "v1", kind: "Pod", metadata: { ...pod.metadata, name, ...(namespace === undefined ? {} : { namespace }) }, spec: pod.spec };
}

function summary(sent: readonly Sent[]): Pick<Admission, "kinds" | "refusals" | "warnings"> {
  const byKind = Map.groupBy(sent, ({ kind }) => kind);
  const byWarning = Map.groupBy(sent.flatMap(({ id, answer }) => answer.warnings.map((text) => ({ id, text }))), ({ text }) => text);
  return {
    kinds: [...byKind].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, all]) => ({ kind, accepted: all.filter(isAccepted).length, rendered: all.length })),
    refusals: sent.filter((one) => !isAccepted(one)).map(({ file, id, answer }) => ({ file, id, message: refusalOf(answer.body) })),
    warnings: [...byWarning].map(([text, all]) => ({ text, objects: all.map(({ id }) => id) })),
  };
}

const isAccepted = ({ answer }: Sent): boolean => answer.status < 300;

/** The API group of an apiVersion; empty for Kubernetes' first one. */
function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}
