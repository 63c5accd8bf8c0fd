import { fileURLToPath } from "node:url";

/** A program that could not be recorded. The message is all that a person needs; it holds no secret. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
  /** What happened: the program is at fault, it took too long, somebody stopped it, its process died, or it is no program at all. */
  readonly reason: "program" | "timeout" | "aborted" | "crash" | "setup";

  constructor(reason: RecordingError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** An error as the program's process tells it. */
export interface ProgramFault {
  name: string;
  message: string;
  stack: string;
}

/** Errors by which a program says that a person has to mend something: their message is enough. */
const MISTAKES = new Set(["ArgumentError", "ConfigError", "RegistryError", "RunError"]);

/** What a person reads about an error of the program: a mistake's message alone, else the message and where in the program it arose. */
export function describeFault(fault: ProgramFault, folder: string): string {
  if (MISTAKES.has(fault.name)) return fault.message;
  const title = `The program failed: ${fault.name === "Error" ? "" : `${fault.name}: `}${fault.message}`;
  const unsupported = /The Pulumi CLI does not support ([a-z ]+)/.exec(fault.message)?.[1];
  if (unsupported !== undefined) return `The program uses ${unsupported}, which the recording monitor does not serve; only the real engine does.`;
  return [title, ...programFrames(fault.stack, folder)].join("\n");
}

// Frames of the SDK and of Node say nothing about the program.
function programFrames(stack: string, folder: string): string[] {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && !line.includes("node_modules") && !line.includes("node:"))
    .slice(0, 5)
    .map((line) => `    ${plainPaths(line.trim()).replace(`${folder}/`, "")}`);
}

// A frame names its file as a URL: a space in the path would be %20.
function plainPaths(frame: string): string {
  return frame.replace(/file:\/\/[^\s()]+?(?=:\d+:\d+\)?$)/, (url) => (URL.canParse(url) ? fileURLToPath(url) : url));
}
