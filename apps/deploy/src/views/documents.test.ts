import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { APP } from "../config.ts";

const ROOT = join(APP, "../..");
const documents = ["README.md", "CONTRIBUTING.md", "bootstrap/argocd/README.md", ...globSync("docs/**/*.md", { cwd: ROOT })].map((path) => path.replaceAll("\\", "/"));
const isGenerated = (path: string): boolean => path.startsWith("docs/reference/");

/** Links that lead to no file of the repository. */
function deadLinks(path: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = ""]) => to.split("#")[0] ?? "").filter((to) => to !== "" && !/^[a-z]+:/.test(to));
  return targets.filter((to) => !existsSync(join(ROOT, path, "..", to))).map((to) => `${path} -> ${to}`);
}

/** Verbs of `./rzp` that are named and do not exist. */
function unknownVerbs(path: string, text: string): string[] {
  const named = [...text.matchAll(/\.\/rzp ([a-z]+(?:-[a-z]+)*)/g)].map(([, verb = ""]) => verb);
  return named.filter((verb) => !VERBS.has(verb)).map((verb) => `${path}: ./rzp ${verb}`);
}

// The command line itself, which has the workspace's verbs besides the homelab's.
const { stdout: help } = spawnSync(process.execPath, ["--conditions=@rzp/source", join(ROOT, "tools/cli/src/cli.ts"), "--help"], { encoding: "utf8", env: { ...process.env, COLUMNS: "200" } });
const VERBS = new Set([...help.matchAll(/^ {2}([a-z-]+) /gm)].map(([, verb = ""]) => verb));

describe("documents", () => {
  const written = documents.filter((path) => !isGenerated(path)).map((path) => [path, readFileSync(join(ROOT, path), "utf8")] as const);

  it.each(written)("%s leads to files that exist, by verbs that exist", (path, text) => {
    expect([...deadLinks(path, text), ...unknownVerbs(path, text)]).toEqual([]);
  });

  it("are found out where they do not", () => {
    expect(deadLinks("docs/a.md", "[x](nowhere.md) and [y](https://example.com) and [z](../README.md#part)")).toEqual(["docs/a.md -> nowhere.md"]);
    expect(unknownVerbs("docs/a.md", "`./rzp rendre`, then `./rzp kube-lnit` and `./rzp kube-lint`")).toEqual(["docs/a.md: ./rzp rendre", "docs/a.md: ./rzp kube-lnit"]);
    expect(VERBS.has("render") && VERBS.has("typecheck")).toBe(true);
    expect(written.length).toBeGreaterThan(15);
  });
});
