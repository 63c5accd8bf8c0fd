import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient } from "../client.ts";
import { LabError } from "../errors.ts";
import { APPLICATIONS, isSyncing, listApplications, refresh, type Application } from "./applications.ts";
import type { Cause } from "./causes.ts";
import type { Stage } from "./stage.ts";
import { applicationsOf, folderOf, without, type Tree } from "./tree.ts";
import { watchApplications, type Watched, type WatchOptions } from "./watch.ts";

/** What one step of a rehearsal found. */
export interface StepResult {
  step: string;
  seconds: number;
  causes: Cause[];
}

/** How long things may take, in seconds. */
export interface Patience {
  /** Until all is up. */
  whole: number;
  /** For which a cause must last before it counts: what a retry mends is none. */
  settle: number;
}

interface Play {
  stage: Stage;
  tree: Tree;
  patience: Patience;
  onChange: NonNullable<WatchOptions["onChange"]>;
}

/** The homelab comes up from nothing. */
export function bringUp({ stage, tree, patience, onChange }: Play): Promise<Watched> {
  return watchApplications({ client: stage.controlPlane.client, expected: applicationsOf(tree), patience: patience.whole, settle: patience.settle, onChange });
}

/** Argo CD renders and compares everything anew: what differs from what it has just applied would be synced for ever. */
export async function syncAgain({ stage, tree, patience, onChange }: Play): Promise<Cause[]> {
  const { client } = stage.controlPlane;
  const before = new Map((await listApplications(client)).map((one) => [one.metadata.name, one]));
  for (const name of before.keys()) await refresh(client, name, "hard");
  const looked = await until(patience.whole, async () => (await listApplications(client)).every((one) => one.metadata.annotations?.["argocd.argoproj.io/refresh"] === undefined));
  if (!looked) return [{ application: "homelab", object: "Application homelab", message: `Argo CD did not compare everything again within ${patience.whole} s` }];
  const after = await listApplications(client);
  const differing = after.filter((one) => one.status?.sync?.status !== "Synced" || startedAt(one) !== startedAt(before.get(one.metadata.name))).map((one) => differenceOf(one));
  if (differing.length > 0) return differing;
  return (await watchApplications({ client, expected: applicationsOf(tree), patience: patience.whole, settle: patience.settle, onChange })).causes;
}

function startedAt(one: Application | undefined): string | undefined {
  return one?.status?.operationState?.startedAt;
}

function differenceOf({ metadata: { name }, status }: Application): Cause {
  const out = (status?.resources ?? []).filter((one) => one.status === "OutOfSync").map(({ kind, namespace = "", name: object }) => `${kind} ${namespace === "" ? "" : `${namespace}/`}${object}`);
  return { application: name, object: `Application ${name}`, message: `differs from git although nothing was changed${out.length > 0 ? `: ${out.join(", ")}` : "; it was synced once more"}` };
}

/** A service leaves git: Argo CD deletes it and all that is its own. Only what is told to outlive it stays. */
export async function prune({ stage, tree, patience }: Play, service: string): Promise<Cause[]> {
  const { client } = stage.controlPlane;
  const folder = folderOf(tree, service);
  if (folder === undefined) throw new LabError(`${service} is not among the Applications of the tree, so it cannot be taken out of it.`);
  await stage.git.commit(without(tree, folder).files, `without ${service}`);
  await look(client);
  const own = tree.objects.filter(({ file, object }) => file.startsWith(`${folder}/`) && object.kind !== "Application");
  const left = async (): Promise<string[]> => {
    const found = await Promise.all(own.map(async ({ object }) => ((await client.get(await client.pathOf(object))) === undefined ? undefined : object)));
    return found.flatMap((object) => (object === undefined || outlives(object.metadata.annotations) ? [] : [`${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`]));
  };
  const isGone = async (): Promise<boolean> => (await client.get(`${APPLICATIONS}/${service}`)) === undefined && (await left()).length === 0;
  if (await until(patience.whole, isGone)) return [];
  return [{ application: service, object: `Application ${service}`, message: `is still there ${patience.whole} s after it left git: ${(await left()).join(", ")}` }];
}

function outlives(annotations: Readonly<Record<string, string>> = {}): boolean {
  return (annotations["argocd.argoproj.io/sync-options"] ?? "").includes("Prune=false");
}

/** It comes back, and in the middle of that the application controller is killed, as with a node that is lost. */
export async function restore({ stage, tree, patience, onChange }: Play, service: string): Promise<Cause[]> {
  const { client } = stage.controlPlane;
  await stage.git.commit(tree.files, `${service} again`);
  await look(client);
  const isMidway = await until(patience.whole, async () => (await listApplications(client)).some((one) => one.metadata.name === service && isSyncing(one)), 50);
  if (isMidway) await stage.argoCd.restartController();
  return (await watchApplications({ client, expected: applicationsOf(tree), patience: patience.whole, settle: patience.settle, onChange })).causes;
}

/** The roots look at git now, and not when their time has come. */
async function look(client: KubeClient): Promise<void> {
  for (const { metadata } of await listApplications(client)) await refresh(client, metadata.name, "normal");
}

async function until(seconds: number, check: () => Promise<boolean>, everyMs = 500): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (await check().catch(() => false)) return true;
    await sleep(everyMs);
  }
  return false;
}
