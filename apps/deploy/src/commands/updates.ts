import { existsSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { APP, loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { problems } from "../updates/compare.ts";
import { CONFIG, readConfig, type Found } from "../updates/managers.ts";
import { pins, sourcesOf, type Pin } from "../updates/pins.ts";
import { extractByRenovate, getRenovate, invalid, renovateFolder, rulesOf } from "../updates/renovate.ts";

/** Root of the repository. */
const ROOT = join(APP, "../..");
/** What whoever runs Renovate tells it. */
const BOT = "tools/renovate/bot.json5";

/** Asks Renovate itself whether its configuration is right, and holds what it finds against what is pinned. */
export async function updates({ stack, json = false }: { stack: string; json?: boolean }): Promise<number> {
  if (!existsSync(renovateFolder(ROOT))) console.error("updates: getting Renovate into .rzp/ (once, 320 MB)");
  const renovate = await getRenovate(ROOT);
  if (renovate === undefined) {
    console.error("skipped: Renovate was not asked, because npm could not get what tools/renovate pins; see above");
    return 2;
  }
  const wrong = (await Promise.all([invalid(renovate, CONFIG, ROOT, "repository"), invalid(renovate, BOT, ROOT, "bot")])).filter((one) => one !== undefined);
  if (wrong.length > 0) {
    for (const one of wrong) console.error(`${styleText("red", "error:", { stream: process.stderr })} ${one}`);
    return 1;
  }
  const rules = await rulesOf(renovate, readConfig(ROOT));
  const pinned = pins(homelab(loadStack(stack)), sourcesOf(ROOT));
  const found = await extractByRenovate(renovate, ROOT, rules);
  const left = problems(pinned, found);
  console.log(json ? JSON.stringify({ pinned, found, problems: left }, undefined, 2) : formatted(pinned, found, left));
  return left.length === 0 ? 0 : 1;
}

function formatted(pinned: readonly Pin[], found: readonly Found[], left: readonly string[]): string {
  const managers = [...new Set([...pinned, ...found].map(({ manager }) => manager))].sort();
  const count = (all: readonly { manager: string }[], of: string): string => String(all.filter(({ manager }) => manager === of).length).padStart(WIDTH);
  return [
    `Renovate: ${CONFIG} and ${BOT} are valid`,
    "",
    `${["found", "pinned"].map((word) => word.padStart(WIDTH)).join("")}  manager`,
    ...managers.map((manager) => `${count(found, manager)}${count(pinned, manager)}  ${manager === "regex" ? `${CONFIG}'s own` : manager}`),
    ...(left.length === 0 ? [] : ["", ...left]),
    "",
    `${found.length} versions found / ${pinned.length} pinned`,
  ].join("\n");
}

const WIDTH = 8;
