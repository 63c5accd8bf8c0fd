import { markdownTable } from "markdown-table";
import type { Problem, Rehearsal } from "./rehearsal.ts";
import type { Arrival } from "./watch.ts";

/** What was played and what was real, for whoever reads the report. */
export interface ReportNotes {
  /** Such as `External Secrets Operator: played by the lab`. */
  played: readonly string[];
}

/** The report for a pull request. */
export function markdownReport(rehearsal: Rehearsal, { played }: ReportNotes): string {
  const { ok, versions, services, objects, steps, problems, arrivals, retries, memory, seconds, unknownHosts } = rehearsal;
  const slowest = [...arrivals].filter(({ up }) => up !== undefined).sort((a, b) => tookOf(b) - tookOf(a)).slice(0, 5);
  return [
    `# Rehearsal: ${ok ? "the homelab comes up" : "the homelab does not come up"}`,
    `${services.healthy} of ${services.declared} Applications healthy, ${objects.admitted} of ${objects.rendered} objects of the tree in the cluster, ${clock(seconds)} in all.`,
    `Real: kube-apiserver ${versions.kubernetes}, Argo CD ${versions.argoCd}, scheduler and controllers. Played: ${played.join("; ")}.`,
    ...(problems.length === 0 ? [] : ["## What stands in the way", ...problems.map(problemText)]),
    "## Steps",
    markdownTable([["step", "result", "time"], ...steps.map(({ step, causes, seconds: took }) => [step, causes.length === 0 ? "passed" : "failed", clock(took)])]),
    "## What came up when",
    markdownTable([["Application", "seen", "in sync", "up"], ...inOrder(arrivals).map(({ application, seen, synced, up }) => [application, at(seen), at(synced), at(up)])]),
    "## Figures",
    markdownTable([
      ["what", "figure"],
      ["slowest from seen to up", slowest.map((one) => `${one.application} ${clock(tookOf(one))}`).join(", ")],
      ["syncs that were tried again", listed(retries) || "none"],
      ["most memory, MiB", listed(memory) || "not told by this system"],
      ["hosts asked for that are not in the lab", unknownHosts.join(", ") || "none"],
    ]),
    "",
  ].join("\n\n");
}

/** One thing that stands in the way, in the words of whoever found it, and where to look. */
export function problemText({ step, application, object, message, declaration }: Problem): string {
  return `- **${application}**: ${object}: ${message.trim().replaceAll("\n", " ")}\n  (${step}${declaration === undefined ? "" : `; look at \`${declaration}\``})`;
}

/** In the order in which they were seen: what is there first was first in its wave. */
export function inOrder(arrivals: readonly Arrival[]): Arrival[] {
  return [...arrivals].sort((a, b) => (a.seen ?? Infinity) - (b.seen ?? Infinity) || (a.up ?? Infinity) - (b.up ?? Infinity) || (a.application < b.application ? -1 : 1));
}

function tookOf({ seen = 0, up = 0 }: Arrival): number {
  return up - seen;
}

function at(seconds: number | undefined): string {
  return seconds === undefined ? "never" : clock(seconds);
}

export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

function listed(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures).map(([name, figure]) => `${name} ${figure}`).join(", ");
}
