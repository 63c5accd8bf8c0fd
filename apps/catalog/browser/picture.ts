import { statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { APP } from "../src/site.ts";
import { launch } from "./chromium.ts";
import { buildSites } from "./sites.ts";

/** Picture of the README, from the root of the repository. */
export const PICTURE = "apps/catalog/picture.png";
const BYTES_MAX = 150_000;

/** The list of services of this homelab, as somebody sees it first. */
export async function takePicture(): Promise<void> {
  const [browser, sites] = await Promise.all([launch(), buildSites()]);
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 780 }, colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(`${pathToFileURL(join(sites.homelab.folder, "index.html")).href}#/`);
    await page.waitForSelector("h1");
    const path = join(APP, "../..", PICTURE);
    await page.screenshot({ path });
    if (statSync(path).size > BYTES_MAX) throw new Error(`${PICTURE} has ${statSync(path).size} bytes; ${BYTES_MAX} are the most.`);
  } finally {
    await browser.close();
    sites.remove();
  }
}
