import { join } from "node:path";
import { recordProgram, type Recording, type RecordOptions } from "@rzp/plan";
import { APP, engineConfig, PROJECT, RUNTIME_SECRETS, type Stack } from "./config.ts";

/** Where V8 keeps what it compiled of the SDK between two recordings. */
const COMPILE_CACHE = join(APP, "../../.rzp/compile-cache");

/** Records the deploy program offline: what it would ask of the engine. */
export function recordStack(name: string, stack: Stack, options: Pick<RecordOptions, "signal" | "onProgress"> = {}): Promise<Recording> {
  return recordProgram({ program: APP, project: PROJECT, stack: name, config: engineConfig(stack), environment: placeholders(), compileCache: COMPILE_CACHE, ...options });
}

/** The program asks for its secrets; nothing is called with them here, and they are masked. */
function placeholders(): Record<string, string> {
  return Object.fromEntries(RUNTIME_SECRETS.map((name) => [name, `placeholder-for-${name.toLowerCase().replaceAll("_", "-")}`]));
}
