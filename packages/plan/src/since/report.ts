import { markdownTable } from "markdown-table";
import pc from "picocolors";
import { cut, text } from "../yaml.ts";
import type { Change, ChangedValue } from "./change.ts";
import { guardedChanges, type Plan } from "./plan.ts";

/** What a report says besides the plan. */
export interface PlanReportOptions {
  /** What is compared, such as `homelab/production since main (bb2ace9)`. */
  title: string;
  /** Names of guarded changes that somebody wants, and why. */
  accepted: ReadonlyMap<string, string>;
  /** Colours for a terminal. @default false */
  color?: boolean;
  /** Columns of a terminal. @default 120 */
  width?: number;
}

/** Values of one change that are shown; the rest is counted. */
const SHOWN = 8;
/** Rows of one plane in Markdown: a comment on a pull request has an end. */
const ROWS = 60;
const SIGNS = { create: "+", change: "~", remove: "-" } as const;
const NOT_COMPARED = "Compared offline: no state was read, no provider and no cluster asked. Secrets are not compared.";

/** For a terminal. */
export function formatPlan(plan: Plan, { title, accepted, color = false, width = 120 }: PlanReportOptions): string {
  const colors = pc.createColors(color);
  const paint = { create: colors.green, change: colors.yellow, remove: colors.red };
  const lines = (changes: readonly Change[]): string[] =>
    grouped(changes).flatMap(({ head, change }) => {
      const { effect, op } = change;
      const words = head.effect === "" ? "" : `  ${(effect.guarded ? colors.red : colors.dim)(head.effect)}`;
      return [`  ${paint[op](`${SIGNS[op]} ${text(head.name)}`)}  ${colors.dim(head.kind)}${words}`, ...valueLines(change).map((line) => colors.dim(cut(`      ${line}`, width)))];
    });
  const guards = guardedChanges(plan);
  return [
    colors.bold(title),
    colors.dim(NOT_COMPARED),
    ...section("machine plane", plan.machines, lines, colors.bold),
    ...section("cluster plane", plan.cluster, lines, colors.bold),
    ...(guards.length === 0 ? [] : ["", colors.bold("wanted?")]),
    ...guards.map((change) => (accepted.has(change.name) ? `  ${text(change.name)}: ${effectWords(change)}. Accepted: ${text(accepted.get(change.name) ?? "")}` : colors.red(`  ${text(change.name)}: ${effectWords(change)}. If it is: --accept "${text(change.name)}: <why>"`))),
    "",
  ].join("\n");
}

