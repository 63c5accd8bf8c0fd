import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { argoCdConfig } from "@rzp/argocd/manifests";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ARGO_CD } from "../../argo-cd.ts";
import { findBinaries } from "../../binaries.ts";
import { CONTROL_PLANE } from "../../control-plane.ts";
import { findCrds } from "../../crds.ts";
import { LabMissing } from "../../errors.ts";
import { startInfisical, type Infisical } from "../../stand-ins/infisical/infisical.ts";
import { isSyncing, isUp, listApplications, refresh } from "../applications.ts";
import { clusterOnly, setStage, type Stage } from "../stage.ts";
import { FAULTS, type PassingFault } from "./faults.ts";
import { bootstrap, CHART, CHARTS, chartVersion, FOLDERS, homelab, NAMESPACE, REPOSITORY, ROOT, secretKey } from "./rounds.test-data.ts";

/** By far enough for any of them; what is not mended by then is not. */
const PATIENCE_MS = 240_000;
/** All of them take minutes: without the word for it this one stands for the rest. */
const FEW = ["kube-apiserver is killed"];
const CRDS = process.env.RZP_LAB_CRDS ?? join(import.meta.dirname, "../../../../../../shared/crds");
const secrets = existsSync(CRDS);
const chosen = FAULTS.filter(({ name, ofSecrets }) => (process.env.RZP_LAB_FAULTS === "all" ? secrets || ofSecrets !== true : FEW.includes(name)));
const binaries = await findBinaries([...CONTROL_PLANE, ...ARGO_CD], { report: () => undefined, build: false }).catch((error: unknown) => {
  if (error instanceof LabMissing) return error.message;
  throw error;
});
const why = typeof binaries === "string" ? ` (skipped: ${binaries})` : "";

const WHEN: Readonly<Record<PassingFault["at"], string>> = { news: "as soon as git had something new", sync: "in the middle of a sync" };

interface Found {
  metadata: { name: string; uid: string; generation?: number };
  data?: Record<string, string>;
  spec?: { replicas?: number; template?: { metadata: { annotations?: Record<string, string> } } };
  status?: { observedGeneration?: number; updatedReplicas?: number; availableReplicas?: number; phase?: string };
}

