import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { argoCdConfig } from "@rzp/argocd/manifests";
import { describe, expect, it } from "vitest";
import { ARGO_CD } from "../../argo-cd.ts";
import { findBinaries } from "../../binaries.ts";
import { makeAuthority } from "../../certificates.ts";
import { CONTROL_PLANE, type ControlPlane } from "../../control-plane.ts";
import { findCrds } from "../../crds.ts";
import { LabMissing } from "../../errors.ts";
import { kubeconfig } from "../../kubeconfig.ts";
import { APPLICATIONS, type Application } from "../applications.ts";
import { rehearse } from "../rehearsal.ts";
import { clusterOnly, type StageArgs } from "../stage.ts";
import { BEFORE, GUARD, LAYERS_SABOTAGES, NAMESPACE, NEEDS, PROJECT, REPOSITORY, treeOf, VICTIM, type LayersSabotage } from "./layers.test-data.ts";

/** For how long, in seconds, the first layer is refused after its first sync has failed: whoever does not wait for it is there by far sooner. */
const LATE_S = 15;
/** Each is a rehearsal of its own: without the word for all of them, one stands for the rest. */
const isWhole = process.env.RZP_LAB_SABOTAGES === "all";
const tried = LAYERS_SABOTAGES.filter(({ name }) => isWhole || name === "wave-removed");

const binaries = await findBinaries([...CONTROL_PLANE, ...ARGO_CD], { report: () => undefined, build: false }).catch((error: unknown) => {
  if (error instanceof LabMissing) return error.message;
  throw error;
});
const why = typeof binaries === "string" ? ` (skipped: ${binaries})` : "";

/** Takes away what refuses the first layer. */
async function letPass({ client }: ControlPlane): Promise<void> {
  const hasFailed = async (): Promise<boolean> => (await client.get<Application>(`${APPLICATIONS}/core`))?.status?.operationState?.message?.includes("not yet") ?? false;
  while (!(await hasFailed())) await sleep(200);
  await sleep(LATE_S * 1000);
  await client.request("DELETE", `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${GUARD}`);
}

/** The cluster as it is, for programs that trust somebody else. */
async function distrusted(cluster: ControlPlane): Promise<ControlPlane> {
  const path = join(cluster.processes.folder, "distrusted.kubeconfig");
  writeFileSync(path, kubeconfig({ server: cluster.server, authority: (await makeAuthority("another")).certificate, user: cluster.admin }));
  return { ...cluster, kubeconfig: path };
}

async function problemsOf({ config = (own) => own, foreignAuthority = false, ...sabotage }: Pick<LayersSabotage, "change" | "config" | "foreignAuthority">): Promise<string[]> {
  if (typeof binaries === "string") throw new Error(binaries);
  const { crds } = await findCrds(["Application", "AppProject"].map((kind) => ({ group: "argoproj.io", kind })), { report: () => undefined });
  const tree = treeOf(sabotage);
  const namespaces = ["argocd", NAMESPACE].map((one) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: one } }));
  const roots = tree.objects.filter(({ file }) => file.startsWith("bootstrap/")).map(({ object }) => object);
  const raise: StageArgs["raise"] = async (hooks) => {
    const raised = await clusterOnly({ binaries, nodes: [{ name: "worker", cpu: "4", memory: "8Gi" }], bootstrap: [...namespaces, ...BEFORE, ...PROJECT, ...roots] })({
      ...hooks,
      onCluster: async (cluster) => hooks.onCluster(foreignAuthority ? await distrusted(cluster) : cluster),
    });
    // Where the rehearsal ends before it comes, nobody waits for it any more.
    letPass(raised.controlPlane).catch(() => undefined);
    return raised;
  };
  const { problems } = await rehearse({
    binaries,
    tree,
    git: { repoURL: REPOSITORY, revision: "main" },
    crds,
    config: config(argoCdConfig({ url: "https://argocd.example.com" })),
    charts: [],
    operators: [],
    raise,
    victim: VICTIM,
    needs: NEEDS,
    patience: { whole: 60, settle: 35 },
    report: () => undefined,
    onStep: () => undefined,
    onChange: () => undefined,
  });
  return problems.map(({ application, object, message }) => `${application}: ${object}: ${message}`);
}

describe.skipIf(why !== "")(`a rehearsal of three layers${why}`, () => {
  it.runIf(isWhole)("finds nothing where nothing is broken, though the first sync of the first layer fails", async () => {
    expect(await problemsOf({})).toEqual([]);
  }, 300_000);

  it.for(tried)("notices $name", { timeout: 300_000 }, async (sabotage, { task }) => {
    const started = performance.now();
    const problems = await problemsOf(sabotage).catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    const found = problems.find((problem) => problem.startsWith(sabotage.names) && sabotage.says.test(problem));
    Object.assign(task.meta, { seconds: (performance.now() - started) / 1000, said: found });
    // The right words about another Application are not enough.
    expect(found, `${sabotage.names}: ${sabotage.says.source} is not among: ${problems.join("\n") || "nothing"}`).toBeDefined();
  });
});
