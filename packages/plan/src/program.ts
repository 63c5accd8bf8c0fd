import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import type { Readable } from "node:stream";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { RecordingError, type ProgramFault } from "./errors.ts";

/** A Pulumi program as its folder describes it. */
export interface Program {
  folder: string;
  /** Name in Pulumi.yaml. */
  project: string;
  /** What to run, relative to the folder; `.` leaves it to package.json. */
  main: string;
  nodeArgs: string[];
  /** package.json of the SDK that the program itself uses. */
  sdk: string;
  sdkVersion: string;
}

interface ProjectFile {
  name?: string;
  main?: string;
  runtime?: string | { name?: string; options?: { nodeargs?: string } };
}

/** Reads Pulumi.yaml and finds the program's own SDK. */
export function readProgram(program: string): Program {
  const folder = resolve(program);
  const file = join(folder, "Pulumi.yaml");
  let project: ProjectFile;
  try {
    project = (parse(readFileSync(file, "utf8")) ?? {}) as ProjectFile;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new RecordingError("setup", missing ? `There is no Pulumi program in ${folder}: Pulumi.yaml is missing.` : `${file} cannot be read: ${(error as Error).message}`);
  }
  const runtime = typeof project.runtime === "string" ? { name: project.runtime, options: undefined } : project.runtime;
  if (runtime?.name !== "nodejs") throw new RecordingError("setup", `${file}: runtime is ${runtime?.name ?? "missing"}; only nodejs programs can be recorded.`);
  const sdk = findSdk(folder);
  const { version } = JSON.parse(readFileSync(sdk, "utf8")) as { version: string };
  return {
    folder,
    project: project.name ?? "",
    main: project.main ?? ".",
    nodeArgs: runtime.options?.nodeargs?.split(/\s+/).filter((arg) => arg !== "") ?? [],
    sdk,
    sdkVersion: version,
  };
}

// As an import in the program would: the nearest node_modules, whatever else this process could resolve.
function findSdk(folder: string): string {
  for (let at = folder, above = ""; at !== above; above = at, at = dirname(at)) {
    const found = join(at, "node_modules", "@pulumi", "pulumi", "package.json");
    if (existsSync(found)) return realpathSync(found);
  }
  throw new RecordingError("setup", `The program in ${folder} has no @pulumi/pulumi; install its packages first.`);
}

/**
 * Runs in the program's process before everything else.
 *
 * It tells the first error as it was thrown, because the SDK only logs a coloured rendering of it, and ends the process when whoever records it is gone, however
 * that happened. And it leaves out source-map-support: the SDK takes a stack trace for each resource, and mapping those was a third of the time of a run.
 */
const preload = (sdk: string): string => `
import { writeSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { Socket } from "node:net";
const text = (value) => { try { return String(value ?? ""); } catch { return ""; } };
let told = false;
const tell = (error) => {
  if (told) return;
  told = true;
  const { name, message, stack, cause } = Object(error);
  const full = text(message ?? error) + (cause?.message ? ": " + text(cause.message) : "");
  try { writeSync(3, JSON.stringify({ name: error?.__pulumiRunError === true ? "RunError" : text(name) || "Error", message: full.slice(0, 20000), stack: text(stack).slice(0, 20000) }) + "\\n"); } catch {}
};
process.on("uncaughtExceptionMonitor", tell);
process.on("unhandledRejection", tell);
const recorder = new Socket({ fd: 3, writable: false });
try {
  const require = createRequire(${JSON.stringify(sdk)});
  const mapper = require.resolve("source-map-support/register");
  require.cache[mapper] = Object.assign(new Module(mapper), { loaded: true });
} catch {}
recorder.on("error", () => {}).on("close", () => process.exit(1)).resume().unref();
`;

export interface RunOptions {
  program: Program;
  project: string;
  stack: string;
  organization: string;
  config: Record<string, string>;
  secretKeys: readonly string[];
  environment: Record<string, string>;
  address: string;
  compileCache: string | undefined;
  dryRun: boolean;
}

/** How the program's process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  fault: ProgramFault | undefined;
  stdout: string;
  stderr: string;
}

/** Starts the program as the engine's language host does. `stop` is a last word: nothing survives it. */
export function runProgram(options: RunOptions): { ended: Promise<Ended>; stop(): void } {
  const { program, project, stack, organization, config, secretKeys, address, compileCache, dryRun } = options;
  const args = [
    ...program.nodeArgs,
    `--import=data:text/javascript,${encodeURIComponent(preload(program.sdk))}`,
    join(program.sdk, "..", "cmd", "run", "index.js"),
    `--monitor=${address}`,
    `--engine=${address}`,
    `--project=${project}`,
    `--stack=${stack}`,
    `--organization=${organization}`,
    `--root-directory=${program.folder}`,
    `--pwd=${program.folder}`,
    "--parallel=16",
    ...(dryRun ? ["--dry-run"] : []),
    program.main,
  ];
  const child = spawn(process.execPath, args, {
    cwd: program.folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }),
      ...options.environment,
      PULUMI_NODEJS_TYPESCRIPT: "false",
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
    },
  });
  const stop = (): void => {
    child.kill("SIGKILL");
  };
  const release = stopOnSignals(stop);
  const ended = watch(child).finally(release);
  return { ended, stop };
}

async function watch(child: ChildProcess): Promise<Ended> {
  const streams = child.stdio.slice(1, 4) as Readable[];
  const texts = ["", "", ""];
  streams.forEach((stream, index) => {
    stream.setEncoding("utf8").on("data", (chunk: string) => (texts[index] = `${texts[index] ?? ""}${chunk}`));
    // The other end goes away with the process.
    stream.on("error", () => undefined);
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...how) => {
      resolve(how);
    });
  });
  const [stdout = "", stderr = "", told = ""] = texts;
  return { code, signal, stdout, stderr, fault: told === "" ? undefined : (JSON.parse(told) as ProgramFault) };
}

// The program notices by itself that its recorder is gone, unless it is in a busy loop: so it is stopped first, then the signal takes its course.
function stopOnSignals(stop: () => void): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const handled = new Set<string>(signals.filter((signal) => process.listenerCount(signal) > 0));
  const onSignal = (signal: NodeJS.Signals): void => {
    stop();
    release();
    // Somebody else who listens decides what the signal means.
    if (!handled.has(signal)) process.kill(process.pid, signal);
  };
  const release = (): void => {
    process.off("exit", stop);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.once("exit", stop);
  for (const signal of signals) process.on(signal, onSignal);
  return release;
}
