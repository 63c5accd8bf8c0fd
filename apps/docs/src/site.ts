/** Pages and sources -> a site in apps/docs/dist: every page of the repository, the packages' reference, a search that needs no server. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build, createServer } from "vitepress";
import { filePage, filePath, forSite, readPages, ROOT, sitePath } from "./pages.ts";
import { writeReference } from "./reference.ts";

const APP = resolve(import.meta.dirname, "..");
/** Where the pages are gathered that VitePress reads. */
export const GATHERED = join(ROOT, ".rzp/docs");
/** Where the site is built. */
export const DIST = join(APP, "dist");

/** Builds the site. A link that leads nowhere fails it. */
export async function buildSite(say: (line: string) => void): Promise<void> {
  await gather(say);
  say("building the site (VitePress)");
  await build(APP, { outDir: DIST });
}

/** Shows the site on this machine until it is ended, and builds a page again when it is asked for. */
export async function serveSite(port: number, say: (line: string) => void): Promise<string> {
  await gather(say);
  const server = await createServer(APP, { host: "127.0.0.1", port });
  await server.listen();
  return server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`;
}

async function gather(say: (line: string) => void): Promise<void> {
  rmSync(GATHERED, { recursive: true, force: true });
  const pages = readPages();
  say(`${pages.size} pages`);
  for (const [path, text] of pages) {
    const page = forSite(path, text, (one) => pages.has(one));
    put(sitePath(path), page.text);
    for (const file of page.files) putFile(file);
  }
  say("reading the packages' sources (TypeDoc)");
  await writeReference(join(GATHERED, "reference"));
}

/** A file that a page leads to: an image as it is, anything else as a page. */
function putFile(file: string): void {
  if (/\.(png|svg|jpg)$/.test(file)) cpSync(join(ROOT, file), join(GATHERED, file));
  else put(filePath(file), filePage(file));
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(GATHERED, path)), { recursive: true });
  writeFileSync(join(GATHERED, path), text);
}
