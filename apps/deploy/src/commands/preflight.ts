import { loadStack } from "../config.ts";
import type { Verb } from "../preflight/check.ts";
import { CHECKS } from "../preflight/checks.ts";
import { isClear, preflight } from "../preflight/preflight.ts";
import { linesOf, toJson } from "../preflight/report.ts";
import { skipsOf } from "../preflight/skips.ts";
import { withTokens } from "./engine.ts";
import { ROOT } from "./render.ts";

/** What `up` would run first, by itself. Exit code 2: nothing is known to be wrong, and this machine lacks what would tell. */
export async function preflightCommand({ stack: name, json = false, skip = [], before = "up" }: { stack: string; json?: boolean; skip?: readonly string[]; before?: Verb }): Promise<number> {
  const skipped = skipsOf(skip, CHECKS);
  const stack = loadStack(name);
  const outcomes = await preflight({ name, stack, verb: before, skipped, environment: () => withTokens(stack), base: ROOT });
  if (json) console.log(toJson(name, before, outcomes));
  else for (const line of linesOf(outcomes)) console.log(line);
  if (isClear(outcomes)) return 0;
  return outcomes.some(({ status }) => status === "failed") ? 1 : 2;
}
