import { join } from "node:path";
import { formatRecording, recordingToJson, recordProgram } from "@rzp/plan";
import { APP, engineConfig, loadStack, PROJECT, RUNTIME_SECRETS } from "../config.ts";

/** Where V8 keeps what it compiled of the SDK between two plans. */
const COMPILE_CACHE = join(APP, "../../.rzp/compile-cache");
/** Longer than this, and somebody wants to know what is going on. */
const PROGRESS_AFTER_MS = 2000;

/** Records the deploy program offline and shows what it would make. */
export async function plan({ stack, json = false, full = false }: { stack: string; json?: boolean; full?: boolean }): Promise<number> {
  const config = engineConfig(loadStack(stack));
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const started = performance.now();
  try {
    const recording = await recordProgram({
      program: APP,
      project: PROJECT,
      stack,
      config,
      environment: placeholders(),
      compileCache: COMPILE_CACHE,
      signal: stop.signal,
      onProgress: ({ resources }) => {
        if (process.stderr.isTTY && performance.now() - started > PROGRESS_AFTER_MS) process.stderr.write(`\rrecording: ${resources} resources`);
      },
    });
    const { isTTY, columns } = process.stdout;
    process.stdout.write(json ? recordingToJson(recording) : formatRecording(recording, { color: isTTY && process.env.NO_COLOR === undefined, full, width: isTTY ? columns : 120 }));
    return 0;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** The program asks for its secrets; nothing is called with them here, and they are masked. */
function placeholders(): Record<string, string> {
  return Object.fromEntries(RUNTIME_SECRETS.map((name) => [name, `placeholder-for-${name.toLowerCase().replaceAll("_", "-")}`]));
}
