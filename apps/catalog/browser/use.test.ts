import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { find } from "../src/app/model.ts";
import { siteServer } from "../src/server.ts";
import { page as pageWith } from "../src/site.ts";
import { launch } from "./chromium.ts";
import { openFile } from "./page.test-helper.ts";
import { buildSites, MANY, type Sites } from "./sites.ts";

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

const open = async (address = "", site: "homelab" | "many" = "homelab"): Promise<Page> => (await openFile(browser, sites[site].folder, address)).page;
const rows = (page: Page): Promise<string[]> => page.locator(".row .service").allTextContents();
const heading = (page: Page): Promise<string | null> => page.locator("h1").textContent();
const hash = (page: Page): string => new URL(page.url()).hash;

describe("the list of services", () => {
  it("has every service, and leads to its page by every link", async () => {
    const page = await open();
    const { services } = sites.homelab.catalog;
    expect((await rows(page)).sort()).toEqual(services.map(({ name }) => name).sort());
    await page.getByRole("link", { name: "sonarr", exact: true }).click();
    expect([await heading(page), hash(page), await page.title()]).toEqual(["sonarr", "#/services/sonarr", `sonarr · ${sites.homelab.catalog.domain}`]);
  });

  it("is searched from the keyboard, letter by letter, and without a step back for each", async () => {
    const page = await open();
    await page.keyboard.press("/");
    await page.keyboard.type("8989");
    expect(await rows(page)).toEqual(["sonarr"]);
    expect(await page.getByRole("status").textContent()).toBe(`1 of ${sites.homelab.catalog.services.length} services`);
    expect(hash(page)).toBe("#/?q=8989");
    expect(await page.evaluate(() => history.length)).toBe(2);
    await page.getByRole("link", { name: "Clear" }).click();
    expect(await rows(page)).toHaveLength(sites.homelab.catalog.services.length);
  });

  it("names what was meant where nothing is found", async () => {
    const page = await open();
    await page.getByRole("searchbox").fill("sonrar");
    await page.getByRole("link", { name: "sonarr" }).click();
    expect(await heading(page)).toBe("sonarr");
  });

  it.each(["homelab", "many"] as const)("is narrowed by every filter as the model says, with the services of %s", async (site) => {
    const page = await open("", site);
    const { services } = sites[site].catalog;
    for (const [label, key, box] of [["Layer", "layer", "platform"], ["Exposure", "exposure", "internal"], ["Backup", "backup", "none"], ["Pod security", "security", "privileged"], ["Folder", "category", "core"]] as const) {
      await page.getByLabel(label, { exact: true }).selectOption(box);
      expect((await rows(page)).sort()).toEqual(find(services, { [key]: box }).map(({ name }) => name).sort());
      await page.getByRole("link", { name: "Clear" }).click();
    }
  });

  it("goes back by the browser's button, filter by filter, and to the place that was left", async () => {
    const page = await open();
    await page.getByLabel("Layer", { exact: true }).selectOption("apps");
    await page.getByLabel("Backup", { exact: true }).selectOption("daily");
    const found = await rows(page);
    await page.locator(".row .service").last().scrollIntoViewIfNeeded();
    const place = await page.evaluate(() => scrollY);
    expect(place).toBeGreaterThan(0);
    await page.locator(".row .service").last().click();
    await expect.poll(() => page.evaluate(() => [scrollY, document.activeElement?.tagName])).toEqual([0, "H1"]);
    await page.goBack();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(place);
    expect(await rows(page)).toEqual(found);
    await page.goBack();
    expect(hash(page)).toBe("#/?layer=apps");
    await page.goForward();
    expect(await rows(page)).toEqual(found);
  });

  it("is linked to with its filters, and shows more than anybody has", async () => {
    const page = await open("#/?layer=apps&q=media");
    expect((await rows(page)).sort()).toEqual(find(sites.homelab.catalog.services, { layer: "apps", q: "media" }).map(({ name }) => name).sort());
    expect(await rows(await open("", "many"))).toHaveLength(MANY);
  });
});

describe("a service's page", () => {
  it("shows connections both ways, and follows them", async () => {
    const { services } = sites.homelab.catalog;
    const page = await open("#/services/minio");
    const named = page.locator(".flow").getByRole("link");
    const callers = services.filter(({ talksTo }) => talksTo.includes("minio")).map(({ name }) => name);
    expect((await named.allTextContents()).sort()).toEqual([...callers, ...(services.find(({ name }) => name === "minio")?.talksTo ?? [])].sort());
    await named.first().click();
    expect(await heading(page)).toBe(callers[0]);
  });

  it("names secrets, and is not to be found under a name that nobody has", async () => {
    const page = await open("#/services/harbor");
    expect(await page.getByRole("table", { name: "Secrets" }).textContent()).toContain("REDIS_PASSWORD");
    await page.goto(page.url().replace("harbor", "harbour"));
    expect(await heading(page)).toBe("Not here");
    await page.getByRole("link", { name: "harbor" }).click();
    expect(await heading(page)).toBe("harbor");
  });

  it("says of a switched-off service that it is one", async () => {
    expect(await (await open("#/services/cloudflared")).locator(".lead").textContent()).toContain("switched off");
  });
});

