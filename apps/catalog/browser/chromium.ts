import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** A Chromium of this machine: `$CHROMIUM`, or one on the PATH. It is never downloaded. */
export function findChromium({ CHROMIUM = "", PATH = "" }: NodeJS.ProcessEnv = process.env): string | undefined {
  if (CHROMIUM !== "") return CHROMIUM;
  return PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

export async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("no Chromium on this machine: set CHROMIUM");
  return chromium.launch({ executablePath });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
