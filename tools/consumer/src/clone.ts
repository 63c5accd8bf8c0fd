import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./run.ts";

/** A published package of the workspace. */
export interface Package {
  name: string;
  version: string;
  /** From the root of the repository. */
  folder: string;
  exports: Readonly<Record<string, unknown>>;
  dependencies: Readonly<Record<string, string>>;
  peerDependencies: Readonly<Record<string, string>>;
}

/**
 * A clone of the repository as it lies on the disk, what is not committed yet included, in which versions, tags and commits can be made that nobody else sees. Tags are left
 * behind: here every release is the first one. What was built is taken along, so it must have been built.
 */
export async function cloneInto(root: string, clone: string): Promise<void> {
  await run(root, "git", ["clone", "--quiet", "--no-tags", root, clone]);
  const list = async (...words: string[]): Promise<string[]> => (await run(root, "git", ["ls-files", "-z", ...words])).split("\0").filter((path) => path !== "");
  for (const path of await list("--modified", "--others", "--exclude-standard")) {
    if (existsSync(join(root, path))) copy(join(root, path), join(clone, path));
    else rmSync(join(clone, path), { force: true });
  }
  await git(clone, "config", "user.name", "A release that nobody sees");
  await git(clone, "config", "user.email", "nobody@example.com");
  await git(clone, "add", "--all");
  await git(clone, "commit", "--quiet", "--allow-empty", "--no-verify", "-m", "chore: take what is not committed yet");
  for (const { folder } of await packagesOf(clone)) copy(join(root, folder, "dist"), join(clone, folder, "dist"));
  await run(clone, "pnpm", ["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"]);
}

const NOTHING = { exports: {}, dependencies: {}, peerDependencies: {} };

/** Whatever is not private, in the order of names. */
export async function packagesOf(root: string): Promise<Package[]> {
  const files = (await run(root, "git", ["ls-files", "packages/*/package.json"])).split("\n");
  return files
    .map((file) => ({ ...NOTHING, ...(JSON.parse(readFileSync(join(root, file), "utf8")) as Partial<Package> & Pick<Package, "name" | "version"> & { private?: boolean }), folder: dirname(file) }))
    .filter((each) => each.private !== true)
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** A change of a file by a person, who says in the conventional way what it is. It is a fault of the caller if it changes nothing. */
export async function commitChange(clone: string, file: string, change: (text: string) => string, message: string): Promise<void> {
  const before = readFileSync(join(clone, file), "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} has nothing to change any more`);
  writeFileSync(join(clone, file), after);
  await git(clone, "commit", "--quiet", "--no-verify", "-m", message, "--", file);
}

export async function git(clone: string, ...words: string[]): Promise<string> {
  return run(clone, "git", words);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}
