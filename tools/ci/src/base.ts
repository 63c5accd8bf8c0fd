import { execa } from "execa";

/** What a build is compared with, and in words why. */
export interface Base {
  /** A commit, or git's empty tree for a build with nothing before it. */
  ref: string;
  because: string;
}

/** The build's history does not reach what it has to be compared with, and cannot be made to. */
class HistoryError extends Error {
  override name = "HistoryError";
}

/** The tag that `./rzp ci green` leaves at the last commit of main that was deployed. */
export const GREEN = "ci-green";
/** The tree without a file, which every git knows: all that is there differs from it. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/**
 * The commit a build is compared with.
 *
 * A pull request: where it left its target. A push: the last commit that went through, by its tag, and without one the commit before, whose difference is a whole
 * pull request where those are squashed or merged. The very first commit: nothing, so all is new.
 */
export async function baseOf(repository: string, target?: string): Promise<Base> {
  const git = gitIn(repository);
  await complete(git);
  const branch = said(target);
  return branch === undefined ? ofPush(git) : ofPullRequest(git, branch);
}

/** What a pipeline handed over, or nothing where it knew nothing: Harness writes `null`, or leaves its own expression as it is. */
export function said(word: string | undefined): string | undefined {
  const text = (word ?? "").trim().replace(/^refs\/heads\//, "");
  return text === "" || text === "null" || /^<\+.*>$/.test(text) ? undefined : text;
}

type Git = (...words: string[]) => Promise<{ ok: boolean; out: string }>;

function gitIn(repository: string): Git {
  return async (...words) => {
    const { exitCode, stdout } = await execa("git", words, { cwd: repository, reject: false, env: { GIT_TERMINAL_PROMPT: "0" } });
    return { ok: exitCode === 0, out: stdout.trim() };
  };
}

/** Gets what a shallow clone left out: a base that is not there would make everything, or nothing, look changed. */
async function complete(git: Git): Promise<void> {
  if ((await git("rev-parse", "--is-shallow-repository")).out !== "true") return;
  const { ok } = await git("fetch", "--quiet", "--unshallow", "--tags", "origin");
  if (!ok) throw new HistoryError("this clone is shallow, and origin does not let the rest be fetched; clone all of it: depth 0 in the pipeline's codebase");
}

async function ofPullRequest(git: Git, branch: string): Promise<Base> {
  // A word of whoever opened the pull request: it must not be taken for an option.
  if (!(await git("check-ref-format", "--branch", branch)).ok) throw new HistoryError(`"${branch}" is no name of a branch; --target takes the one that the pull request goes to, such as main`);
  await git("fetch", "--quiet", "origin", `+refs/heads/${branch}:refs/remotes/origin/${branch}`);
  const { ok, out } = await git("merge-base", `refs/remotes/origin/${branch}`, "HEAD");
  if (!ok) throw new HistoryError(`origin has no branch "${branch}" that shares a commit with HEAD; --target takes the one that the pull request goes to, such as main`);
  return { ref: out, because: `where it left ${branch}` };
}

async function ofPush(git: Git): Promise<Base> {
  await git("fetch", "--quiet", "origin", `+refs/tags/${GREEN}:refs/tags/${GREEN}`);
  const green = await git("rev-parse", "--verify", "--quiet", `refs/tags/${GREEN}^{commit}`);
  const head = await git("rev-parse", "HEAD");
  // A tag at HEAD itself is from an earlier run of this build: a second run checks what the first one did.
  if (green.ok && green.out !== head.out && (await git("merge-base", "--is-ancestor", green.out, "HEAD")).ok) return { ref: green.out, because: `the last one that went through (tag ${GREEN})` };
  const before = await git("rev-parse", "--verify", "--quiet", "HEAD^1");
  return before.ok ? { ref: before.out, because: "the commit before" } : { ref: EMPTY_TREE, because: "nothing came before, so all of it is new" };
}
