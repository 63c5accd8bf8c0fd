import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { siteServer } from "../src/server.ts";
import { launch } from "./chromium.ts";
import { buildSites, MANY } from "./sites.ts";

/** How slow a phone of some years ago is beside this machine, as Lighthouse has it. */
const PHONE_SLOWER = 4;
/** Work longer than this is felt; what is above it adds up to the blocking time. */
const FELT_MS = 50;

interface Figures {
  /** First and largest contentful paint, and all work above what is felt: ms. */
  fcp: number;
  lcp: number;
  blocking: number;
  /** Cumulative layout shift. */
  shift: number;
  /** Over the wire: all of it, and scripts. */
  bytes: number;
  scripts: number;
}

/** Looks at the views that matter as Chromium itself times them, on a desktop and on a slow phone: a line each. */
export async function measure(): Promise<string[]> {
  const [browser, sites] = await Promise.all([launch(), buildSites()]);
  try {
    const lines = [`${"".padEnd(44)}${["FCP ms", "LCP ms", "blocked ms", "shift", "kB", "script kB"].map((head) => head.padStart(11)).join("")}`];
    for (const [what, { folder }] of [[`${sites.homelab.catalog.services.length} services`, sites.homelab], [`${MANY} services`, sites.many]] as const) {
      const server = siteServer(folder).listen(0, "127.0.0.1");
      await once(server, "listening");
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      for (const address of ["#/", "#/services/langfuse", "#/topology"]) for (const phone of [false, true]) lines.push(row(`${what}, ${phone ? "slow phone" : "desktop"}, ${address}`, await figures(browser, `${base}${address}`, phone)));
      server.close();
      server.closeAllConnections();
    }
    return lines;
  } finally {
    await browser.close();
    sites.remove();
  }
}

function row(what: string, { fcp, lcp, blocking, shift, bytes, scripts }: Figures): string {
  return `${what.padEnd(44)}${[fcp.toFixed(0), lcp.toFixed(0), blocking.toFixed(0), shift.toFixed(3), (bytes / 1000).toFixed(1), (scripts / 1000).toFixed(1)].map((figure) => figure.padStart(11)).join("")}`;
}

/** One cold visit. */
async function figures(browser: Browser, url: string, phone: boolean): Promise<Figures> {
  const context = await browser.newContext(phone ? { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 3 } : { viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  if (phone) await session.send("Emulation.setCPUThrottlingRate", { rate: PHONE_SLOWER });
  const sizes = new Map<string, number>();
  const scripts = new Set<string>();
  session.on("Network.responseReceived", ({ requestId, type }) => { if (type === "Script") scripts.add(requestId); });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => { sizes.set(requestId, encodedDataLength); });
  await page.addInitScript(watch);
  await page.goto(url, { waitUntil: "networkidle" });
  if (url.includes("topology")) await page.waitForSelector(".node");
  await quiet(page);
  const times = await page.evaluate(() => globalThis.seen);
  const sum = (ids: Iterable<string>): number => [...ids].reduce((total, id) => total + (sizes.get(id) ?? 0), 0);
  await context.close();
  return { ...times, bytes: sum(sizes.keys()), scripts: sum(scripts) };
}

declare global {
  var seen: Pick<Figures, "fcp" | "lcp" | "blocking" | "shift">;
}

/** Runs in the page, before anything of its own. */
function watch(): void {
  globalThis.seen = { fcp: 0, lcp: 0, blocking: 0, shift: 0 };
  const on = (type: string, add: (entry: PerformanceEntry & { value?: number; hadRecentInput?: boolean }) => void): void => {
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) add(entry); }).observe({ type, buffered: true });
  };
  on("paint", ({ name, startTime }) => { if (name === "first-contentful-paint") globalThis.seen.fcp = startTime; });
  on("largest-contentful-paint", ({ startTime }) => { globalThis.seen.lcp = startTime; });
  on("longtask", ({ duration }) => { globalThis.seen.blocking += Math.max(0, duration - 50); });
  on("layout-shift", ({ value = 0, hadRecentInput = false }) => { if (!hadRecentInput) globalThis.seen.shift += value; });
}

/** Until nothing has been done for a while. */
async function quiet(page: Page): Promise<void> {
  await page.evaluate((gap) => new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, 10 * gap);
    new PerformanceObserver(() => { clearTimeout(timer); timer = setTimeout(resolve, 10 * gap); }).observe({ type: "longtask" });
  }), FELT_MS);
}
