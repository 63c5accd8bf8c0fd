import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export interface Opened {
  page: Page;
  /** Errors and warnings of the console, and whatever it asked for that is not one of its own files. */
  complaints: string[];
  /** Files that it got. */
  files: string[];
}

/** Opens a built page from its file, as somebody does who has neither a server nor a network. */
export async function openFile(browser: Browser, folder: string, address = "", options: BrowserContextOptions = {}): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", colorScheme: "light", offline: true, ...options });
  const [complaints, files]: [string[], string[]] = [[], []];
  const own = `${pathToFileURL(folder).href}/`;
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", ({ message }) => { complaints.push(message); });
  page.on("request", (request) => {
    const url = request.url();
    if (url.startsWith(own)) files.push(url.slice(own.length).replace(/#.*/, ""));
    else if (!url.startsWith("data:")) complaints.push(`asked for ${url}`);
  });
  await page.goto(`${pathToFileURL(join(folder, "index.html")).href}${address}`);
  await page.waitForSelector("h1");
  return { page, complaints, files };
}
