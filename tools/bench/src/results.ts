import type { Name } from "./contenders.ts";
import type { Told } from "./contenders/task.ts";

/** What the runs of one contender come to. */
export interface Result {
  name: Name;
  title: string;
  /** Size of the homelab; absent for commands on the repository's own. */
  services?: number;
  /** Median of the whole processes, and the quickest and slowest of them. */
  ms: number;
  fastestMs: number;
  slowestMs: number;
  /** Medians of the processor times outside and inside the kernel, and of the peaks. */
  userMs?: number;
  kernelMs?: number;
  peakBytes?: number;
  files?: number;
  bytes?: number;
  /** Part of `ms` that went into reading the objects, where they are read and not made. */
  readMs?: number;
  /** True when the Pulumi SDK was loaded, where that was looked at. */
  pulumi?: boolean;
}

interface Sample {
  ms: number;
  told?: Told;
}

export function summary(name: Name, title: string, samples: readonly Sample[]): Result {
  const times = samples.map(({ ms }) => ms);
  const told = samples.flatMap((sample) => sample.told ?? []);
  const each = (key: "userMs" | "kernelMs" | "peakBytes"): number => median(told.map((one) => one[key]));
  const reads = told.flatMap(({ readMs }) => readMs ?? []);
  const pulumi = told.flatMap(({ pulumi }) => pulumi ?? []);
  return {
    name,
    title,
    ms: median(times),
    fastestMs: Math.min(...times),
    slowestMs: Math.max(...times),
    ...(told.length === 0 ? {} : { userMs: each("userMs"), kernelMs: each("kernelMs"), peakBytes: each("peakBytes") }),
    ...(reads.length === 0 ? {} : { readMs: median(reads) }),
    ...(pulumi.length === 0 ? {} : { pulumi: pulumi.includes(true) }),
  };
}

/** Middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("there is no median of nothing");
  return (lower + upper) / 2;
}

/** What the project set itself, and what came out; `holds` is absent where nothing was measured that tells. */
export interface Goal {
  goal: string;
  measured: string;
  holds?: boolean;
}

/** From here on the start of Node no longer decides a ratio. */
const LARGE = 500;

export function goals(results: readonly Result[]): Goal[] {
  const find = (name: Name, services?: number): Result | undefined => results.find((one) => one.name === name && one.services === services);
  const sizes = [...new Set(results.flatMap(({ services }) => services ?? []))].sort((a, b) => a - b);
  const large = sizes.filter((services) => services >= LARGE);
  const time = (name: Name, services?: number): number | undefined => find(name, services)?.ms;
  const peak = find("render", 5000)?.peakBytes;
  const loaded = results.flatMap(({ pulumi }) => pulumi ?? []);
  return [
    ...large.map((services) => atMost(`render at ${services}: at most 1.3x of the floor`, ratio(time("render", services), time("floor", services)), 1.3, times)),
    atMost("render, 500 to 5000: linear, at most 10x the time", ratio(time("render", 5000), time("render", 500)), 10, times),
    atMost("render at 5000: under 600 MB", peak === undefined ? undefined : peak / 1e6, 600, (mb) => `${Math.round(mb)} MB`),
    atLeast("render at 500: at least 5x faster than cdk8s", ratio(time("cdk8s", 500), time("render", 500)), 5),
    ...large.map((services) => atLeast(`unchanged at ${services}: at least 5x faster than cold`, ratio(time("render", services), time("unchanged", services)), 5)),
    atMost("render at 35: under 0.4 s", time("render", 35), 400, seconds),
    atMost("render at 35, nothing compiled: under 0.4 s", time("first", 35), 400, seconds),
    { goal: "rendering never loads the Pulumi SDK", ...(loaded.length === 0 ? UNKNOWN : { measured: loaded.includes(true) ? "loaded" : "not loaded", holds: !loaded.includes(true) }) },
    atMost("./rzp plan: under 3 s", time("plan"), 3000, seconds),
    atMost("./rzp plan, cold compile cache: under 3 s", time("plan-cold"), 3000, seconds),
  ];
}

const UNKNOWN = { measured: "not measured" };

function atMost(goal: string, value: number | undefined, limit: number, show: (value: number) => string): Goal {
  return { goal, ...(value === undefined ? UNKNOWN : { measured: show(value), holds: value <= limit }) };
}

function atLeast(goal: string, value: number | undefined, limit: number): Goal {
  return { goal, ...(value === undefined ? UNKNOWN : { measured: times(value), holds: value >= limit }) };
}

export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

export function times(value: number): string {
  return `${value.toFixed(2)}x`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
