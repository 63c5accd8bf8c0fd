import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { argoAppManifests, argoCdConfig, argoProjectManifests, IN_CLUSTER } from "@rzp/argocd/manifests";
import type { KubernetesObject } from "@rzp/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { ARGO_CD } from "../../argo-cd.ts";
import { findBinaries } from "../../binaries.ts";
import { CONTROL_PLANE } from "../../control-plane.ts";
import { findCrds } from "../../crds.ts";
import { LabMissing } from "../../errors.ts";
import { startInfisical, type Infisical } from "../../stand-ins/infisical/infisical.ts";
import { listApplications } from "../applications.ts";
import { findCauses } from "../causes.ts";
import { clusterOnly, setStage, type Stage } from "../stage.ts";
import { lastingCauses } from "../watch.ts";
import { CHARTS, namespaceOf, NODES, OPERATOR_DEPLOYMENT, OPERATOR_NAMESPACE, OPERATORS, REPOSITORY, SABOTAGES, type Sabotage } from "./cases.test-data.ts";

/** All of them are noticed long before; what is not by then is not. */
const PATIENCE_MS = 150_000;
/** Seconds for which a cause must last: less than a rehearsal's, since nothing here is mended. */
const SETTLE_S = 10;
const KINDS = [["argoproj.io", "Application"], ["argoproj.io", "AppProject"], ["external-secrets.io", "ClusterSecretStore"], ["external-secrets.io", "ExternalSecret"]] as const;
const CRDS = process.env.RZP_LAB_CRDS ?? join(import.meta.dirname, "../../../../../../shared/crds");

const binaries = await findBinaries([...CONTROL_PLANE, ...ARGO_CD], { report: () => undefined, build: false }).catch((error: unknown) => {
  if (error instanceof LabMissing) return error.message;
  throw error;
});
const why = typeof binaries === "string" ? ` (skipped: ${binaries})` : "";
const hasSecrets = existsSync(CRDS);
const tried = SABOTAGES.filter(({ secrets }) => hasSecrets || secrets !== true);

/** What was said of each, and after how many seconds. */
const noticed = new Map<string, { message: string; seconds: number }[]>();
let stage: Stage | undefined;
let infisical: Infisical | undefined;

const CLUSTER_SCOPED = ["ValidatingWebhookConfiguration", "ClusterSecretStore"];

function bootstrapOf({ name, before = [], labels = {}, application = {} }: Sabotage): KubernetesObject[] {
  const namespace = namespaceOf(name);
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { ...labels } } },
    ...before.map((object): KubernetesObject => (CLUSTER_SCOPED.includes(object.kind) ? object : { ...object, metadata: { namespace, ...object.metadata } })),
    ...argoAppManifests(name, { project: "sabotage", destination: { server: IN_CLUSTER, namespace }, source: { repoURL: REPOSITORY, targetRevision: "main", path: name }, retry: { limit: 1, backoff: { duration: "2s" } }, ...application }),
  ];
}

function bootstrap(): KubernetesObject[] {
  const reach = { sourceRepos: [REPOSITORY, CHARTS, "https://elsewhere.example.com"], destinations: [{ namespace: "sabotage-*" }, { namespace: "nowhere" }] };
  return [
    ...["argocd", OPERATOR_NAMESPACE].map((name): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    OPERATOR_DEPLOYMENT,
    ...argoProjectManifests("sabotage", { ...reach, description: "What is broken on purpose." }),
    ...argoProjectManifests(OPERATORS, { ...reach, description: "What brings stores of secrets.", clusterResourceWhitelist: [{ group: "external-secrets.io", kind: "ClusterSecretStore" }] }),
    ...tried.flatMap(bootstrapOf),
  ];
}

async function sabotage(): Promise<void> {
  if (typeof binaries === "string") throw new Error(binaries);
  const { crds } = await findCrds(KINDS.map(([group, kind]) => ({ group, kind })), { report: () => undefined, environment: { ...process.env, RZP_LAB_CRDS: hasSecrets ? CRDS : "" } });
  const { url } = (infisical = await startInfisical({ identities: { client: "secret" }, projects: { home: { id: "1", environments: { prod: { "/": { KEY: "value" } } } } } }));
  const files = new Map(tried.flatMap(({ name, files: own = {} }) => Object.entries(own).map(([file, content]): [string, string] => [`${name}/${file}`, typeof content === "string" ? content : stringify(content)])));
  const operator = { namespace: OPERATOR_NAMESPACE, deployment: OPERATOR_DEPLOYMENT.metadata.name };
  stage = await setStage({
    binaries,
    tree: { files, objects: [] },
    git: { repoURL: REPOSITORY, revision: "main" },
    crds,
    config: argoCdConfig({ url: "https://argocd.example.com" }),
    charts: [{ repoURL: CHARTS, name: "app", version: "1.0.0", replicas: 1, requests: { cpu: "1m", memory: "1Mi" }, services: [], crds: [] }],
    operators: [{ group: "metallb.io", ...operator }, ...(hasSecrets ? [{ group: "external-secrets.io", ...operator }] : [])],
    secretStore: () => url,
    raise: clusterOnly({ binaries, nodes: NODES, bootstrap: bootstrap() }),
    report: () => undefined,
  });
  await watch(stage);
}

async function watch({ controlPlane: { client } }: Stage): Promise<void> {
  const lasting = lastingCauses(SETTLE_S);
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const isNoticed = ({ name, says }: Sabotage): boolean => (noticed.get(name) ?? []).some(({ message }) => says.test(message));
  while (seconds() * 1000 < PATIENCE_MS && !tried.every(isNoticed)) {
    const causes = lasting(await findCauses(client, await listApplications(client)), seconds());
    for (const { application, object, message } of causes) noticed.set(application, [...(noticed.get(application) ?? []), { message: `${object}: ${message}`, seconds: seconds() }]);
    await sleep(1000);
  }
}

describe.skipIf(why !== "")(`a rehearsal notices${why}${hasSecrets ? "" : " (nothing about secrets: their operator's CRDs are not here: RZP_LAB_CRDS)"}`, () => {
  beforeAll(sabotage, PATIENCE_MS * 2);
  afterAll(async () => {
    await stage?.stop();
    await infisical?.close();
  });

  it.for(tried)("$name", ({ name, says }, { task }) => {
    const said = noticed.get(name) ?? [];
    const found = said.find(({ message }) => says.test(message));
    Object.assign(task.meta, { seconds: found?.seconds, said: found?.message });
    expect(found?.message ?? ([...new Set(said.map(({ message }) => message))].join("\n") || "nothing")).toMatch(says);
  });
});
