import type { Difference } from "./differences.ts";
import type { Effect } from "./effect.ts";

/** A value that differs, and what that does. */
export interface ChangedValue extends Difference {
  effect: Effect;
  /** Name of what it follows: both values are known only afterwards, and what they come from is made anew. */
  follows?: string;
}

/** One resource or object that a commit changes. */
export interface Change {
  /** As a person would say it: `cp-1` or `media/sonarr`. */
  name: string;
  /** `VmLegacy`, `Deployment`. */
  kind: string;
  /** What it belongs to: the component, or the folder of the tree. */
  group: string;
  op: "create" | "change" | "remove";
  /** Empty unless it is a change. */
  values: ChangedValue[];
  /** The most harmful thing that happens to it. */
  effect: Effect;
}
