import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./chromium.ts";
import { openFile } from "./page.test-helper.ts";
import { buildSites, type Sites } from "./sites.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEWS = ["#/", "#/topology", "#/machines", "#/ports", "#/backups", "#/secrets", "#/versions", "#/rehearsal"];
const MORE = ["#/?q=sonarr&layer=apps", "#/?q=nobody", "#/services/langfuse", "#/services/organizr", "#/services/namespaces", "#/services/nobody", "#/topology?show=order&focus=minio", "#/topology?show=routes"];

let browser: Browser;
let sites: Sites;
beforeAll(async () => {
  [browser, sites] = await Promise.all([launch(), buildSites()]);
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser.close();
  sites.remove();
});

/** What axe calls serious or worse. It would ask for the style once more, which a page out of a file may not. */
async function findings(page: Page, only: readonly string[] = []): Promise<string[]> {
  const options = { preload: false, resultTypes: ["violations"], ...(only.length === 0 ? {} : { runOnly: only }) };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary = "" }) => `${id}: ${target.join(" ")}: ${failureSummary.replaceAll(/\s+/g, " ")}`));
}

/** How far the page can be moved sideways, and what sticks out. */
async function overhang(page: Page, width: number): Promise<string[]> {
  await page.setViewportSize({ width, height: 800 });
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const outside = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth + 1 && one.closest("svg") === null);
    return [`${scrollWidth} of ${clientWidth}`, ...outside.slice(0, 5).map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`)];
  });
}

describe.each<[site: "homelab" | "many", addresses: string[]]>([["homelab", [...VIEWS, ...MORE]], ["many", VIEWS]])("with the services of %s", (site, addresses) => {
  it.each(addresses)("%s says nothing on the console, fits every width, and is read by axe in light and dark", async (address) => {
    const { page, complaints } = await openFile(browser, sites[site].folder, address);
    if (address.startsWith("#/topology")) await page.waitForSelector(".picture .node");
    expect([await overhang(page, 360), await overhang(page, 820), await overhang(page, 1440)]).toEqual([[], [], []]);
    await page.addScriptTag({ content: AXE });
    expect(await findings(page)).toEqual([]);
    // Nothing but colours is another, and more services have no other colours.
    await page.emulateMedia({ colorScheme: "dark" });
    expect(site === "many" ? [] : await findings(page, ["color-contrast"])).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe("on a phone", () => {
  it.each(["#/", "#/services/langfuse", "#/backups", "#/rehearsal"])("%s is read by axe", async (address) => {
    const { page } = await openFile(browser, sites.homelab.folder, address, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.getByRole("button", { name: "Menu" }).click();
    await page.addScriptTag({ content: AXE });
    expect(await findings(page)).toEqual([]);
  });

  // Its rows are cards there, and Safari takes no card for a row that does not say so.
  it("a table says of all its parts what they are", async () => {
    const { page } = await openFile(browser, sites.homelab.folder, "#/backups", { viewport: { width: 390, height: 844 } });
    expect(await page.locator(".table td").first().evaluate((cell) => getComputedStyle(cell).display)).toBe("block");
    expect(await page.locator(".table :is(thead, tbody, tr, th, td)").count()).toBeGreaterThan(50);
    expect(await page.locator("table.table:not([role]), .table :is(thead, tbody, tr, th, td):not([role])").count()).toBe(0);
  });
});
