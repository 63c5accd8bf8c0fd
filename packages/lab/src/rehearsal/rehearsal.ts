import type { KubernetesObject } from "@rzp/core";
import { toolVersion } from "../tools.ts";
import { listApplications } from "./applications.ts";
import { idleObjects } from "./idle.ts";
import { peakMemory } from "./memory.ts";
import { outOfOrder, type Needs } from "./order.ts";
import { setStage, type Stage, type StageArgs } from "./stage.ts";
import { bringUp, prune, restore, syncAgain, type Patience, type StepResult } from "./steps.ts";
import { declarationOf, type Tree } from "./tree.ts";
import type { Arrival, WatchOptions } from "./watch.ts";

export interface RehearsalArgs extends StageArgs {
  /** A service that is taken out of git and put back. */
  victim: string;
  /** What each Application needs to be up before it. */
  needs: Needs;
  patience: Patience;
  onChange: NonNullable<WatchOptions["onChange"]>;
  onStep: (step: string) => void;
  /** Called before everything is stopped. */
  onEnd?: (stage: Stage, result: Rehearsal) => Promise<void>;
}

/** What a rehearsal found. */
export interface Rehearsal {
  ok: boolean;
  /** Versions of what ran for real. */
  versions: { kubernetes: string; argoCd: string };
  services: { healthy: number; declared: number };
  /** Objects of the tree that the cluster has as git says, and all of them. */
  objects: { admitted: number; rendered: number };
  steps: StepResult[];
  /** What stood in the way, each with the declaration to look at. */
  problems: Problem[];
  arrivals: Arrival[];
  /** Syncs that had to be tried again, by Application. */
  retries: Record<string, number>;
  /** Most memory that each program held, MiB. */
  memory: Record<string, number>;
  /** Hosts that something asked for and that are not in the lab. */
  unknownHosts: string[];
  seconds: number;
}

export interface Problem {
  step: string;
  application: string;
  object: string;
  message: string;
  /** File to look at. */
  declaration?: string;
}

/** The whole homelab comes up from nothing, is compared again, loses a service and gets it back. It ends with the first step that finds something. */
export async function rehearse(args: RehearsalArgs): Promise<Rehearsal> {
  const started = performance.now();
  const stage = await setStage(args);
  try {
    const play = { stage, tree: args.tree, patience: args.patience, onChange: args.onChange };
    const steps: StepResult[] = [];
    const step = async (name: string, run: () => Promise<StepResult["causes"]>): Promise<boolean> => {
      args.onStep(name);
      const began = performance.now();
      const causes = await run();
      steps.push({ step: name, seconds: (performance.now() - began) / 1000, causes });
      return causes.length === 0;
    };
    let arrivals: Arrival[] = [];
    const isUp = await step("everything comes up from nothing", async () => {
      // What the tree alone says costs no time.
      const idle = idleObjects(args.tree);
      if (idle.length > 0) return idle;
      const watched = await bringUp(play);
      arrivals = watched.arrivals;
      return watched.causes.length > 0 ? watched.causes : outOfOrder(watched.arrivals, args.needs);
    });
    if (isUp && (await step("a second sync finds no difference", () => syncAgain(play))))
      if (await step(`${args.victim} leaves git, and the cluster`, () => prune(play, args.victim)))
        await step(`${args.victim} comes back, though Argo CD is killed in the middle of it`, () => restore(play, args.victim));
    const result = { ...(await summary(stage, args.tree, steps, arrivals)), seconds: (performance.now() - started) / 1000 };
    await args.onEnd?.(stage, result);
    return result;
  } finally {
    await stage.stop();
  }
}

async function summary({ controlPlane, outside }: Stage, tree: Tree, steps: StepResult[], arrivals: Arrival[]): Promise<Omit<Rehearsal, "seconds">> {
  const applications = await listApplications(controlPlane.client);
  const problems = steps.flatMap(({ step, causes }) => causes.map((cause) => ({ step, ...cause, ...withDeclaration(tree, cause) })));
  const admitted = await Promise.all(tree.objects.map(async ({ object }) => isThere(controlPlane, object)));
  return {
    ok: problems.length === 0,
    versions: { kubernetes: controlPlane.version, argoCd: toolVersion("argocd") },
    services: { healthy: arrivals.filter(({ up }) => up !== undefined).length, declared: arrivals.length },
    objects: { admitted: admitted.filter(Boolean).length, rendered: tree.objects.length },
    steps,
    problems,
    arrivals,
    retries: Object.fromEntries(applications.flatMap(({ metadata, status }) => ((status?.operationState?.retryCount ?? 0) > 0 ? [[metadata.name, status?.operationState?.retryCount ?? 0]] : []))),
    memory: peakMemory(controlPlane.processes.daemons),
    unknownHosts: [...outside.unknown].sort(),
  };
}

function withDeclaration(tree: Tree, { application, object }: { application: string; object: string }): { declaration?: string } {
  const declaration = declarationOf(tree, application, object);
  return declaration === undefined ? {} : { declaration };
}

/** Whether the cluster has an object; one whose kind it does not know it cannot have. */
async function isThere({ client }: Stage["controlPlane"], object: KubernetesObject): Promise<boolean> {
  const path = await client.pathOf(object).catch(() => undefined);
  if (path === undefined) return false;
  return (await client.get(path).catch(() => undefined)) !== undefined;
}
