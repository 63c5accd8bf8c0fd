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
import { listApplications } from "../applications.ts";
import { findCauses } from "../causes.ts";
import { clusterOnly, setStage, type Stage } from "../stage.ts";
import { CHARTS, namespaceOf, REPOSITORY, SABOTAGES, type Sabotage } from "./cases.test-data.ts";

/** All of them are noticed long before; what is not by then is not. */
const PATIENCE_MS = 150_000;

const quiet = { report: () => undefined };
const why = await missing();
const noticed = new Map<string, string[]>();
let stage: Stage | undefined;

/** Why nothing can be sabotaged here, if so. */
async function missing(): Promise<string | undefined> {
  try {
    await findBinaries([...CONTROL_PLANE, ...ARGO_CD], { ...quiet, build: false });
    return undefined;
  } catch (error) {
    if (error instanceof LabMissing) return error.message;
    throw error;
  }
}

function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  return object.kind === "ValidatingWebhookConfiguration" ? object : { ...object, metadata: { namespace, ...object.metadata } };
}

function bootstrapOf({ name, before = [], labels = {}, application = {} }: Sabotage): KubernetesObject[] {
  const namespace = namespaceOf(name);
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { ...labels } } },
    ...before.map((object) => inNamespace(object, namespace)),
    ...argoAppManifests(name, { project: "sabotage", destination: { server: IN_CLUSTER, namespace }, source: { repoURL: REPOSITORY, targetRevision: "main", path: name }, retry: { limit: 1, backoff: { duration: "2s" } }, ...application }),
  ];
}

const isNoticed = ({ name, says }: Sabotage): boolean => (noticed.get(name) ?? []).some((message) => says.test(message));

async function sabotage(): Promise<void> {
  const binaries = await findBinaries([...CONTROL_PLANE, ...ARGO_CD], { ...quiet, build: false });
  const { crds } = await findCrds(["Application", "AppProject"].map((kind) => ({ group: "argoproj.io", kind })), quiet);
  const files = new Map(SABOTAGES.flatMap(({ name, files: own = {} }) => Object.entries(own).map(([file, content]): [string, string] => [`${name}/${file}`, typeof content === "string" ? content : stringify(content)])));
  const project = argoProjectManifests("sabotage", {
    description: "What is broken on purpose.",
    sourceRepos: [REPOSITORY, CHARTS, "https://elsewhere.example.com"],
    destinations: [{ namespace: "sabotage-*" }, { namespace: "nowhere" }],
  });
  const bootstrap: KubernetesObject[] = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "argocd" } }, ...project, ...SABOTAGES.flatMap(bootstrapOf)];
  stage = await setStage({
    binaries,
    tree: { files, objects: [] },
    git: { repoURL: REPOSITORY, revision: "main" },
    crds,
    config: argoCdConfig({ url: "https://argocd.example.com" }),
    charts: [{ repoURL: CHARTS, name: "app", version: "1.0.0", replicas: 1, requests: { cpu: "1m", memory: "1Mi" }, services: [], crds: [] }],
    operators: [],
    raise: clusterOnly({ binaries, nodes: [{ name: "worker", cpu: "4", memory: "8Gi" }], bootstrap }),
    ...quiet,
  });
  const { client } = stage.controlPlane;
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end && !SABOTAGES.every(isNoticed)) {
    for (const { application, message } of await findCauses(client, await listApplications(client))) noticed.set(application, [...(noticed.get(application) ?? []), message]);
    await sleep(1000);
  }
}

describe.skipIf(why !== undefined)(`a rehearsal notices${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  beforeAll(sabotage, PATIENCE_MS * 2);
  afterAll(async () => stage?.stop());

  it.each(SABOTAGES.map((one) => [one.name, one] as const))("%s", (name, { says }) => {
    const messages = noticed.get(name) ?? [];
    expect(messages.find((message) => says.test(message)) ?? (messages.join("\n") || "nothing")).toMatch(says);
  });
});
