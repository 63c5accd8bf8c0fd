import { execa } from "execa";
import { GREEN } from "./base.ts";
import { ServiceError } from "./http.ts";

/** Who may push; git's own helper reads both from the environment, so that neither stands in a command line or a file. */
const CREDENTIALS = ["PUSH_USERNAME", "PUSH_TOKEN"] as const;
const HELPER = '!printf "username=%s\\npassword=%s\\n" "$PUSH_USERNAME" "$PUSH_TOKEN" #';

/** Moves the tag of the last commit that went through to HEAD. */
export async function pushGreen(repository: string): Promise<void> {
  await push(repository, ["--force", "origin", `HEAD:refs/tags/${GREEN}`]);
}

/** Pushes the commit and the tags of a release, all of them or none. */
export async function pushRelease(repository: string, branch: string): Promise<void> {
  await push(repository, ["--atomic", "--follow-tags", "origin", `HEAD:refs/heads/${branch}`]);
}

async function push(repository: string, words: readonly string[]): Promise<void> {
  const missing = CREDENTIALS.filter((name) => (process.env[name] ?? "") === "");
  if (missing.length === 1) throw new ServiceError(`${missing.join()} is not set, and the other half is; set ${CREDENTIALS.join(" and ")}, or neither where git can push by itself`);
  // The empty helper drops those of the machine.
  const helper = missing.length > 0 ? [] : ["-c", "credential.helper=", "-c", `credential.helper=${HELPER}`];
  const { exitCode, stderr } = await execa("git", [...helper, "push", "--quiet", ...words], { cwd: repository, reject: false, env: { GIT_TERMINAL_PROMPT: "0" } });
  if (exitCode !== 0) throw new ServiceError(`git could not push: ${hidden(stderr)}`);
}

/** An address may carry a token of its own. */
function hidden(text: string): string {
  const token = process.env.PUSH_TOKEN ?? "";
  const without = token === "" ? text : text.replaceAll(token, "***");
  return without.replace(/\/\/[^/@\s]+@/g, "//***@").trim();
}
