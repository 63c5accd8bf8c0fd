import { formatRecording, recordingToJson } from "@rzp/plan";
import { loadStack } from "../config.ts";
import { recordStack } from "../record.ts";

/** Longer than this, and somebody wants to know what is going on. */
const PROGRESS_AFTER_MS = 2000;

/** Records the deploy program offline and shows what it would make. */
export async function plan({ stack, json = false, full = false }: { stack: string; json?: boolean; full?: boolean }): Promise<number> {
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const started = performance.now();
  try {
    const recording = await recordStack(stack, loadStack(stack), {
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
