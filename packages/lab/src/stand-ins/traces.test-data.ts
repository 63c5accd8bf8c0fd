import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One request of a real provider, and the answer that satisfied it. */
export interface TracedCall {
  n: number;
  method: string;
  path: string;
  /** Where something in the path was encoded. */
  rawPath?: string;
  query: Record<string, string> | null;
  contentType: string | null;
  body: unknown;
  status: number;
  response: unknown;
}

const SHARED = process.env.RZP_LAB_FACTS ?? join(import.meta.dirname, "../../../../../shared/facts");
const FOLDER = join(SHARED, "traces");
/** What Proxmox VE documents of its calls. */
export const FACTS = join(SHARED, "pve-endpoints.json");
export const HAVE_TRACES = existsSync(FOLDER);

/** Scenarios of a vendor in which something was asked, by name. Empty where the traces are missing. */
export function traces(vendor: string): [string, TracedCall[]][] {
  if (!HAVE_TRACES) return [];
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(`${vendor}-`) && !file.endsWith("-previews.jsonl"))
    .map((file): [string, TracedCall[]] => [file.slice(vendor.length + 1, -".jsonl".length), readFileSync(join(FOLDER, file), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line) as TracedCall)])
    .filter(([, calls]) => calls.length > 0);
}

/** Types instead of values: what stays the same between two answers of one call. Of a list that is not empty each item counts. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}
