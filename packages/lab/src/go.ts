import { execa } from "execa";
import { LabError, lastLines } from "./errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export async function hasGo(environment: Environment): Promise<boolean> {
  return (await execa("go", ["version"], { env: environment, extendEnv: false, reject: false })).exitCode === 0;
}

/** Runs Go with nothing of a person's settings that would change what is built. A module that asks for a newer Go gets it, as a module like any other. */
export async function go(words: readonly string[], { folder, environment, failure }: { folder: string; environment: Environment; failure: string }): Promise<string> {
  const env = { ...environment, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0", GOTOOLCHAIN: "auto" };
  const { exitCode, stdout, stderr, shortMessage } = await execa("go", words, { cwd: folder, env, extendEnv: false, reject: false });
  if (exitCode === 0) return stdout;
  // With -json it says what went wrong in its answer.
  throw new LabError(`${failure}: go ${words[0] ?? ""} failed in ${folder}:${lastLines([stderr, stdout, shortMessage].find((text) => text !== undefined && text.trim() !== "") ?? "")}`);
}
