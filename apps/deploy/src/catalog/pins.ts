/** When versions came into the repository, as git says. A day, and never the clock: the same commit tells the same. */
import { execa } from "execa";
import { pinOf, versionsOf } from "./catalog.ts";
import { fileOf, type Homelab } from "../homelab.ts";

/** A line of a file, and the day it was written; without one where it is not committed yet. */
export interface DatedLine {
  text: string;
  day?: string;
}

/** Not committed yet, as git writes it. */
const NOT_YET = /^0+$/;

/**
 * The day of each version, by {@link pinOf}: of the line of the declaration, or of the stack, that names it. Nothing where git does not say: in a copy without
 * history, where the line is not committed, and in a shallow clone, whose oldest commit seems to have written everything.
 */
export async function pinsOf({ context: { services } }: Homelab, { base, stack }: { base: string; stack: string }): Promise<Map<string, string>> {
  if ((await git(base, ["rev-parse", "--is-shallow-repository"])) !== "false") return new Map();
  const pinned = services.filter((facts) => versionsOf(facts).length > 0);
  const read = new Map<string, Promise<DatedLine[]>>();
  const linesOf = (file: string): Promise<DatedLine[]> => {
    const lines = read.get(file) ?? git(base, ["blame", "--line-porcelain", "--", file]).then(datedLines);
    read.set(file, lines);
    return lines;
  };
  const days = pinned.map(async (facts) => {
    const [own, overrides] = await Promise.all([linesOf(fileOf(facts)), linesOf(`apps/deploy/Pulumi.${stack}.yaml`)]);
    return versionsOf(facts).flatMap(({ version }): [string, string][] => {
      const day = dayOf(version, own) ?? dayOf(version, overrides);
      return day === undefined ? [] : [[pinOf(facts.name, version), day]];
    });
  });
  return new Map((await Promise.all(days)).flat());
}

/** Lines with their days, out of what `git blame --line-porcelain` prints: headers, and then the line behind a tab. */
export function datedLines(porcelain: string): DatedLine[] {
  const lines: DatedLine[] = [];
  let commit = "";
  let seconds = Number.NaN;
  for (const line of porcelain.split("\n")) {
    if (line.startsWith("\t")) lines.push({ text: line.slice(1), ...(NOT_YET.test(commit) || Number.isNaN(seconds) ? {} : { day: new Date(seconds * 1000).toISOString().slice(0, 10) }) });
    else if (/^[0-9a-f]{40} /.test(line)) commit = line.slice(0, 40);
    else if (line.startsWith("author-time ")) seconds = Number(line.slice("author-time ".length));
  }
  return lines;
}

/** Day of the line that names a version, whole: 1.2 is not in 1.2.3. The youngest of several, whose comment may be older. */
export function dayOf(version: string, lines: readonly DatedLine[]): string | undefined {
  const whole = new RegExp(`(?<![\\w.-])${version.replace(/[.+*?^$()[\]{}|\\]/g, "\\$&")}(?![\\w.-])`);
  const named = lines.filter(({ text }) => whole.test(text));
  return named.some(({ day }) => day === undefined) ? undefined : named.map(({ day = "" }) => day).sort().at(-1);
}

/** What git says, or nothing: neither git nor a repository need be there. */
async function git(base: string, words: string[]): Promise<string> {
  const { stdout, exitCode } = await execa("git", words, { cwd: base, reject: false });
  return exitCode === 0 ? stdout : "";
}
