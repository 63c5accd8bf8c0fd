import { rmSync } from "node:fs";
import { join, resolve } from "node:path";

/** Folder of the repository. */
export const ROOT = resolve(import.meta.dirname, "../../..");
/** Where `./rzp` keeps V8's compiled code; it may be deleted at any time. */
const COMPILE_CACHE = join(ROOT, ".rzp/compile-cache");

/** Who is measured on the made-up homelabs. */
export interface Contender {
  title: string;
  entry: string;
  /** Largest homelab it is asked for. */
  most: number;
  /** `new` for every run, `kept` between the runs after a first one that is not timed, or `none` where nothing is written. */
  folder: "new" | "kept" | "none";
  /** True where V8's compiled code is not kept between the runs. */
  uncompiled?: true;
}

export type ContenderName = "first" | "render" | "unchanged" | "floor" | "cdk8s" | "pulumi";
export type PlanName = "plan" | "plan-cold";
export type Name = ContenderName | PlanName;

export const CONTENDERS: Readonly<Record<ContenderName, Contender>> = {
  first: { title: "rzp render, nothing compiled", entry: "render.ts", most: Infinity, folder: "new", uncompiled: true },
  render: { title: "rzp render, cold", entry: "render.ts", most: Infinity, folder: "new" },
  unchanged: { title: "rzp render, unchanged", entry: "render.ts", most: Infinity, folder: "kept" },
  floor: { title: "js-yaml and writeFileSync", entry: "floor.ts", most: Infinity, folder: "new" },
  cdk8s: { title: "cdk8s synth", entry: "cdk8s.ts", most: 500, folder: "new" },
  pulumi: { title: "Pulumi under mocks", entry: "pulumi.ts", most: 500, folder: "none" },
};

/** Commands that are measured on the repository's own homelab. */
export interface OwnCommand {
  title: string;
  /** What is done before each run, untimed. */
  before: () => void;
}

export const PLANS: Readonly<Record<PlanName, OwnCommand>> = {
  plan: { title: "./rzp plan", before: () => undefined },
  "plan-cold": {
    title: "./rzp plan, cold compile cache",
    before: () => {
      rmSync(COMPILE_CACHE, { recursive: true, force: true });
    },
  },
};

export const CONTENDER_NAMES = Object.keys(CONTENDERS) as ContenderName[];
export const PLAN_NAMES = Object.keys(PLANS) as PlanName[];
