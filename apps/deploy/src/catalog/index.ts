/** The homelab as one piece of data, for the catalogue's page and whoever else wants it. */
import { join } from "node:path";
import { APP, loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { catalogOf } from "./catalog.ts";
import { lastRehearsal } from "./last-rehearsal.ts";
import { pinsOf } from "./pins.ts";
import type { Catalog } from "./types.ts";

export type * from "./types.ts";

/** Reads what there is to know of one stack: its declarations, git, and the report of the last rehearsal. */
export async function readCatalog({ stack = "production", base = join(APP, "../.."), rehearsal = join(base, ".rzp/rehearsal/rehearsal.json") }: { stack?: string; base?: string; rehearsal?: string } = {}): Promise<Catalog> {
  const home = homelab(loadStack(stack));
  return catalogOf(home, { since: await pinsOf(home, { base, stack }), rehearsal: lastRehearsal(rehearsal) });
}
