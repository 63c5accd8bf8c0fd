import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What is to be run: `esm` or `cjs`, and the names of the compiled examples. */
export interface Plan {
  format: string;
  ids: string[];
}

/** Configuration of the examples' stack. */
export const CONFIG = { accountId: "0123456789abcdef0123456789abcdef", zoneId: "fedcba9876543210fedcba9876543210", clientId: "homelab", clientSecret: "not-a-secret" };

/** Runs one example as its reader would: by loading it. What waits at its top level has a function in CommonJS. */
export async function load(folder: string, format: string, id: string): Promise<void> {
  const file = join(folder, format, `${id}.${format === "esm" ? "mjs" : "cjs"}`);
  const { example } = (await import(pathToFileURL(file).href)) as { example?: () => Promise<void> };
  await example?.();
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
