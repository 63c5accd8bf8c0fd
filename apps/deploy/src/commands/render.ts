import { readdirSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { GitTree } from "@rzp/gitops";
import { RegistryError, type Category } from "@rzp/workload/manifests";
import { APP, loadStack } from "../config.ts";
import { fileOf, homelab, SERVICES, type Homelab } from "../homelab.ts";
import { BOOTSTRAP, folders } from "../render.ts";
import { categories } from "../services/index.ts";
import { TREE } from "../site.ts";
import { pages, REFERENCE } from "../views/index.ts";

/** Root of the repository. */
export const ROOT = join(APP, "../..");

/** Writes the tree below `base`, or with `check` says what would change and exits 1. */
export async function renderCommand({ stack, check = false, base = ROOT }: { stack: string; check?: boolean; base?: string }): Promise<number> {
  const forgotten = unlisted(readdirSync(join(ROOT, SERVICES), { recursive: true, encoding: "utf8" }), categories);
  if (forgotten.length > 0) throw new RegistryError(forgotten);
  const tree = treeOf(homelab(loadStack(stack)), base);
  return Promise.resolve(check ? checkTree(tree, stack) : writeTree(tree));
}

/** Everything that is generated, declared and not yet written. */
export function treeOf(home: Homelab, base: string): GitTree {
  const tree = new GitTree({ base, roots: [TREE, BOOTSTRAP, REFERENCE], generator: "./rzp render" });
  for (const { path, objects, ...options } of folders(home)) tree.add(path, objects, options);
  for (const { path, text, source } of pages(home)) tree.addText(path, text, { source });
  return tree;
}

function writeTree(tree: GitTree): number {
  const { added, changed, removed, unchanged } = tree.write();
  for (const path of added) console.log(styleText("green", `+ ${path}`));
  for (const path of changed) console.log(styleText("yellow", `~ ${path}`));
  for (const path of removed) console.log(styleText("red", `- ${path}`));
  console.log(`${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged.length} unchanged`);
  return 0;
}

function checkTree(tree: GitTree, stack: string): number {
  const stale = whatIsStale(tree, stack);
  for (const line of stale.length === 0 ? [`${TREE}/, ${BOOTSTRAP}/ and ${REFERENCE}/ are what the declarations say`] : stale) console.log(line);
  return stale.length === 0 ? 0 : 1;
}

/** Files that are not what the declarations say, a line each, and what to do about it; nothing where all is fresh. */
export function whatIsStale(tree: GitTree, stack: string): string[] {
  const differences = tree.check();
  if (differences.length === 0) return [];
  const command = `./rzp render${stack === "production" ? "" : ` --stack ${stack}`}`;
  const before = differences.some(({ difference }) => difference === "occupied") ? "move away what is in the way, then " : "";
  return [...differences.map(({ path, message }) => `${path} ${message}`), `\n${differences.length} ${differences.length === 1 ? "file differs" : "files differ"}; ${before}run ${command} and commit what it writes`];
}

/** Declarations that stand in no index, and so would be left out without a word: one sentence each. */
export function unlisted(files: readonly string[], known: readonly Category[]): string[] {
  const listed = new Set(known.flatMap(({ services }) => services.map(({ id }) => fileOf(id))));
  return files
    .map((file) => `${SERVICES}/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".ts") && !file.endsWith("/index.ts") && !listed.has(file))
    .sort()
    .map((file) => `${file} is in no index, so it would be left out. Import it in its folder's index.ts and add its name, or remove the file.`);
}
