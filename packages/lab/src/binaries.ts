import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { LabMissing } from "./errors.ts";
import { go, hasGo, type Environment } from "./go.ts";
import { toStandardError, type Report } from "./report.ts";
import { buildWords, cacheName, filesOf, moduleFolder, TOOLS, toolVersion, type Tool, type ToolName } from "./tools.ts";

export interface FindBinariesOptions {
  /** Whether what is found nowhere is built: minutes, and Go is needed. @default true */
  build?: boolean;
  /** Told a line when something is built. @default it goes to standard error */
  report?: Report;
  /** Folder that keeps what was built. @default `lab/bin` in the `.rzp/` above the current folder, or `~/.cache/rzp/lab/bin` */
  cache?: string;
  /** @default the environment of this process */
  environment?: Environment;
}

type Build = Required<Omit<FindBinariesOptions, "build">>;

/**
 * The path of each of these programs: from `$RZP_LAB_BIN`, from PATH or `$KUBEBUILDER_ASSETS`, or built once from the pinned Go modules into a cache.
 * What must lie beside a program (`filesOf`) lies beside it.
 *
 * @throws LabMissing when one can be had in none of these ways; LabError when it could be built and that failed.
 */
export async function findBinaries<const Name extends ToolName>(names: readonly Name[], options: FindBinariesOptions = {}): Promise<Record<Name, string>> {
  const { build = true, report = toStandardError, environment = process.env, cache = cacheFolder(process.cwd()) } = options;
  const missing = names.filter((name) => look(name, environment, cache) === undefined);
  if (missing.length > 0) {
    const avoid = "set RZP_LAB_BIN to a folder that has them, or put them on PATH";
    if (!build) throw new LabMissing(`${missing.join(", ")} not found: ${avoid}`);
    if (!(await hasGo(environment))) throw new LabMissing(`${missing.join(", ")} not found, and Go to build them with is not on PATH: ${avoid}, or install Go`);
    await buildAll(missing, { cache, avoid, report, environment });
  }
  return Object.fromEntries(names.map((name) => [name, look(name, environment, cache)])) as Record<Name, string>;
}

/** Where a program lies with all its files, or undefined. */
function look(name: ToolName, environment: Environment, cache: string): string | undefined {
  const { RZP_LAB_BIN: own = "", PATH: path = "", KUBEBUILDER_ASSETS: assets = "" } = environment;
  const folders = [own, ...path.split(delimiter), assets].filter((folder) => folder !== "");
  return [...folders.map((folder) => resolve(folder)), join(cache, cacheName(name))].find((folder) => isComplete(folder, name))?.concat(`/${name}`);
}

function isComplete(folder: string, name: ToolName): boolean {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return filesOf(name).every((file) => existsSync(join(folder, file)));
  } catch {
    return false;
  }
}

async function buildAll(names: readonly ToolName[], build: Build & { avoid: string }): Promise<void> {
  const { cache, avoid, report } = build;
  const minutes = Math.ceil(names.reduce((sum, name) => sum + TOOLS[name].seconds, 0) / 60);
  report(`building ${names.join(", ")} with Go into ${cache} (once; about ${minutes} minutes of one core when Go's own caches are empty; to avoid it ${avoid})`);
  for (const [index, name] of names.entries()) {
    const started = performance.now();
    report(`  ${index + 1}/${names.length} ${name} (${TOOLS[name].module} ${toolVersion(name)}) ...`);
    await buildOne(name, build);
    report(`  ${index + 1}/${names.length} ${name} done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
}

/** Builds beside the cache's folder and moves it into place whole, so that a killed build leaves nothing that looks like one, and two at once do no harm. */
async function buildOne(name: ToolName, { cache, environment }: Build): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(join(cache, ".building-"));
  const place = join(cache, cacheName(name));
  try {
    const [first = "", ...rest] = buildWords(name);
    await go([first, "-o", join(made, name), ...rest], { folder: moduleFolder(TOOLS[name]), environment, failure: `${name} could not be built` });
    await addFiles(name, made, environment);
    for (const old of readdirSync(cache)) if (old.startsWith(`${name}-`) && join(cache, old) !== place) rmSync(join(cache, old), { recursive: true, force: true });
    renameSync(made, place);
  } catch (error) {
    // Somebody else built the same thing in the meantime.
    if (!isComplete(place, name)) throw error;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

async function addFiles(name: ToolName, made: string, environment: Environment): Promise<void> {
  const { beside = {}, module }: Tool = TOOLS[name];
  if (Object.keys(beside).length === 0) return;
  const home = await go(["list", "-m", "-f", "{{.Dir}}", module], { folder: moduleFolder(TOOLS[name]), environment, failure: `the sources of ${name} were not found` });
  for (const [file, [first = "", ...others]] of Object.entries(beside)) {
    copyFileSync(join(home, first), join(made, file));
    // A module's files can be run by nobody and written by nobody.
    chmodSync(join(made, file), 0o755);
    for (const other of others) writeFileSync(join(made, file), `---\n${readFileSync(join(home, other), "utf8")}`, { flag: "a" });
  }
}

/** `lab/bin` in the nearest `.rzp/` above a folder, where the workspace keeps what it gets, or a folder of the user's. */
export function cacheFolder(from: string): string {
  const home = join(from, ".rzp");
  if (existsSync(home)) return join(home, "lab/bin");
  return dirname(from) === from ? join(homedir(), ".cache/rzp/lab/bin") : cacheFolder(dirname(from));
}
