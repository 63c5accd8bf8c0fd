import type { Results } from "./results.ts";

/** What was tried on purpose: a line each, and the exit code that goes with them. */
export interface Tried {
  markdown: string;
  exitCode: number;
}

/** One that failed makes it 1, and none that was tried 2: a table without a line must not be taken for a success. */
export function tried(what: string, ran: number, results: Results | undefined): Tried {
  const all = (results?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === "passed" || status === "failed");
  const lines = all.map(({ title = "", status, meta: { seconds, said } = {} }) => [title, seconds === undefined ? "" : seconds.toFixed(0), status === "passed" ? (said ?? "as it should be") : "**FAILED**, see above"]);
  const failed = all.filter(({ status }) => status === "failed").length;
  const table = [[what, "seconds", "what came of it"], ["---", "---:", "---"], ...lines].map((cells) => `| ${cells.map(inCell).join(" | ")} |`);
  const exitCode = failed > 0 || (results !== undefined && !results.success) ? 1 : all.length === 0 && ran === 0 ? 2 : ran;
  return { markdown: `${[...table, "", `${all.length - failed} of ${all.length} as they should be`].join("\n")}\n`, exitCode };
}

/** On one line, and no longer than one reads. */
function inCell(text: string): string {
  const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}
