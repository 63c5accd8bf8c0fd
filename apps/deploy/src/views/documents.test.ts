import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { KubernetesObject } from "@rzp/core";
import { crdNames, crdProblems, hasCrds } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { APP } from "../config.ts";
import { declarationLines, median } from "../commands/stats.ts";
import { all, stack } from "../rendered.test-data.ts";
import { categories } from "../services/index.ts";
import { blocksOf, commandProblems } from "./commands.test-helper.ts";
import { KINDS } from "./kinds.test-data.ts";
import { worldOf } from "./kubectl.test-helper.ts";

const ROOT = join(APP, "../..");
const documents = globSync(["*.md", "bootstrap/*/README.md", "docs/**/*.md", "{packages,apps,tools,sdks}/*/README.md"], { cwd: ROOT }).map((path) => path.replaceAll("\\", "/"));
const isGenerated = (path: string): boolean => path.startsWith("docs/reference/");

/** Verbs of `./rzp` that are named and do not exist. */
function unknownVerbs(path: string, text: string): string[] {
  const named = [...text.matchAll(/\.\/rzp ([a-z]+(?:-[a-z]+)*)/g)].map(([, verb = ""]) => verb);
  return named.filter((verb) => !VERBS.has(verb)).map((verb) => `${path}: ./rzp ${verb}`);
}

