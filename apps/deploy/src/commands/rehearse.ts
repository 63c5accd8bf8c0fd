import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { ARGO_CD, checkEso, CONTROL_PLANE, findBinaries, findCrds, htmlReport, LabError, looseCrds, markdownReport, problemText, readRendered, rehearse, treeOf, type Rehearsal, type RehearsalArgs } from "@rzp/lab";
import { APP, loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { labFacts, storedSecrets, victimOf } from "../lab-facts.ts";
import { runMachinePlane, type MachinePlane } from "../rehearsal/machine-plane.ts";
import { machinePlaneReport } from "../rehearsal/table.ts";
import { BOOTSTRAP } from "../render.ts";
import { TREE } from "../site.ts";
import { liveView } from "./live-view.ts";
import { treeOf as renderedTree, whatIsStale } from "./render.ts";

export interface RehearseOptions {
  stack: string;
  /** Folder of the reports. @default `.rzp/rehearsal` */
  out?: string;
  charts: "stand-in" | "upstream";
  /** Program of the real External Secrets Operator. @default the lab plays it */
  eso?: string;
  keep?: boolean;
  json?: boolean;
  /** Seconds. */
  patience: number;
  settle: number;
  base?: string;
}

/** Brings the whole homelab up on this machine, from the tree as it lies on the disk. */
export async function rehearseCommand({ stack: name, base = join(APP, "../.."), out = join(base, ".rzp/rehearsal"), charts, eso: given, keep = false, json = false, patience, settle }: RehearseOptions): Promise<number> {
  const stack = loadStack(name);
  const eso = given === undefined ? undefined : checkEso(given);
  const home = homelab(stack);
  const stale = whatIsStale(renderedTree(home, base), name);
  if (stale.length > 0) {
    console.error(["The tree is not what the declarations say, so this would be no rehearsal of them:", ...stale].join("\n"));
    return 1;
  }
  const view = liveView(process.stderr);
  const binaries = await findBinaries([...CONTROL_PLANE, ...ARGO_CD], { report: view.line });
  const objects = readRendered(base, [TREE, BOOTSTRAP]);
  const found = await findCrds(objects.map(({ object: { apiVersion, kind } }) => ({ group: apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "", kind })), { report: view.line });
  const facts = labFacts(home, [...found.crds, ...looseCrds(found.missing, objects)]);
  const played = [
    "Proxmox VE, Talos, Cloudflare and Infisical (stand-ins that answer as the real ones were seen to)",
    `kubelets and every operator${eso === undefined ? ", External Secrets among them" : ` but External Secrets, which is ${eso}`} (their Deployments are real objects, their work is done by the lab)`,
    charts === "upstream" ? "nothing of the charts" : "charts (the projects' own CRDs, and pods that ask for what is declared)",
    ...(found.missing.length === 0 ? [] : [`the schemas of ${found.missing.map(({ kind }) => kind).join(", ")}, which cannot be had here and are not checked`]),
  ];
  let machines: MachinePlane | undefined;
  const args: RehearsalArgs = {
    ...facts,
    binaries,
    tree: treeOf(base, objects),
    victim: victimOf(home),
    raise: async ({ environment, onCluster, install }) => {
      const plane = (machines = await runMachinePlane({ stack, binaries, install, onCluster, stored: storedSecrets(home), environment, report: view.line }));
      return { controlPlane: plane.cluster, stop: plane.stop };
    },
    // Wherever the homelab keeps its secrets: in the lab they are in the one Infisical that it has.
    secretStore: () => machines?.hardware.infisical.url,
    patience: { whole: patience, settle },
    ...(eso === undefined ? {} : { eso }),
    upstreamCharts: charts === "upstream",
    report: view.line,
    onStep: view.step,
    onChange: view.change,
    ...(keep ? { onEnd: ({ controlPlane }) => untilInterrupted(controlPlane.kubeconfig, controlPlane.processes.folder) } : {}),
  };
  const result = await rehearse(args);
  view.end();
  if (machines?.ranBy === "monitor") played.unshift("Pulumi's engine and providers (the program runs against the recording monitor, and the lab makes each resource once)");
  writeReports(out, result, played, machines);
  if (json) console.log(JSON.stringify({ ...result, played }, undefined, 2));
  else for (const line of summaryOf(result, out)) console.log(line);
  return result.ok ? 0 : 1;
}

function writeReports(out: string, result: Rehearsal, played: readonly string[], machines: MachinePlane | undefined): void {
  try {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "rehearsal.md"), [markdownReport(result, { played }), ...(machines === undefined ? [] : [machinePlaneReport(machines)])].join("\n"));
    writeFileSync(join(out, "rehearsal.html"), htmlReport(result, { played }));
    writeFileSync(join(out, "rehearsal.json"), `${JSON.stringify({ ...result, played, ended: new Date().toISOString() }, undefined, 2)}\n`);
  } catch (error) {
    throw new LabError(`The reports cannot be written to ${out}: ${error instanceof Error ? error.message : String(error)}. Name another folder with --out.`);
  }
}

/** The result for a person; the last line says all. */
export function summaryOf({ ok, services, objects, steps, problems, seconds }: Rehearsal, out: string): string[] {
  return [
    ...steps.map(({ step, causes, seconds: took }) => `${causes.length === 0 ? styleText("green", "passed") : styleText("red", "failed")}  ${took.toFixed(0).padStart(4)} s  ${step}`),
    ...(problems.length === 0 ? [] : ["", ...problems.map(problemText)]),
    "",
    `report: ${join(out, "rehearsal.html")}`,
    `${ok ? styleText("green", "the homelab comes up") : styleText("red", "the homelab does not come up")}: ${services.healthy} of ${services.declared} Applications healthy, ${objects.admitted} of ${objects.rendered} objects, ${seconds.toFixed(0)} s`,
  ];
}

async function untilInterrupted(kubeconfig: string, folder: string): Promise<void> {
  console.error(`\nkept until Ctrl+C. Look at it with:\n  export KUBECONFIG=${kubeconfig}\n  kubectl -n argocd get applications\nlogs: ${folder}`);
  // A timer keeps the process: the programs of the lab do not.
  const timer = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => process.once("SIGINT", () => { resolve(); }));
  clearInterval(timer);
}
