import * as nodeFs from "node:fs";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "@rzp/core";
import type { Files } from "./files.ts";
import { GitTree, type GitTreeOptions } from "./tree.ts";

/** Helpers of this package's tests. */

export const SONARR = "kubernetes/apps/media/acquisition/sonarr";
export const SOURCE = "apps/deploy/src/services/apps/media/acquisition/sonarr.ts";

export function object(kind: string, name: string, rest: object = {}, apiVersion = "v1", namespace: string | null = "media"): KubernetesObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === null ? {} : { namespace }) }, ...rest };
}

export const configMap = (name: string, data: Record<string, string> = { a: "1" }): KubernetesObject => object("ConfigMap", name, { data });

export function deployment(name: string, container: object = {}, spec: object = {}): KubernetesObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "app", image: "example/app:1", ...container }] } };
  return object("Deployment", name, { spec: { selector: { matchLabels: labels }, template, ...spec } }, "apps/v1");
}

export function application(name: string): KubernetesObject {
  const spec = { project: "apps", destination: { server: "https://kubernetes.default.svc", namespace: "media" }, source: { repoURL: "https://git.example.com/a.git", path: SONARR, targetRevision: "main" } };
  return object("Application", name, { spec }, "argoproj.io/v1alpha1", "argocd");
}

export function gitTree(base: string, options: Partial<GitTreeOptions> = {}, fs?: Files): GitTree {
  return new GitTree({ base, roots: ["kubernetes"], generator: "./rzp render", ...options }, fs);
}

/** A folder that is gone after the call. */
export function inFolder<T>(call: (base: string) => T): T {
  const base = mkdtempSync(join(tmpdir(), "rzp-gitops-"));
  try {
    return call(base);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** Every file below a folder with its content, and every empty folder; without the state folder. */
export function snapshot(base: string): Record<string, string> {
  const all = readdirSync(base, { recursive: true, withFileTypes: true }).map((entry) => [join(entry.parentPath, entry.name).slice(base.length + 1), entry] as const);
  return Object.fromEntries(
    all
      .filter(([path]) => !path.startsWith(".rzp"))
      .map(([path, entry]) => [path, entry.isFile() ? readFileSync(join(base, path), "utf8") : entry.isSymbolicLink() ? "link" : "folder"])
      .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)) as [string, string][],
  );
}

/** node:fs, with a call before every operation. */
export function watched(before: (operation: string, path: unknown) => void): Files {
  return new Proxy(nodeFs, {
    get(target, name: keyof Files) {
      const operation = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]): unknown => {
        before(name, args[0]);
        return operation(...args);
      };
    },
  });
}

/** Two states of one tree: files that come, change, stay and go, and folders that come and go. */
export function declareState(tree: GitTree, state: "old" | "new"): GitTree {
  tree.add("kubernetes/apps/stays", [configMap("stays"), configMap("changes", { value: state })], { source: "stays.ts" });
  if (state === "old") tree.add("kubernetes/core/deep/goes", [configMap("goes"), configMap("other")], { source: "goes.ts" });
  else tree.add("kubernetes/platform/deep/comes", [configMap("comes"), configMap("big", { text: "line\n".repeat(20) })], { source: "comes.ts" });
  return tree;
}

/** Roots of a tree of manifests and texts. */
export const ROOTS = ["kubernetes", "docs/reference"];

/** Both states with texts that come, change, stay and go, in a folder of their own, alone and beside manifests. */
export function declareBoth(tree: GitTree, state: "old" | "new"): GitTree {
  const page = (path: string, text: string): GitTree => tree.addText(path, text, { source: "pages.ts" });
  page("docs/reference/stays.md", "# Stays\n");
  page("docs/reference/changes.md", `# ${state}\n`);
  page(state === "old" ? "docs/reference/goes/goes.md" : "docs/reference/comes/comes.md", "| a | b |\n".repeat(20));
  page(`kubernetes/apps/stays/${state}.md`, "# Beside manifests\n");
  return declareState(tree, state);
}