describe("the topology", () => {
  it("gets its script when it is looked at, and not before", async () => {
    const { page, files } = await openFile(browser, sites.homelab.folder);
    expect(files.sort()).toEqual(["app.css", "app.js", "index.html"]);
    await page.getByRole("link", { name: "Topology" }).click();
    await page.waitForSelector(".node");
    expect(files).toContain("topology.js");
  });

  it("draws every service that talks, and brings forward what is next to a chosen one", async () => {
    const page = await open("#/topology");
    const { services } = sites.homelab.catalog;
    const ends = new Set(services.flatMap(({ name, talksTo }) => talksTo.flatMap((to) => [name, to])));
    await page.waitForSelector(".node");
    expect((await page.locator(".node text").allTextContents()).sort()).toEqual([...ends].sort());
    await page.locator('.node[data-id="sonarr"]').click();
    const near = new Set(services.flatMap(({ name, talksTo }) => talksTo.flatMap((to) => (name === "sonarr" || to === "sonarr" ? [name, to] : []))));
    await expect.poll(async () => (await page.locator(".node.near text").allTextContents()).sort()).toEqual([...near].sort());
    expect(hash(page)).toBe("#/topology?focus=sonarr");
    await page.goBack();
    await expect.poll(() => page.locator(".focused").count()).toBe(0);
  });

  it("is moved, zoomed, and walked through by the keyboard alone", async () => {
    const page = await open("#/topology", "many");
    await page.waitForSelector(".node");
    const transform = (): Promise<string | null> => page.locator(".picture svg > g").getAttribute("transform");
    const before = await transform();
    await page.getByRole("button", { name: "Zoom in" }).press("Enter");
    const closer = await transform();
    expect(closer).not.toBe(before);
    const box = await page.locator(".picture > svg").boundingBox();
    if (box === null) throw new Error("the picture has no size");
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 40, { steps: 3 });
    await page.mouse.up();
    expect(await transform()).not.toBe(closer);
    await page.getByRole("button", { name: "Fit everything" }).press("Enter");
    expect(await transform()).toBe(before);
    await page.locator('.tabs a').last().focus();
    await page.keyboard.press("Tab");
    const id = await page.evaluate(() => document.activeElement?.getAttribute("data-id"));
    await page.keyboard.press("Enter");
    expect(new URLSearchParams(hash(page).split("?")[1]).get("focus")).toBe(id);
    await page.getByRole("link", { name: "Open its page" }).press("Enter");
    expect(await heading(page)).toBe(id);
  });
});

describe("the page", () => {
  it("is gone through by the keyboard: past the navigation at once, and by every view", async () => {
    const page = await open();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    for (const view of ["Machines", "Ports", "Backups", "Secrets", "Versions", "Rehearsal", "Services"]) {
      await page.getByRole("navigation").getByRole("link", { name: view }).press("Enter");
      await expect.poll(() => page.evaluate(() => [document.activeElement?.tagName, document.activeElement?.textContent])).toEqual(["H1", view]);
      expect(await page.locator("nav [aria-current]").textContent()).toContain(view);
    }
  });

  it("keeps the chosen colours", async () => {
    const page = await open();
    const paper = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.getByRole("radio", { name: "dark" }).check();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.waitForSelector("h1");
    expect(await paper()).toBe(dark);
    await page.getByRole("radio", { name: "auto" }).check();
    expect(await paper()).toBe(light);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await paper()).toBe(dark);
  });

  it("opens and closes its menu on a phone", async () => {
    const { page } = await openFile(browser, sites.homelab.folder, "", { viewport: { width: 360, height: 740 } });
    const menu = page.getByRole("button", { name: "Menu" });
    expect(await page.getByRole("navigation").isVisible()).toBe(false);
    await menu.click();
    expect(await menu.getAttribute("aria-expanded")).toBe("true");
    await page.getByRole("link", { name: "Backups" }).click();
    expect([await heading(page), await menu.getAttribute("aria-expanded")]).toEqual(["Backups", "false"]);
  });

  it("says that there was no rehearsal yet", async () => {
    const { folder, catalog } = sites.homelab;
    const { domain, services, off, networks, hosts, api, ingress, backups } = catalog;
    writeFileSync(join(folder, "none.html"), pageWith('<!doctype html><html lang="en"><title>Homelab</title><script src="./app.js"></script><div id="app"></div><script type="application/json" id="catalog"></script>', { domain, services, off, networks, hosts, api, ingress, backups }));
    const page = await open();
    await page.goto(page.url().replace(/index\.html.*/, "none.html#/rehearsal"));
    expect(await page.locator(".empty").textContent()).toContain("No rehearsal yet");
  });

  it("works behind its server, under its policy", async () => {
    const server = siteServer(sites.homelab.folder).listen(0, "127.0.0.1");
    await once(server, "listening");
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/#/topology`);
    await page.waitForSelector(".node");
    await page.getByRole("link", { name: "Rehearsal" }).click();
    expect(await page.locator(".bar").first().evaluate((bar) => bar.getBoundingClientRect().width > 1)).toBe(true);
    expect(complaints).toEqual([]);
    server.close();
  });
});
