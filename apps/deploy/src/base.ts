/** The homelab as it was at another commit, as that commit's own code says it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRendered } from "@rzp/lab";
import type { RecordingJson, Side } from "@rzp/plan";
import { execa } from "execa";
import { APP, ConfigError } from "./config.ts";
import { show } from "./config/errors.ts";
import { BOOTSTRAP } from "./render.ts";
import { TREE } from "./site.ts";

const ROOT = join(APP, "../..");
/** What was recorded of other commits: it never changes. */
const CACHE = join(ROOT, ".rzp/plan");
/** How many commits are kept. */
const KEPT = 5;
/** The end of what a failed recording said. */
const LAST_LINES = 12;

/** Where a branch left the ref that it will go back to: what others did since is not what the branch does. */
export async function baseCommit(ref: string): Promise<string> {
  const git = (...words: string[]): Promise<{ exitCode?: number | undefined; stdout: string }> => execa("git", words, { cwd: ROOT, reject: false });
  const found = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  if (found.exitCode !== 0) throw new ConfigError("the command", [{ path: [`--base "${ref}"`], message: "is no commit here. Name a branch, tag or commit; a shallow clone has to fetch it first: git fetch origin <branch>" }], show);
  const fork = await git("merge-base", found.stdout, "HEAD");
  return fork.exitCode === 0 ? fork.stdout : found.stdout;
}

/** What a commit's own program asks for and what is rendered in it. Its code runs in a folder of its own, with its own packages; nothing of this checkout is touched. */
export async function baseSide(commit: string, stack: string, report: (line: string) => void): Promise<Side> {
  const folder = join(CACHE, commit);
  const recording = join(folder, `recording-${stack}.json`);
  if (!existsSync(recording)) await keep(commit, stack, folder, report);
  utimesSync(folder, new Date(), new Date());
  tidy(CACHE, KEPT);
  return { recording: JSON.parse(readFileSync(recording, "utf8")) as RecordingJson, objects: readRendered(folder, [TREE, BOOTSTRAP]) };
}

async function keep(commit: string, stack: string, folder: string, report: (line: string) => void): Promise<void> {
  report(`recording ${commit.slice(0, 7)} (once)`);
  const work = `${folder}.${process.pid}`;
  try {
    await checkOut(commit, join(work, "code"));
    const { stdout, stderr, exitCode } = await execa("sh", ["./rzp", "plan", "--json", "--stack", stack], { cwd: join(work, "code"), reject: false, env: { NODE_COMPILE_CACHE: undefined, RZP_STACK: undefined } });
    if (exitCode !== 0) throw new ConfigError("the command", [{ path: [`--base "${commit.slice(0, 7)}"`], message: `cannot be recorded; its own ./rzp plan says:\n${stderr.split("\n").slice(-LAST_LINES).join("\n")}` }], show);
    mkdirSync(join(work, "kept"));
    writeFileSync(join(work, "kept", `recording-${stack}.json`), stdout);
    for (const part of [TREE, BOOTSTRAP]) {
      mkdirSync(join(work, "kept", part, ".."), { recursive: true });
      renameSync(join(work, "code", part), join(work, "kept", part));
    }
    // Where another stack of it was recorded, that one's recording stays.
    if (existsSync(folder)) renameSync(join(work, "kept", `recording-${stack}.json`), join(folder, `recording-${stack}.json`));
    else renameSync(join(work, "kept"), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Removes what runs that were killed have left, and all but so many commits: those that were asked for last. */
export function tidy(cache: string, kept: number): void {
  const names = readdirSync(cache);
  const left = names.filter((name) => name.includes(".") && !isRunning(Number(name.split(".").at(-1))));
  const old = names.filter((name) => !name.includes(".")).map((name) => ({ name, asked: statSync(join(cache, name)).mtimeMs })).sort((a, b) => b.asked - a.asked).slice(kept);
  for (const name of [...left, ...old.map((one) => one.name)]) rmSync(join(cache, name), { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Its files without a worktree of git's: a run that is killed leaves nothing in the repository. */
async function checkOut(commit: string, folder: string): Promise<void> {
  mkdirSync(join(folder, ".rzp"), { recursive: true });
  const index = { cwd: ROOT, env: { GIT_INDEX_FILE: join(folder, ".rzp/index") } };
  await execa("git", ["read-tree", commit], index);
  await execa("git", ["checkout-index", "--all", `--prefix=${folder}/`], index);
  // The same pinned tools, where they are the same: its ./rzp looks.
  const tools = join(ROOT, ".rzp/tools");
  if (existsSync(tools)) symlinkSync(tools, join(folder, ".rzp/tools"));
}
