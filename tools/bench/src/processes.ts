import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** One process that ran to its end. */
export interface Finished {
  /** From the start of the process to its end. */
  ms: number;
  stdout: string;
}

/** What a process runs in. */
export interface Surroundings {
  cwd: string;
  signal: AbortSignal;
  /** Folder for V8's compiled code. @default what this process was told */
  compiled?: string;
}

/** Node as `./rzp` starts it. */
export function node(entry: string, words: readonly string[] = []): string[] {
  return [process.execPath, "--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", entry, ...words];
}

/** Runs a command to its end; when it is stopped or fails, the error says how. It returns only when the process is gone. */
export async function timed([command = "", ...words]: readonly string[], { cwd, signal, compiled }: Surroundings): Promise<Finished> {
  signal.throwIfAborted();
  const started = performance.now();
  const env = { ...process.env, ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }) };
  const child = spawn(command, words, { cwd, env, signal, killSignal: "SIGKILL", stdio: ["ignore", "pipe", "pipe"] });
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  const closed = new Promise<string | number>((resolve) => {
    child.once("close", (code: number | null, killedBy: NodeJS.Signals | null) => {
      resolve(killedBy ?? code ?? "no exit code");
    });
  });
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  const ms = performance.now() - started;
  signal.throwIfAborted();
  if (failure !== undefined) throw failure;
  if (ended !== 0) throw new Error(`${[command, ...words].join(" ")} ended with ${ended}:\n${stderr.trim()}`);
  return { ms, stdout };
}
