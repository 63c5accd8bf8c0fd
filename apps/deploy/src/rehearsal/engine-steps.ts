import { parseBytes } from "@rzp/core";
import { LabError, type Hardware } from "@rzp/lab";
import type { Stack } from "../config.ts";
import type { Change, Pulumi, Run } from "./pulumi.ts";

/** One step of a rehearsal and what came of it. */
export interface Step {
  name: string;
  outcome: string;
  seconds: number;
}

export interface EngineRehearsal {
  pulumi: Pick<Pulumi, "up" | "refresh" | "destroy">;
  /** Writes the stack's file anew. */
  write: (stack: Stack) => void;
  stack: Stack;
  proxmox: Pick<Hardware["proxmox"], "faults" | "cluster">;
  report: (line: string) => void;
}

const LESS = 2 ** 28;
/** Nothing was done to it. */
const UNTOUCHED = new Set(["same", "read", "refresh"]);

/**
 * What a homelab goes through with the real engine: made, left as it is, compared, changed, failed half-way and recovered. Each step must come out as it should.
 * @returns the steps, and what the first one made
 */
export async function engineSteps({ pulumi, write, stack, proxmox, report }: EngineRehearsal): Promise<{ steps: Step[]; made: Change[] }> {
  const steps: Step[] = [];
  const step = async (name: string, run: () => Promise<Run>, judge: (run: Run) => string): Promise<Run> => {
    const ran = await run();
    const outcome = judge(ran);
    steps.push({ name, outcome, seconds: ran.seconds });
    report(`${name}: ${outcome} (${ran.seconds.toFixed(0)} s)`);
    return ran;
  };
  const last = Object.keys(stack.machines).at(-1) ?? "";
  const sized = (times: number): Stack => ({ ...stack, machines: { ...stack.machines, [last]: smaller(stack, last, times) } });
  const memoryOf = (wanted: Stack): string => memoryMatches(proxmox, wanted, last);

  const { changes: made } = await step("up", () => pulumi.up(), (run) => `${changed(succeeded("up", run)).length} made`);
  await step("up again", () => pulumi.up(), (run) => nothing("a second up", succeeded("a second up", run)));
  // What lives in the cluster is changed by the cluster.
  await step("refresh", () => pulumi.refresh(), (run) => nothing("a refresh", { ...succeeded("a refresh", run), changes: run.changes.filter(({ type }) => !type.startsWith("kubernetes:")) }));

  write(sized(1));
  await step(`less memory for ${last}`, () => pulumi.up(), (run) => `${only("the change of memory", succeeded("the change of memory", run), last)}; ${memoryOf(sized(1))}`);

  write(sized(2));
  const { host, vmId } = stack.machines[last] ?? { host: "", vmId: 0 };
  proxmox.faults.add({ on: `PUT /nodes/${host}/qemu/${vmId}/config`, times: 1, status: 500, message: "can not modify VM: lock timeout" });
  await step("an up that fails half-way", () => pulumi.up(), (run) => failedWith("lock timeout", run));
  // The provider has recorded the change as done: without this, the next up would do nothing.
  await step("refresh after it", () => pulumi.refresh(), (run) => `${changed(succeeded("the refresh after a failure", run)).length} found otherwise`);
  await step("up after it", () => pulumi.up(), (run) => `${only("the up after a failure", succeeded("the up after a failure", run), last)}; ${memoryOf(sized(2))}`);
  return { steps, made: changed({ changes: made }) };
}

/** Takes everything down, and looks whether it is gone. */
export async function destroyStep({ pulumi, proxmox }: Pick<EngineRehearsal, "pulumi" | "proxmox">): Promise<Step> {
  const run = succeeded("destroy", await pulumi.destroy());
  const left = Object.values(proxmox.cluster.vms).map(({ vmid }) => vmid);
  if (left.length > 0) throw new LabError(`destroy succeeded, and these machines are still there: ${left.join(", ")}`);
  return { name: "destroy", outcome: `${changed(run).length} deleted`, seconds: run.seconds };
}

function smaller({ machines }: Stack, name: string, times: number): Stack["machines"][string] {
  const machine = machines[name];
  if (machine === undefined) throw new LabError("the stack has no machines");
  return { ...machine, memory: `${((parseBytes(machine.memory) ?? 0) - times * LESS) / 2 ** 20}Mi` };
}

function memoryMatches({ cluster }: EngineRehearsal["proxmox"], { machines }: Stack, name: string): string {
  const { vmId, memory } = machines[name] ?? { vmId: 0, memory: "0Mi" as const };
  const [is, should] = [String(cluster.vms[vmId]?.config.memory ?? "none"), String((parseBytes(memory) ?? 0) / 2 ** 20)];
  if (is !== should) throw new LabError(`${name} has ${is} MiB of memory in Proxmox, and the stack says ${should}`);
  return `${name} has ${is} MiB`;
}

const changed = ({ changes }: Pick<Run, "changes">): Change[] => changes.filter(({ op, failed }) => !failed && !UNTOUCHED.has(op));
const inWords = (changes: readonly Change[]): string => changes.map(({ op, type, name }) => `${op} ${type} ${name}`).join(", ");

function succeeded(what: string, run: Run): Run {
  if (!run.succeeded) throw new LabError(`${what} failed:\n${run.errors.join("\n")}`);
  return run;
}

function nothing(what: string, run: Run): string {
  if (changed(run).length > 0) throw new LabError(`${what} is to change nothing, and did: ${inWords(changed(run))}`);
  return `${run.changes.length} unchanged`;
}

function only(what: string, run: Run, name: string): string {
  const [first, ...more] = changed(run);
  const others = changed(run).filter((change) => change.name !== name);
  if (first === undefined || others.length > 0) throw new LabError(`${what} is to change ${name} alone, and changed: ${inWords(others) || "nothing"}`);
  return `${1 + more.length} changed`;
}

function failedWith(reason: string, run: Run): string {
  const said = run.errors.join("\n");
  if (run.succeeded) throw new LabError("the machine refused a change, and up succeeded all the same");
  if (!said.includes(reason)) throw new LabError(`up was to fail with "${reason}", and failed otherwise:\n${said}`);
  return `failed as it was told to, with "${reason}"`;
}
