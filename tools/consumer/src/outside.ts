import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Package } from "./clone.ts";
import type { Runtime } from "./node.ts";
import { asCommonJs, type Example } from "./readme.ts";
import { CommandError, Lacking, run } from "./run.ts";

/** What was seen of one example, by `esm` or `cjs` and Node's name. */
export interface Seen {
  example: string;
  format: "esm" | "cjs";
  runtime: string;
  registered: string[];
  /** What failed under mocks, and under the recording monitor. */
  mocks: string | undefined;
  recording: string | undefined;
}

const FORMATS = ["esm", "cjs"] as const;
const TEMPLATES = join(import.meta.dirname, "../outside");

/** Versions of what a consumer installs beside the packages: those that the workspace has, whatever newer ones there are today. */
export type Pins = (name: string) => string;

/** A project of somebody else's, far from the workspace: it knows the registry of the scopes and nothing more. */
export function writeProject(folder: string, packages: readonly Package[], examples: readonly Example[], registry: string, pins: Pins): void {
  const peers = new Set(packages.flatMap(({ peerDependencies }) => Object.keys(peerDependencies)));
  const pinned = (names: Iterable<string>): Record<string, string> => Object.fromEntries([...names].map((name) => [name, pins(name)]));
  const write = writerOf(folder);
  const dependencies = { ...Object.fromEntries(packages.map(({ name, version }) => [name, `^${version}`])), ...pinned(peers) };
  write("package.json", JSON.stringify({ name: "homelab", private: true, type: "module", dependencies, devDependencies: pinned(["@types/node", "typescript"]) }));
  // The packages are a minute old here; and OpenTelemetry's API must be one, as in the workspace.
  const settings = { packages: [], minimumReleaseAgeExclude: ["@rzp/*", "@pulumiverse/*"], strictDepBuilds: false, overrides: { "@opentelemetry/api": "~1.9.0" }, strictPeerDependencies: true };
  write("pnpm-workspace.yaml", JSON.stringify(settings));
  write(".npmrc", `@rzp:registry=${registry}\n@pulumiverse:registry=${registry}\n`);
  const compilerOptions = { target: "es2023", lib: ["es2023"], module: "nodenext", strict: true, exactOptionalPropertyTypes: true, types: ["node"], rootDir: "src", outDir: "dist", rewriteRelativeImportExtensions: true };
  write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["src"] }));
  for (const template of globSync("*.ts", { cwd: TEMPLATES })) {
    write(`src/${basename(template, ".ts")}.mts`, readFileSync(join(TEMPLATES, template), "utf8").replaceAll('"./load.ts"', '"./load.mts"'));
  }
  for (const { id, source } of examples) {
    write(`src/esm/${id}.mts`, source);
    write(`src/cjs/${id}.cts`, asCommonJs(source));
  }
}

function writerOf(folder: string): (path: string, text: string) => void {
  return (path, text) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
}

/** Beside the packages there are their dependencies, which come from wherever npm's packages come from on this machine. A pipeline (CI=true) would refuse to change the lockfile otherwise. */
export async function install(folder: string): Promise<void> {
  try {
    await run(folder, "pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline", "--reporter=append-only"]);
  } catch (error) {
    throw error instanceof CommandError && isUnreachable(error.output) ? new Lacking(`the packages' own dependencies cannot be had: ${error.output.trim()}`) : error;
  }
}

/** Whether it is a registry elsewhere that cannot be reached. The one on this machine is the check's own: when that fails, nothing is lacking. */
export function isUnreachable(output: string): boolean {
  return /ENOTFOUND|EAI_AGAIN|ENETUNREACH|ETIMEDOUT|ERR_PNPM_META_FETCH_FAIL/.test(output) && !output.split("\n").some((line) => /ERR_PNPM|\bE[A-Z]{5,}\b/.test(line) && line.includes("//127.0.0.1:"));
}

/** Compiles as a consumer does, and gives the errors, one a line. Without emitting it only looks. */
export async function compile(folder: string, { skipLibCheck, emit = false }: { skipLibCheck: boolean; emit?: boolean }): Promise<string[]> {
  try {
    await run(folder, process.execPath, [join(folder, "node_modules/typescript/bin/tsc"), "--pretty", "false", "--skipLibCheck", String(skipLibCheck), ...(emit ? [] : ["--noEmit"])]);
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.output.split("\n").filter((line) => line.includes("error TS"));
  }
}

/** Runs every example that runs, in both formats, under mocks and under the recording monitor, on one Node. */
export async function runExamples(folder: string, examples: readonly Example[], runtime: Runtime): Promise<Seen[]> {
  const ids = examples.filter(({ runs }) => runs).map(({ id }) => id);
  const perFormat = FORMATS.map(async (format) => {
    // A folder of its own, because examples write, too.
    const home = join(folder, "runs", `${format}-${runtime.name.replace("Node ", "")}`);
    writePrograms(home);
    const ask = async <T>(entry: string): Promise<T> => {
      const answer = join(home, `${entry}.json`);
      await run(home, runtime.path, [join(folder, `dist/${entry}.mjs`), JSON.stringify({ format, ids }), answer]);
      return JSON.parse(readFileSync(answer, "utf8")) as T;
    };
    const mocks = await ask<Record<string, { registered: string[]; failure?: string }>>("mocks");
    const recording = await ask<{ registered: string[]; failures: Record<string, string> }>("record");
    return ids.map((id) => seen(id, format, runtime.name, mocks[id], recording));
  });
  return (await Promise.all(perFormat)).flat();
}

/** What a component provider says of itself when it is started as Pulumi starts it: how many components it has, or what went wrong. */
export async function askPlugin(folder: string, name: string, runtime: Runtime): Promise<{ version: string; components: number } | { problem: string }> {
  const answer = join(folder, "runs", `schema-${runtime.name.replace("Node ", "")}.json`);
  try {
    await run(folder, runtime.path, ["dist/plugin.mjs", name, answer]);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { problem: error.output.trim() };
  }
  const { version, resources } = JSON.parse(readFileSync(answer, "utf8")) as { version: string; resources: object };
  return { version, components: Object.keys(resources).length };
}

function writePrograms(home: string): void {
  const write = writerOf(home);
  write("Pulumi.yaml", "name: homelab\nruntime: nodejs\nmain: ../../dist/program.mjs\n");
  // What a README calls the reader's own program.
  write("apps/deploy/Pulumi.yaml", "name: theirs\nruntime: nodejs\nmain: index.js\n");
  write("apps/deploy/index.js", 'import { ComponentResource } from "@pulumi/pulumi";\nnew ComponentResource("theirs:index:Home", "home");\n');
}

function seen(example: string, format: Seen["format"], runtime: string, mocks: { registered: string[]; failure?: string } | undefined, recording: { registered: string[]; failures: Record<string, string> }): Seen {
  const registered = mocks?.registered ?? [];
  const unrecorded = registered.filter((each) => !recording.registered.includes(each));
  const differs = unrecorded.length > 0 ? `the recording lacks ${unrecorded.join(", ")}` : undefined;
  return { example, format, runtime, registered, mocks: mocks === undefined ? "was not run" : mocks.failure, recording: recording.failures[example] ?? recording.failures["*"] ?? differs };
}