describe.skipIf(why !== "")(`a small homelab changes, and comes to rest as git says with nothing lost, though${secrets ? "" : " (without Infisical: the operator's CRDs are not here: RZP_LAB_CRDS)"}${why}`, () => {
  let stage: Stage;
  let infisical: Infisical;
  let round = 0;
  let uids: string[] = [];

  const all = async (path: string): Promise<Found[]> => (await stage.controlPlane.client.get<{ items: Found[] }>(path))?.items ?? [];
  const list = (path: string): Promise<Found[]> => all(`${path}?labelSelector=app`);
  const objects = async (): Promise<Record<"configMaps" | "services" | "claims" | "volumes" | "deployments" | "secrets", Found[]>> => ({
    configMaps: await list(`/api/v1/namespaces/${NAMESPACE}/configmaps`),
    services: await list(`/api/v1/namespaces/${NAMESPACE}/services`),
    claims: await list(`/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`),
    volumes: await all("/api/v1/persistentvolumes"),
    deployments: await list(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`),
    secrets: await list(`/api/v1/namespaces/${NAMESPACE}/secrets`),
  });
  /** One that was lost and made again has another uid. */
  const uidsOf = (found: Awaited<ReturnType<typeof objects>>): string[] => Object.entries(found).flatMap(([kind, some]) => some.map(({ metadata }) => `${kind} ${metadata.name} ${metadata.uid}`)).sort();

  /** What differs from what git says; nothing when all is at rest. */
  async function differences(commit: string): Promise<string[]> {
    const applications = await listApplications(stage.controlPlane.client);
    const names = new Set(applications.map(({ metadata }) => metadata.name));
    const revisionOf = (name: string): string => (name === CHART ? chartVersion(round) : commit);
    const found = await objects();
    const want = String(round);
    const isRolledOut = ({ metadata, spec, status }: Found): boolean => spec?.template?.metadata.annotations?.round === want && status?.observedGeneration === metadata.generation && status?.updatedReplicas === spec.replicas && status?.availableReplicas === spec.replicas;
    const decode = (value = ""): string => Buffer.from(value, "base64").toString();
    return [
      ...[ROOT, CHART, ...FOLDERS].filter((name) => !names.has(name)).map((name) => `Application ${name} is not there`),
      ...applications.filter((one) => !isUp(one) || one.status?.sync?.revision !== revisionOf(one.metadata.name)).map(({ metadata, status }) => `Application ${metadata.name} is ${status?.sync?.status ?? ""}, ${status?.health?.status ?? ""} at ${status?.sync?.revision ?? ""}: ${status?.operationState?.message ?? ""}`),
      ...found.configMaps.filter(({ data }) => data?.round !== want).map(({ metadata }) => `ConfigMap ${metadata.name} is of another round`),
      ...found.deployments.filter((one) => !isRolledOut(one)).map(({ metadata }) => `Deployment ${metadata.name} is not rolled out`),
      ...[...found.claims, ...found.volumes].filter(({ status }) => status?.phase !== "Bound").map(({ metadata }) => `${metadata.name} is not bound`),
      ...found.secrets.filter(({ data }) => decode(data?.round) !== want).map(({ metadata }) => `Secret ${metadata.name} is of another round`),
      ...([["configMaps", FOLDERS.length], ["deployments", FOLDERS.length], ["services", FOLDERS.length], ["claims", FOLDERS.length], ["volumes", FOLDERS.length], ["secrets", secrets ? FOLDERS.filter((name) => name.startsWith("app-")).length : 0]] as const).filter(([kind, count]) => found[kind].length !== count).map(([kind, count]) => `${found[kind].length} of ${count} ${kind} are there`),
    ];
  }

  /** Asks Argo CD to look at git as its time would make it, only sooner. */
  async function look(): Promise<void> {
    for (const { metadata } of await listApplications(stage.controlPlane.client)) await refresh(stage.controlPlane.client, metadata.name, "normal");
  }

  /** Waits until Argo CD is in the middle of it. */
  async function syncing(): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
      if ((await listApplications(stage.controlPlane.client)).some(isSyncing)) return;
      await sleep(50);
    }
    throw new Error("no Application began to sync, so nothing was hit in the middle of it");
  }

  /** Says what still differs when the patience is over. */
  async function rest(commit: string): Promise<string[]> {
    const end = performance.now() + PATIENCE_MS;
    let looked = performance.now();
    for (;;) {
      const left = await differences(commit).catch((error: unknown) => [`the API: ${error instanceof Error ? error.message : String(error)}`]);
      if (left.length === 0 || performance.now() > end) return left;
      if (performance.now() - looked > 10_000) {
        looked = performance.now();
        await look().catch(() => undefined);
      }
      await sleep(500);
    }
  }

  async function change(fault?: PassingFault): Promise<string[]> {
    round += 1;
    const commit = await stage.git.commit(homelab(round, { secrets }), `round ${round}`);
    const struck = fault?.at === "news" ? fault.strike({ stage, secrets: infisical.faults }) : undefined;
    await look();
    if (fault?.at === "sync") {
      await syncing();
      await fault.strike({ stage, secrets: infisical.faults });
    }
    await struck;
    return rest(commit);
  }

  beforeAll(async () => {
    if (typeof binaries === "string") throw new Error(binaries);
    const { crds } = await findCrds([...["Application", "AppProject"].map((kind) => ({ group: "argoproj.io", kind })), ...["ClusterSecretStore", "ExternalSecret"].map((kind) => ({ group: "external-secrets.io", kind }))], { report: () => undefined, environment: { ...process.env, RZP_LAB_CRDS: CRDS } });
    const rounds = Array.from({ length: FAULTS.length + 2 }, (_, number) => number);
    infisical = await startInfisical({ identities: { client: "secret" }, projects: { home: { id: "1", environments: { prod: { "/": Object.fromEntries(rounds.map((number) => [secretKey(number), String(number)])) } } } } });
    stage = await setStage({
      binaries,
      tree: { files: homelab(0, { secrets }), objects: [] },
      git: { repoURL: REPOSITORY, revision: "main" },
      crds,
      config: argoCdConfig({ url: "https://argocd.example.com" }),
      charts: rounds.map((number) => ({ repoURL: CHARTS, name: CHART, version: chartVersion(number), replicas: 1, requests: { cpu: "1m", memory: "1Mi" }, services: [], crds: [] })),
      operators: ["external-secrets.io", "longhorn.io"].map((group) => ({ group, namespace: NAMESPACE, deployment: "operators" })),
      secretStore: () => infisical.url,
      raise: clusterOnly({ binaries, nodes: [{ name: "worker", cpu: "8", memory: "16Gi" }], bootstrap: bootstrap({ secrets }) }),
      report: () => undefined,
    });
    const left = await change();
    if (left.length > 0) throw new Error(left.join("\n"));
    uids = uidsOf(await objects());
  }, PATIENCE_MS * 2);
  afterAll(async () => {
    await (stage as Stage | undefined)?.stop();
    await (infisical as Infisical | undefined)?.close();
  });

  it.for(chosen)("$name", { timeout: PATIENCE_MS * 1.5 }, async (fault, { task }) => {
    const started = performance.now();
    expect(await change(fault)).toEqual([]);
    const seconds = (performance.now() - started) / 1000;
    expect(uidsOf(await objects())).toEqual(uids);
    Object.assign(task.meta, { seconds, said: `hit ${WHEN[fault.at]}; nothing lost (all ${uids.length} objects are the same), everything in sync and healthy` });
  });
});