/** For a comment on a pull request. */
export function planToMarkdown(plan: Plan, { title, accepted }: PlanReportOptions): string {
  const guards = guardedChanges(plan);
  const table = (changes: readonly Change[]): string[] => {
    if (changes.length === 0) return ["Nothing changes."];
    const rows = grouped(changes);
    const shown = rows.slice(0, ROWS).map(({ head, change }) => [SIGNS[change.op], `\`${text(head.name)}\``, head.kind, change.effect.guarded ? `**${head.effect}**` : head.effect, valueLines(change).map((line) => `\`${cut(line, 160).replaceAll("`", "'")}\``).join("<br>")]);
    return [markdownTable([["", "what", "kind", "effect", "values"], ...shown.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))]), ...(rows.length > ROWS ? [`… and ${rows.length - ROWS} more`] : [])];
  };
  return [
    `## ${title}`,
    NOT_COMPARED,
    ...(guards.length === 0 ? [] : ["### Wanted?", ...guards.map((change) => `- **${text(change.name)}** (${change.kind}): ${effectWords(change)}.${accepted.has(change.name) ? ` Accepted: ${text(accepted.get(change.name) ?? "")}` : ""}`)]),
    `### Machine plane: ${summary(plan.machines)}`,
    ...table(plan.machines),
    `### Cluster plane: ${summary(plan.cluster)}`,
    ...table(plan.cluster),
    "",
  ].join("\n\n");
}

/** For machines. */
export function planToJson(plan: Plan, { title, accepted }: PlanReportOptions): string {
  return `${JSON.stringify({ version: 1, title, ...plan, guarded: guardedChanges(plan).map(({ name, kind, effect }) => ({ name, kind, says: effect.says, accepted: accepted.get(name) })) }, null, 2)}\n`;
}

type Section = (changes: readonly Change[]) => string[];

function section(name: string, changes: readonly Change[], lines: Section, bold: (words: string) => string): string[] {
  return ["", `${bold(name)}: ${summary(changes)}`, ...lines(changes)];
}

/** `2 restart, 1 replace, 12 new`. */
function summary(changes: readonly Change[]): string {
  if (changes.length === 0) return "nothing changes";
  return [...Map.groupBy(changes, ({ op, effect }) => (op === "create" ? "new" : op === "remove" ? "gone" : effect.severity))].map(([word, { length }]) => `${length} ${word}`).join(", ");
}

interface Head {
  name: string;
  kind: string;
  effect: string;
}

/** What is alike is one line: three machines with more memory, or a new service, which is ten objects in one place. What nothing happens to is only counted. */
function grouped(changes: readonly Change[]): { head: Head; change: Change }[] {
  const key = (change: Change): string => {
    const { op, group, effect, kind } = change;
    if (op === "change") return [kind, effectWords(change), ...valueLines(change)].join("\n");
    return [op, group, effectWords(change), group === "" || effect.guarded ? kind : ""].join("\n");
  };
  const noticed = changes.filter(({ op, effect }) => op !== "change" || effect.severity !== "nothing");
  return [...Map.groupBy(noticed, key).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const effect = first.op === "create" ? "" : effectWords(first);
    const kinds = [...new Set(same.map(({ kind }) => kind))];
    if (kinds.length > 1) return [{ change: first, head: { name: first.group, kind: `${same.length} objects: ${kinds.join(", ")}`, effect } }];
    return [{ change: first, head: { name: same.map(({ name }) => name).join(", "), kind: first.kind, effect } }];
  });
}

function effectWords({ effect: { severity, says } }: Change): string {
  return says === "" ? severity : `${severity}: ${says}`;
}

function valueLines({ values }: Change): string[] {
  const lines = values.flatMap(valueLine);
  return lines.length > SHOWN + 1 ? [...lines.slice(0, SHOWN), `… ${lines.length - SHOWN} more`] : lines;
}

function valueLine({ path, before, after, follows, effect }: ChangedValue): string[] {
  const note = effect.severity === "nothing" ? `  (${effect.says})` : "";
  if (follows !== undefined) return [`${text(path)}: follows ${text(follows)}${note}`];
  if (typeof before === "string" && typeof after === "string" && (before + after).includes("\n")) return [`${text(path)}:${note}`, ...lineDifferences(before, after)];
  return [`${text(path)}: ${arrow(before, after)}${note}`];
}

/** Of a text, the lines that one side has more often than the other. */
function lineDifferences(before: string, after: string): string[] {
  const [was, is] = [before.split("\n"), after.split("\n")];
  const [gone, come] = [without(was, is), without(is, was)];
  if (gone.length === 0 && come.length === 0) return ["  the same lines in another order"];
  if (gone.length === come.length) return gone.map((line, index) => `  ${arrow(line, come[index])}`);
  return [...gone.map((line) => `  - ${text(line)}`), ...come.map((line) => `  + ${text(line)}`)];
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.flatMap((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count > 0 ? [] : [line.trim()];
  });
}

/** Longer than this, only where they begin to differ is shown of two values. */
const LONG = 60;
/** Characters before that which are shown, too. */
const LEAD = 12;
/** Characters of a long value that are shown. */
const TAIL = 36;

function arrow(before: unknown, after: unknown): string {
  const [was, is] = [shown(before), shown(after)];
  if (was.length <= LONG && is.length <= LONG) return `${was} → ${is}`;
  let same = 0;
  while (same < was.length && was[same] === is[same]) same++;
  const tail = (value: string): string => cut(same > LEAD ? `…${value.slice(same - LEAD)}` : value, TAIL);
  return `${tail(was)} → ${tail(is)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  return text(typeof value === "string" ? value : JSON.stringify(value));
}
