import { readFileSync } from "node:fs";
import { z } from "zod";
import { ConfigError, show, toMistakes } from "../config/errors.ts";
import type { CatalogRehearsal } from "./types.ts";

const seconds = z.number().nonnegative();

/** The report as far as it is shown; what is more in it is left out. */
const report = z.object({
  ok: z.boolean(),
  ended: z.iso.datetime().optional(),
  seconds,
  versions: z.object({ kubernetes: z.string(), argoCd: z.string() }),
  services: z.object({ healthy: z.number(), declared: z.number() }),
  objects: z.object({ admitted: z.number(), rendered: z.number() }),
  steps: z.array(z.object({ step: z.string(), seconds, causes: z.array(z.unknown()) })),
  problems: z.array(z.object({ application: z.string(), object: z.string(), message: z.string(), declaration: z.string().optional() })),
  arrivals: z.array(z.object({ application: z.string(), seen: seconds.optional(), synced: seconds.optional(), up: seconds.optional() })),
  played: z.array(z.string()),
});

/** What the last rehearsal on this machine found, or nothing where none was held. */
export function lastRehearsal(file: string): CatalogRehearsal | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  return rehearsalOf(text, file);
}

/** A report in the page's words; a file that is none is a mistake that names it. */
export function rehearsalOf(text: string, file: string): CatalogRehearsal {
  const values = json(text, file);
  const parsed = report.safeParse(values);
  if (!parsed.success) throw refusal(file, toMistakes(parsed.error, report, values));
  const { steps, ...rest } = parsed.data;
  // Not rounded, the last digits of a clock would be most of the page's bytes.
  const rounded = (time: number | undefined): number | undefined => (time === undefined ? undefined : Math.round(time * 10) / 10);
  return defined({
    ...rest,
    seconds: rounded(rest.seconds),
    steps: steps.map(({ step, seconds: took, causes }) => ({ step, seconds: rounded(took), passed: causes.length === 0 })),
    arrivals: rest.arrivals.map(({ application, seen, synced, up }) => ({ application, seen: rounded(seen), synced: rounded(synced), up: rounded(up) })),
  });
}

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(file, [{ path: ["the report"], message: "is no JSON" }]);
  }
}

function refusal(file: string, mistakes: ConfigError["mistakes"]): ConfigError {
  return new ConfigError(`${file} (run ./rzp rehearse again, or remove it)`, mistakes, show);
}

/** As it will stand in a file: what is undefined is not there. */
function defined(value: unknown): CatalogRehearsal {
  return JSON.parse(JSON.stringify(value)) as CatalogRehearsal;
}
