/** What every contender is told and what it tells. It imports nothing of the project: its loading is part of every time. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

export interface Task {
  services: number;
  seed: number;
  /** Folder to write to. */
  out: string;
  /** File with the homelab's objects as plain data, for those that do not make them. */
  objects: string;
}

/** What a contender says on the last line of its output. */
export interface Told {
  peakBytes: number;
  /** Processor time of all its threads in our code and libraries; unlike the time on the clock it hardly depends on what else the machine does. */
  userMs: number;
  /** Processor time in the kernel: making files, mostly, and so a matter of the file system. */
  kernelMs: number;
  /** Objects it was handed or made. */
  objects: number;
  /** Time that went into reading the objects from their file. */
  readMs?: number;
  /** True when the Pulumi SDK was loaded. */
  pulumi?: boolean;
}

export function task(): Task {
  const { values } = parseArgs({ options: { services: { type: "string" }, seed: { type: "string" }, out: { type: "string" }, objects: { type: "string" } } });
  const { services, seed, out, objects } = values;
  if (services === undefined || seed === undefined || out === undefined || objects === undefined) throw new Error("a contender is started by the bench, with --services, --seed, --out and --objects");
  return { services: Number(services), seed: Number(seed), out, objects };
}

export function tell(told: Omit<Told, "peakBytes" | "userMs" | "kernelMs">): void {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stdout.write(`${JSON.stringify({ peakBytes: peak(), userMs: userCPUTime / 1000, kernelMs: systemCPUTime / 1000, ...told } satisfies Told)}\n`);
}

/** Linux hands a process the peak of whoever started it through `maxRSS`; VmHWM is the process's own. */
function peak(): number {
  const own = process.platform === "linux" ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] : undefined;
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) * 1024;
}