/** Flags of verbs of `./rzp` that are named and do not exist. What follows `nx` is its own; the commands of `ci` that pages name are run in the tests of tools/ci. */
function unknownFlags(path: string, text: string): string[] {
  const calls = [...text.matchAll(/\.\/rzp ([a-z]+(?:-[a-z]+)*)((?: (?:"[^"\n]*"|[^\s`|&;#()]+))*)/g)];
  return calls.flatMap(([, verb = "", rest = ""]) =>
    [...rest.replace(/"[^"]*"/g, "").matchAll(/(?<= )--[a-z][a-z-]*/g)].filter(([flag]) => verb !== "nx" && verb !== "ci" && !flagsOf(verb).has(flag)).map(([flag]) => `${path}: ./rzp ${verb} ${flag}`),
  );
}

/** Where a page's links lead to, as paths of the repository. */
function linksOf(path: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)].map(([, to = ""]) => posix.normalize(posix.join(posix.dirname(path), to)));
}

/** Pages that nobody comes to who begins at the index and follows links. */
function unreached(pages: ReadonlyMap<string, string>, begin: string): string[] {
  const reached = new Set([begin]);
  for (const path of reached) for (const to of linksOf(path, pages.get(path) ?? "")) if (pages.has(to)) reached.add(to);
  return [...pages.keys()].filter((path) => !reached.has(path));
}

/** Manifests that a page tells to write, with a word in place of each of its placeholders. */
function manifestsOf(text: string): KubernetesObject[] {
  const blocks = blocksOf(text, "yaml").map((block) => block.replace(/<[^<>\n]*>/g, "x"));
  return blocks.flatMap((block) => parseAllDocuments(block).map((one) => one.toJS() as Partial<KubernetesObject>)).filter((one): one is KubernetesObject => one.apiVersion !== undefined);
}

const WORLD = worldOf(ROOT, all.flatMap(({ objects }) => objects), Object.keys(stack.machines));
const PROJECTS: Readonly<Record<string, string>> = { "longhorn.io": "longhorn", "postgresql.cnpg.io": "cloudnative-pg", "velero.io": "velero" };

// The command line itself, which has the workspace's verbs besides the homelab's.
const helpOf = (...words: string[]): string => spawnSync(process.execPath, ["--conditions=@rzp/source", join(ROOT, "tools/cli/src/cli.ts"), ...words, "--help"], { encoding: "utf8", env: { ...process.env, COLUMNS: "200" } }).stdout;
const VERBS = new Set([...helpOf().matchAll(/^ {2}([a-z-]+) /gm)].map(([, verb = ""]) => verb));
/** Flags of a verb, read once; those that hand their words on to a program of their own are asked, too. */
const flags = new Map<string, ReadonlySet<string>>();
function flagsOf(verb: string): ReadonlySet<string> {
  const known = flags.get(verb) ?? new Set(helpOf(verb).match(/--[a-z][a-z-]*/g));
  flags.set(verb, known);
  return known;
}

describe("documents", () => {
  const pages = new Map(documents.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
  const written = [...pages].filter(([path]) => !isGenerated(path));

  it("say in the README what `./rzp stats` counts", () => {
    const sizes = declarationLines(categories).map(({ lines }) => lines);
    expect(pages.get("README.md")).toContain(`| ${median(sizes)} lines in the middle of ${sizes.length} declarations, ${Math.min(...sizes)} to ${Math.max(...sizes)} |`);
  });

  it.each(written)("%s names commands that exist", (path, text) => {
    expect([...unknownVerbs(path, text), ...unknownFlags(path, text), ...commandProblems(text, WORLD)]).toEqual([]);
  });

  it("are all found by who begins at the index", () => {
    expect(unreached(pages, "docs/README.md").filter((path) => /^(docs|bootstrap)\//.test(path) && !isGenerated(path))).toEqual([]);
    expect(pages.get("README.md")).toContain("(docs/README.md)");
  });

  it.skipIf(!hasCrds)("tell to write what the real CRDs accept (skipped where they are not at hand)", () => {
    const objects = written.flatMap(([, text]) => manifestsOf(text)).filter(({ apiVersion }) => (apiVersion.split("/")[0] ?? "") in PROJECTS);
    expect(objects.map(({ kind }) => kind)).toContain("Volume");
    expect(objects.flatMap((object) => crdProblems(PROJECTS[object.apiVersion.split("/")[0] ?? ""] ?? "", object))).toEqual([]);
  });

  it.skipIf(!hasCrds)("name kinds as the real CRDs do (skipped where they are not at hand)", () => {
    expect(crdNames()).toEqual(expect.arrayContaining(KINDS.filter(({ group }) => group !== "").map((kind) => ({ ...kind, short: [...kind.short] }))));
  });

  it("are found out where they do not", () => {
    expect(unknownVerbs("docs/a.md", "`./rzp rendre`, then `./rzp kube-lnit` and `./rzp kube-lint`")).toEqual(["docs/a.md: ./rzp rendre", "docs/a.md: ./rzp kube-lnit"]);
    expect(unknownFlags("docs/a.md", "`./rzp plan --bsae main` and `./rzp plan --base main`, ./rzp preflight --skip \"a: --why\"")).toEqual(["docs/a.md: ./rzp plan --bsae"]);
    expect(VERBS.has("render") && VERBS.has("typecheck")).toBe(true);
    expect(written.length).toBeGreaterThan(15);
    expect(unreached(new Map([["docs/README.md", "[a](a.md#x)"], ["docs/a.md", "[back](README.md)"], ["docs/b.md", "[a](a.md)"]]), "docs/README.md")).toEqual(["docs/b.md"]);
  });

  it.each([
    ["`kubectl -n media get deployment sonar`", 'there is no Deployment sonar in media. Did you mean "sonarr"?'],
    ["`kubectl -n medai get deployment <name>`", 'there is no namespace medai. Did you mean "media"?'],
    ["`kubectl -n media gt pods`", 'kubectl has no gt. Did you mean "get"?'],
    ["`kubectl get pods`", "pods lives in a namespace: say which, or -A"],
    ["`kubectl -n argocd get aplications`", 'kubectl knows no kind aplications. Did you mean "applications"?'],
    ["`kubectl -n longhorn-system get backups`", "backups may be any of backups.longhorn.io, backups.postgresql.cnpg.io, backups.velero.io: say which"],
    ["`kubectl -n argocd patch application sonarr --type merge -p '{\"operation\":}'`", 'the patch is no JSON: {"operation":}'],
    ["`kubectl -n media scale deployment/sonarr --replica=0`", "kubectl scale has no --replica, or the tables lack it"],
    ["`kubectl -n media rollout restrat deployment sonarr`", "kubectl rollout has no restrat"],
    ["`kubectl -n media get secret sonarr-tsl`", 'there is no Secret sonarr-tsl in media. Did you mean "sonarr-tls"?'],
    ["`kubectl drain worker-9 --ignore-daemonsets`", "there is no Node worker-9."],
    ["`kubectl -n velero exec deployment/velero -- /velero backup gte`", "/velero has no backup gte"],
    ["`talosctl -n <address> upgrad --image <image>`", "talosctl has no upgrad"],
    ["`kubeclt get nodes`", "no table knows kubeclt"],
    ["```sh\nkubectl get nodes\nkubectl apply -f kubernetes/nowhere.yaml\n```", "there is no kubernetes/nowhere.yaml"],
    ["1. In a list:\n\n   ```sh\n   talosctl helth\n   ```", "talosctl has no helth"],
    ["```sh\nx=1 frobnicate $(kubectl get node)\n```", "no table knows frobnicate"],
    ["`kubectl -n media annotate es sonarr force-sync=$(kubectl get volum) --overwrite`", "kubectl knows no kind volum."],
  ])("%s is found out", (text, problem) => {
    const [first, ...others] = commandProblems(`${text}\n`, WORLD);
    expect(first).toContain(problem);
    expect(others).toEqual([]);
  });

  it.each([
    "`kubectl -n media annotate externalsecret sonarr force-sync=$(date +%s) --overwrite`",
    "`kubectl -n argocd annotate application <name> argocd.argoproj.io/skip-reconcile-`",
    "`kubectl -n media port-forward deploy/plex 32400`",
    "`kubectl -n media get pvc sonarr-config -o jsonpath='{.spec.volumeName}'`",
    "`kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath='{.data.password}' \\| base64 -d`",
    "`kubectl get nodes,pv`",
    "`kubectl` and `up`",
  ])("%s is left alone", (text) => {
    expect(commandProblems(text, WORLD)).toEqual([]);
  });
});
