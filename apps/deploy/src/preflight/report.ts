import { styleText } from "node:util";
import type { Outcome } from "./check.ts";

const LOOKS = { ok: ["ok", "green"], failed: ["FAILED", "red"], open: ["open", "yellow"], skipped: ["skipped", "yellow"] } as const;

/** The result for a person; the last line says all. With `quiet`, what is well is only counted. */
export function linesOf(outcomes: readonly Outcome[], { quiet = false, stream = process.stdout }: { quiet?: boolean; stream?: NodeJS.WritableStream } = {}): string[] {
  const shown = quiet ? outcomes.filter(({ status }) => status !== "ok") : outcomes;
  const [name, look] = [Math.max(...outcomes.map((one) => one.name.length)), Math.max(...Object.values(LOOKS).map(([word]) => word.length))];
  const lines = shown.flatMap((outcome) => {
    const [word, color] = LOOKS[outcome.status];
    const head = `${styleText(color, word.padEnd(look), { stream })}  ${outcome.name.padEnd(name)}  ${outcome.reason ?? outcome.holds}`;
    return [head, ...outcome.problems.flatMap(({ problem, remedy }) => [`${" ".repeat(look + 2)}${problem}`, `${" ".repeat(look + 4)}${remedy}`])];
  });
  return [...lines, `preflight: ${summaryOf(outcomes)}`];
}

function summaryOf(outcomes: readonly Outcome[]): string {
  const count = (status: Outcome["status"]): number => outcomes.filter((outcome) => outcome.status === status).length;
  const rest = (["failed", "open", "skipped"] as const).filter((status) => count(status) > 0).map((status) => `${count(status)} ${status}`);
  return [`${count("ok")} of ${outcomes.length} checks ok`, ...rest].join(", ");
}

/** The same for machines. */
export function toJson(stack: string, verb: string, outcomes: readonly Outcome[]): string {
  return JSON.stringify({ version: 1, stack, before: verb, checks: outcomes }, undefined, 2);
}
