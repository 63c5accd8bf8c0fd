import { stripVTControlCharacters } from "node:util";
import { Deployment } from "./engine.ts";
import { describeFault, RecordingError } from "./errors.ts";
import { startMonitor, type Answers, type Seen } from "./monitor.ts";
import { readProgram, runProgram, type Ended, type Program } from "./program.ts";
import { loadProtocol } from "./protocol.ts";
import { compare, inTreeOrder, type RecordedLog, type RecordedResource, type Recording } from "./recording.ts";
import { Redactor } from "./redact.ts";
import { eachPlainString } from "./values.ts";

/** What to record, and as what. */
export interface RecordOptions {
  /** Folder with Pulumi.yaml. */
  program: string;
  stack: string;
  /** @default the name in Pulumi.yaml */
  project?: string;
  /** @default "organization", as on a backend of one's own */
  organization?: string;
  /** Configuration: `project:key` to its value; a key without a colon is the project's own. Structured values are JSON. */
  config?: Record<string, string>;
  /** Keys of `config` whose values are secret. */
  secretKeys?: readonly string[];
  /** Environment of the program, on top of this process's own. */
  environment?: Record<string, string>;
  /** What stands in for providers. @default nothing: ids and outputs are unknown, as in a preview of an empty stack */
  answers?: Answers;
  /** How long the program may take, in milliseconds. @default 120000 */
  timeoutMs?: number;
  /** Stops the program and the recording. */
  signal?: AbortSignal;
  /** Called after each registration. */
  onProgress?: (progress: { resources: number; last: string }) => void;
  /** Folder for V8's compile cache: the SDK then loads about a third faster from the second run on. @default none */
  compileCache?: string;
}

/**
 * Runs a Pulumi program through its own SDK, in a process of its own, against a monitor that writes down what the engine would be asked for.
 *
 * Nothing is made, no provider runs, and nothing outside this machine is called, unless by `answers`. It is always the first run of an empty stack.
 * @throws RecordingError with a message for a person
 */
export async function recordProgram(options: RecordOptions): Promise<Recording> {
  if (options.signal?.aborted === true) throw stopped();
  const program = readProgram(options.program);
  const project = options.project ?? program.project;
  const qualify = (key: string): string => (key.includes(":") ? key : `${project}:${key}`);
  const config = Object.fromEntries(Object.entries(options.config ?? {}).map(([key, value]) => [qualify(key), value]));
  const secretKeys = (options.secretKeys ?? []).map(qualify);
  const redactor = new Redactor(secretKeys.flatMap((key) => config[key] ?? []));

  const deployment = new Deployment(options.stack, project);
  const last = (): string => [...deployment.resources.keys()].at(-1) ?? "";
  const interruption = Promise.withResolvers<never>();
  interruption.promise.catch(() => undefined);
  const monitor = await startMonitor(
    loadProtocol(program.sdk),
    deployment,
    options.answers ?? {},
    (message) => {
      interruption.reject(new RecordingError("program", message));
    },
    () => options.onProgress?.({ resources: deployment.resources.size, last: redactor.string(last()) }),
  );

  const limit = options.timeoutMs ?? 120_000;
  const timer = setTimeout(() => {
    interruption.reject(new RecordingError("timeout", timedOut(limit, deployment.resources.size, last())));
  }, limit);
  const abort = (): void => {
    interruption.reject(stopped());
  };
  options.signal?.addEventListener("abort", abort, { once: true });

  const { stack, organization = "organization", environment = {}, compileCache } = options;
  let run: ReturnType<typeof runProgram> | undefined;
  try {
    run = runProgram({ program, project, stack, organization, config, secretKeys, environment, address: monitor.address, compileCache, dryRun: options.answers?.complete !== true });
    const ended = await Promise.race([run.ended, interruption.promise]);
    failIfFailed(ended, monitor.seen, program);
    learnSecrets(monitor.seen, redactor);
    return finish({ project, stack, organization, sdkVersion: program.sdkVersion }, monitor.seen, ended, redactor);
  } catch (error) {
    learnSecrets(monitor.seen, redactor);
    throw error instanceof RecordingError ? new RecordingError(error.reason, redactor.text(error.message)) : error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
    run?.stop();
    await run?.ended.catch(() => undefined);
    monitor.close();
  }
}

