import { styleText } from "node:util";
import { join } from "node:path";
import { GitTree } from "@rzp/gitops";
import { APP, loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { BOOTSTRAP, folders } from "../render.ts";
import { TREE } from "../site.ts";

/** Root of the repository. */
const ROOT = join(APP, "../..");

/** Writes the tree below `base`, or with `check` says what would change and exits 1. */
export async function renderCommand({ stack, check = false, base = ROOT }: { stack: string; check?: boolean; base?: string }): Promise<number> {
  const tree = new GitTree({ base, roots: [TREE, BOOTSTRAP], generator: "./rzp render" });
  for (const { path, objects, source } of folders(homelab(loadStack(stack)))) tree.add(path, objects, { source });
  return Promise.resolve(check ? checkTree(tree) : writeTree(tree));
}

function writeTree(tree: GitTree): number {
  const { added, changed, removed, unchanged } = tree.write();
  for (const path of added) console.log(styleText("green", `+ ${path}`));
  for (const path of changed) console.log(styleText("yellow", `~ ${path}`));
  for (const path of removed) console.log(styleText("red", `- ${path}`));
  console.log(`${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged.length} unchanged`);
  return 0;
}

function checkTree(tree: GitTree): number {
  const differences = tree.check();
  for (const { path, message } of differences) console.log(`${path} ${message}`);
  if (differences.length === 0) {
    console.log("kubernetes/ and bootstrap/argocd/ are what the declarations say");
    return 0;
  }
  console.log(`\n${differences.length} ${differences.length === 1 ? "file differs" : "files differ"}; run ./rzp render and commit what it writes`);
  return 1;
}
