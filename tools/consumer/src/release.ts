import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git, packagesOf, type Package } from "./clone.ts";
import { withTarget, type Target } from "./publish.ts";
import type { Registry } from "./registry.ts";
import { run } from "./run.ts";
import { readTarball, type Tarball } from "./tarball.ts";

/** Versions, changelogs, commit and tags, as `nx release` makes them: the first time with the version that is said, later with what the commits ask for. */
export async function release(clone: string, first?: string): Promise<Package[]> {
  await run(clone, "node_modules/.bin/nx", ["release", ...(first === undefined ? [] : [first, "--first-release"]), "--skip-publish"]);
  return packagesOf(clone);
}

/** Publishes what the registry does not have yet. A second call is no error: what is there is left out. */
export async function publish(clone: string, target: Target): Promise<string> {
  return withTarget(target, await scopesOf(clone), (environment) => run(clone, "node_modules/.bin/nx", ["release", "publish", "--output-style=static"], environment));
}

/** `@rzp`: packages of other scopes are other people's. */
async function scopesOf(root: string): Promise<string[]> {
  return [...new Set((await packagesOf(root)).map(({ name }) => scopeOf(name)))];
}

/**
 * Publishes the workspace's private stand-ins for SDKs, so that what names the real one as its peer can be installed where the real one cannot be had. This registry is
 * gone after the check; nothing of it leaves this machine.
 */
export async function publishStandIns(clone: string, stage: string, target: Target): Promise<string[]> {
  const names: string[] = [];
  for (const manifest of globSync("sdks/*/package.json", { cwd: clone })) {
    const folder = join(clone, manifest, "..");
    writeFileSync(join(folder, "tsup.config.ts"), 'import { library } from "../../tsup.shared.ts";\nexport default library(["src/index.ts"]);\n');
    await run(folder, join(clone, "node_modules/.bin/tsup"), []);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string };
    const entry = (kind: string): object => ({ types: `./dist/index.d.${kind === "js" ? "ts" : "cts"}`, default: `./dist/index.${kind}` });
    // Beside the clone, in which it must stay private.
    const copy = join(stage, about.name);
    cpSync(join(folder, "dist"), join(copy, "dist"), { recursive: true });
    writeFileSync(join(copy, "package.json"), JSON.stringify({ ...about, private: false, devDependencies: {}, files: ["dist"], exports: { ".": { import: entry("js"), require: entry("cjs") }, "./package.json": "./package.json" } }));
    await withTarget(target, [scopeOf(about.name)], (environment) => run(copy, "pnpm", ["publish", "--no-git-checks"], environment));
    names.push(about.name);
  }
  return names;
}

function scopeOf(name: string): string {
  return name.split("/")[0] ?? name;
}

/** What the registry gives to whoever installs this version. */
export async function tarballOf({ storage }: Registry, { name, version }: Package): Promise<Tarball | undefined> {
  const file = join(storage, name, `${name.split("/")[1] ?? name}-${version}.tgz`);
  return existsSync(file) ? readTarball(file) : undefined;
}

/** Whether somebody without a token may publish: nobody may. */
export async function refusesStrangers(clone: string, target: Target): Promise<boolean> {
  try {
    await publish(clone, { ...target, token: "a-token-that-nobody-gave" });
    return false;
  } catch {
    return true;
  }
}

export async function tagsOf(clone: string): Promise<string[]> {
  return (await git(clone, "tag", "--points-at", "HEAD")).split("\n");
}