function learnSecrets({ deployment, invokes }: Seen, redactor: Redactor): void {
  const plain = new Set<string>();
  for (const { name, inputs, outputs } of deployment.resources.values()) {
    plain.add(name);
    for (const value of [inputs, outputs ?? {}]) {
      redactor.learn(value);
      eachPlainString(value, (text) => plain.add(text));
    }
  }
  for (const { args } of invokes) redactor.suspect(args, plain);
}

function stopped(): RecordingError {
  return new RecordingError("aborted", "The recording was stopped before the program had ended.");
}

function timedOut(limit: number, resources: number, last: string): string {
  const seen = resources === 0 ? "It had registered nothing." : `It had registered ${resources} resource${resources === 1 ? "" : "s"}, ${last} last.`;
  return `The program did not end within ${limit / 1000} s and was stopped. ${seen}`;
}

function failIfFailed({ code, signal, fault, stderr }: Ended, seen: Seen, { folder }: Program): void {
  if (fault !== undefined) throw new RecordingError("program", describeFault(fault, folder));
  const [logged] = seen.errors;
  // As in the engine: a logged error fails a deployment even if the program caught the exception.
  if (logged !== undefined) throw new RecordingError("program", logged);
  if (code === 0) return;
  const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
  const said = stderr.trim();
  throw new RecordingError("crash", `The program's process ended with ${how}.${said === "" ? "" : `\n${said.slice(-2_000)}`}`);
}

// What the marks cannot reach is cleaned here, once, when every secret has been seen.
function finish(about: Pick<Recording, "project" | "stack" | "organization" | "sdkVersion">, seen: Seen, ended: Ended, redactor: Redactor): Recording {
  const resources = [...seen.deployment.resources.values()];
  const clean = inTreeOrder(resources.map((resource) => cleanResource(resource, redactor)));
  return {
    ...about,
    resources: clean,
    invokes: seen.invokes.toSorted((a, b) => compare(a.token, b.token) || compare(JSON.stringify(a.args), JSON.stringify(b.args))),
    logs: logsOf(seen, ended).map((log) => ({ ...log, message: redactor.text(log.message), urn: log.urn === undefined ? undefined : redactor.string(log.urn) })),
    stackOutputs: clean[0]?.outputs ?? {},
  };
}

function cleanResource(resource: RecordedResource, redactor: Redactor): RecordedResource {
  const { inputs, outputs, provider, ...rest } = resource;
  const strings = (value: unknown): unknown => {
    if (typeof value === "string") return redactor.string(value);
    if (Array.isArray(value)) return value.map(strings);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, strings(item)])) : value;
  };
  return {
    ...(strings({ ...rest }) as typeof rest),
    provider: strings(provider) as typeof provider,
    inputs: redactor.fields(inputs),
    outputs: outputs === undefined ? undefined : redactor.fields(outputs),
  };
}

// Log lines race one another across resources; what a program printed has an order of its own.
function logsOf({ logs }: Seen, { stdout, stderr }: Ended): RecordedLog[] {
  const printed = (text: string, source: "stdout" | "stderr"): RecordedLog[] =>
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((message) => ({ severity: "info", message: plainLine(message), urn: undefined, source }));
  const plain = logs.map((log) => ({ ...log, message: plainLine(log.message) }));
  const sorted = plain.toSorted((a, b) => compare(b.severity, a.severity) || compare(a.urn ?? "", b.urn ?? "") || compare(a.message, b.message));
  return [...sorted, ...printed(stdout, "stdout"), ...printed(stderr, "stderr")];
}

// Node names its process in a warning; that would make two recordings differ.
function plainLine(line: string): string {
  return stripVTControlCharacters(line).replace(/^\(node:\d+\) /, "(node) ");
}
