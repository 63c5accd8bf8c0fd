/** Facts and sources -> a folder that a browser opens as it is: one page, its style, and two scripts, of which the second is got when it is needed. Beside it, its server. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Catalog } from "@rzp/deploy/catalog";
import { build } from "vite";

export const APP = resolve(import.meta.dirname, "..");
/** Where the page is built: `site/`, and `serve.mjs`, which serves it. */
export const DIST = join(APP, "dist");

const SCRIPTS = { app: "src/app/main.tsx", topology: "src/graph/main.ts" };
const COMMON = {
  configFile: false,
  root: APP,
  publicDir: false,
  // It warns of `node:crypto` behind an index of @rzp/core, of which nothing is left in the script.
  logLevel: "error",
} as const;
/** Fonts stand in the style itself: out of a file, a browser gets none. */
const INLINE_BYTES = 64 * 1024;

/** Builds the page for a homelab. The same facts and sources give the same bytes. */
export async function buildSite(catalog: Catalog, out: string = DIST): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  const site = join(out, "site");
  mkdirSync(site, { recursive: true });
  for (const [name, input] of Object.entries(SCRIPTS)) await bundle(name, input, site);
  writeFileSync(join(site, "index.html"), page(readFileSync(join(APP, "index.html"), "utf8"), catalog));
  writeFileSync(join(site, "catalog.json"), `${JSON.stringify(catalog, undefined, 2)}\n`);
  await build({ ...COMMON, build: { outDir: out, emptyOutDir: false, target: "node22", ssr: "src/serve.ts", rolldownOptions: { output: { entryFileNames: "serve.mjs" } } } });
}

/** The page with its facts in it: a page out of a file may get no other file. No fact can end the script that it stands in. */
export function page(template: string, catalog: Catalog): string {
  const place = '<script type="application/json" id="catalog">';
  if (!template.includes(place)) throw new Error(`index.html has no ${place}`);
  return template.replace(place, () => `${place}${JSON.stringify(catalog).replaceAll("<", "\\u003c")}`).replace("<title>Homelab</title>", () => `<title>${catalog.domain.replaceAll("<", "&lt;")}</title>`);
}

/** One classic script: modules are not let in from a file. */
async function bundle(name: string, input: string, outDir: string): Promise<void> {
  await build({
    ...COMMON,
    resolve: { conditions: ["@rzp/source"] },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2024",
      modulePreload: false,
      assetsInlineLimit: INLINE_BYTES,
      cssCodeSplit: false,
      rolldownOptions: { input: join(APP, input), output: { format: "iife", entryFileNames: `${name}.js`, assetFileNames: `${name}.[ext]` } },
    },
  });
}
