import { didYouMean } from "@rzp/core";
import { comparePlanes, formatPlan, formatRecording, guardedChanges, planToJson, planToMarkdown, recordingToJson, type Plan, type Recording, type RecordingJson, type Side } from "@rzp/plan";
import { baseCommit, baseSide } from "../base.ts";
import { ConfigError, imageFactoryOf, loadStack, type Stack } from "../config.ts";
import { show } from "../config/errors.ts";
import { reasonsOf } from "../config/reasons.ts";
import { homelab } from "../homelab.ts";
import { recordStack } from "../record.ts";
import { folders } from "../render.ts";

/** Longer than this, and somebody wants to know what is going on. */
const PROGRESS_AFTER_MS = 2000;

export interface PlanOptions {
  stack: string;
  json?: boolean;
  full?: boolean;
  markdown?: boolean;
  base?: string;
  accept: string[];
}

/** Records the deploy program offline and shows what it would make; with a base, what differs from it in both planes. */
export async function plan(options: PlanOptions): Promise<number> {
  const { stack, json = false, full = false } = options;
  refuseMixed(options);
  const settings = loadStack(stack);
  const commit = options.base === undefined ? undefined : await baseCommit(options.base);
  const recording = await record(stack, settings);
  const { isTTY, columns } = process.stdout;
  const terminal = { color: isTTY && process.env.NO_COLOR === undefined, width: isTTY ? columns : 120 };
  if (commit === undefined) {
    process.stdout.write(json ? recordingToJson(recording) : formatRecording(recording, { ...terminal, full }));
    return 0;
  }
  const base = await baseSide(commit, stack, (line) => process.stderr.write(`${line}\n`));
  const changes = comparePlanes(base, { recording: JSON.parse(recordingToJson(recording)) as RecordingJson, objects: rendered(settings) });
  const accepted = acceptedOf(options.accept, changes);
  const report = { ...terminal, accepted, title: `${recording.project}/${stack} since ${options.base ?? ""} (${commit.slice(0, 7)})` };
  process.stdout.write(json ? planToJson(changes, report) : options.markdown === true ? planToMarkdown(changes, report) : formatPlan(changes, report));
  return guardedChanges(changes).every(({ name }) => accepted.has(name)) ? 0 : 1;
}

/** Options that say nothing together. */
function refuseMixed({ base, full = false, markdown = false, accept }: PlanOptions): void {
  const mistakes = [
    ...(base !== undefined && full ? [{ path: ["--full"], message: "shows one recording whole, and --base what differs between two: use one of them" }] : []),
    ...(base === undefined && markdown ? [{ path: ["--markdown"], message: "is a form of what differs: add --base <ref>" }] : []),
    ...(base === undefined && accept.length > 0 ? [{ path: ["--accept"], message: "says what is wanted of what differs: add --base <ref>" }] : []),
  ];
  if (mistakes.length > 0) throw new ConfigError("the command", mistakes, show);
}

async function record(stack: string, settings: Stack): Promise<Recording> {
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const started = performance.now();
  try {
    return await recordStack(stack, settings, {
      factory: imageFactoryOf(stack),
      signal: stop.signal,
      onProgress: ({ resources }) => {
        if (process.stderr.isTTY && performance.now() - started > PROGRESS_AFTER_MS) process.stderr.write(`\rrecording: ${resources} resources`);
      },
    });
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** What would be rendered now, as it would be read back from its files. */
function rendered(settings: Stack): Side["objects"] {
  return folders(homelab(settings)).flatMap(({ path, objects }) => (JSON.parse(JSON.stringify(objects)) as typeof objects).map((object) => ({ file: `${path}/${object.metadata.name}`, object })));
}

/** What a person wants in spite of the guard, and why. */
function acceptedOf(words: readonly string[], changes: Plan): ReadonlyMap<string, string> {
  const names = guardedChanges(changes).map(({ name }) => name);
  return reasonsOf("accept", words, ({ name, reason }) => {
    if (names.length === 0) return "accepts nothing: no change has to be accepted";
    if (!names.includes(name)) return `names no change that has to be accepted. ${didYouMean(name, names)}`;
    return reason === "" ? `says no reason. Write it as --accept "${name}: why it is wanted"` : undefined;
  });
}
