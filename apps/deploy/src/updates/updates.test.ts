import { join, matchesGlob } from "node:path";
import { versionMistakes } from "@rzp/talos/versions";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { APP } from "../config.ts";
import { fileOf } from "../homelab.ts";
import { home, stack } from "../rendered.test-data.ts";
import { problems } from "./compare.ts";
import { extract, readConfig, type RenovateConfig } from "./managers.ts";
import { pins, sourcesOf, type Pin, type Sources } from "./pins.ts";
import { statefulServices } from "./stateful.ts";

const ROOT = join(APP, "../..");
const sources = sourcesOf(ROOT);
const config = readConfig(ROOT);
const pinned = pins(home, sources);
const ours = (all: readonly Pin[]): Pin[] => all.filter(({ manager }) => manager === "regex");
const found = extract(config, sources);
/** One more file beside those there are. */
const beside = (file: string, text: string): Sources => ({ files: [...sources.files, file], read: (path) => (path === file ? text : sources.read(path)) });
const DIGEST = `sha256:${"a".repeat(64)}`;

describe("every version that is pinned", () => {
  it("is found by exactly one manager, and nothing else is", () => {
    expect(problems(ours(pinned), found)).toEqual([]);
    expect(found.length).toBeGreaterThan(80);
  });

  it("lies where Renovate looks: its manager is on, and no path of it is ignored", () => {
    expect(pinned.filter(({ manager }) => !config.enabledManagers.includes(manager === "regex" ? "custom.regex" : manager))).toEqual([]);
    expect(pinned.filter(({ file }) => config.ignorePaths.some((pattern) => matchesGlob(file, pattern)))).toEqual([]);
  });

  it("is counted where it stands: images of the tree, charts, stacks, the catalog, Go's tools, Checkov, Node and pnpm", () => {
    const names = pinned.map(({ name, file, manager }) => `${manager} ${name ?? file}`);
    expect(names).toEqual(
      expect.arrayContaining([
        "regex ghcr.io/home-operations/sonarr", "regex alpine/k8s", "regex plugin-barman-cloud", "regex cert-manager", "regex siderolabs/talos", "regex ghcr.io/siderolabs/kubelet",
        "regex github.com/vmware-tanzu/velero", "regex rzp", "regex sdks/talos/src/options.ts", "npm vitest", "npm @nx/js", "npm renovate", "gomod k8s.io/kubernetes", "gomod github.com/argoproj/argo-cd/v3",
        "gomod github.com/alicebob/miniredis/v2", "pip-compile checkov",
      ]), // prettier-ignore
    );
  });
});

describe("what is wrong is named", () => {
  // Of charts that come from a registry all are declared by a function today.
  const more = beside("apps/deploy/src/services/apps/a/b.ts", '  chart: { repoURL: "oci://ghcr.io/a/charts", name: "b", version: "1.2.3" },\n');
  const pinnedThen = ours(pins(home, more));

  it.each(config.customManagers.map((manager) => [manager.depNameTemplate ?? manager.description ?? "", manager] as const))("without the manager of %s", (_name, manager) => {
    const without = extract({ ...config, customManagers: config.customManagers.filter((one) => one !== manager) }, more);
    expect(problems(pinnedThen, without)).not.toEqual([]);
  });

  it("by file, name and version, whether there is no manager, or two, or one that looks elsewhere", () => {
    const metallb = config.customManagers.filter(({ depNameTemplate }) => depNameTemplate === "metallb");
    const others = config.customManagers.filter((one) => !metallb.includes(one));
    const version = home.context.service("metallb").chart?.version ?? "";
    const of = (customManagers: RenovateConfig["customManagers"]): string[] => problems(ours(pinned), extract({ ...config, customManagers }, sources));
    expect(of(others)).toContain(`apps/deploy/src/services/core/metallb.ts: metallb ${version} is pinned, and nothing in renovate.json5 follows it. Write it as others of its kind are written, or add a manager.`);
    expect(of([...config.customManagers, ...metallb])).toContain(`apps/deploy/src/services/core/metallb.ts: metallb ${version} is found twice. One manager is enough.`);
    expect(of([...others, ...metallb.map((one) => ({ ...one, registryUrlTemplate: "https://charts.example.com" }))])).toContain(
      `apps/deploy/src/services/core/metallb.ts: metallb ${version} is declared at https://metallb.github.io/metallb, and renovate.json5 looks for it at https://charts.example.com.`,
    );
  });

  it.each<[what: string, file: string, text: string, says: string | undefined]>([
    ["an image of a pipeline", ".harness/pull-request.yaml", `  image: docker.io/library/node:24.21.0@${DIGEST}\n`, undefined],
    ["an image without a registry", ".harness/pull-request.yaml", `  image: node:24.21.0@${DIGEST}\n`, undefined],
    ["an image without its digest", ".harness/pull-request.yaml", "  image: docker.io/library/node:24.21.0\n", "docker.io/library/node 24.21.0 is pinned"],
    ["a version in a script, with its comment", ".harness/tools.sh", "# renovate: datasource=npm depName=pnpm\nPNPM_VERSION=12.21.0\n", undefined],
    ["a version in a script, without", ".harness/tools.sh", "PNPM_VERSION=12.21.0\n", "12.21.0 is pinned"],
    ["a version of a pipeline, with its comment", ".harness/up.yaml", '# renovate: datasource=github-releases depName=pulumi/pulumi\n  PULUMI_VERSION: "3.270.0"\n', undefined],
    ["an image in a service", "apps/deploy/src/services/apps/a/b.ts", `  image: "ghcr.io/a/b:v1.2.3@${DIGEST}",\n`, undefined],
    ["a chart in a service", "apps/deploy/src/services/apps/a/b.ts", '  chart: { repoURL: "https://charts.example.com", name: "b", version: "1.2.3" },\n', undefined],
    ["a chart from a registry", "apps/deploy/src/services/apps/a/b.ts", '  chart: { repoURL: "oci://ghcr.io/a/charts", name: "b", version: "1.2.3" },\n', undefined],
    ["a chart of a function that nobody knows", "apps/deploy/src/services/apps/a/b.ts", 'export const b = strangeChart({ version: "1.2.3" });\n', "1.2.3 is pinned"],
  ])("%s", (_what, file, text, says) => {
    const one = beside(file, text);
    const said = problems(ours(pins(home, one)), extract(config, one)).map((line) => line.split(", and nothing in renovate.json5 follows it.")[0]);
    expect(said).toEqual(says === undefined ? [] : [`${file}: ${says}`]);
  });
});

describe("what Renovate may do by itself", () => {
  const merging = config.packageRules.filter(({ automerge }) => automerge === true);
  const merged = (name: string): boolean => merging.some(({ matchPackageNames = [] }) => matchPackageNames.some((pattern) => matchesGlob(name, pattern)));

  it("is one rule: minor versions and patches of npm packages, and everything else waits for a person", () => {
    expect(config.automerge).toBe(false);
    expect(merging).toEqual([expect.objectContaining({ matchDatasources: ["npm"], matchUpdateTypes: ["minor", "patch"] })]);
  });

  it("is nothing that a package brings along, or that the deploy program runs", () => {
    const shipped = sources.files.filter((file) => file.endsWith("package.json") && file !== "package.json").flatMap((file) => {
      const { dependencies = {}, peerDependencies = {} } = JSON.parse(sources.read(file)) as Record<string, Record<string, string> | undefined>;
      return Object.keys({ ...dependencies, ...peerDependencies });
    });
    expect(shipped.filter((name) => !name.startsWith("@types/") && merged(name))).toEqual([]);
    expect(merged("knip")).toBe(true);
  });

  it("is never a major of what keeps data, and of none a pull request before somebody asks for it", () => {
    const stateful = statefulServices(home.context.services);
    expect(stateful.map(({ name }) => name)).toEqual(expect.arrayContaining(["postgresql", "minio", "harbor", "zitadel", "home-assistant", "redis", "langfuse-clickhouse", "openobserve", "sonarr"]));
    const theirs = stateful.flatMap((facts) => found.filter(({ file, name }) => file === fileOf(facts) || facts.images.some((image) => image.startsWith(`${name}:`))));
    expect(stateful.filter((facts) => facts.images.length > 0 || facts.chart !== undefined).length).toBeGreaterThan(20);
    expect(theirs.length).toBeGreaterThan(20);
    expect(theirs.filter(({ datasource }) => !["docker", "helm"].includes(datasource))).toEqual([]);
    expect(config.packageRules.at(-1)).toMatchObject({ matchUpdateTypes: ["major"], dependencyDashboardApproval: true, automerge: false });
  });
});

describe("what else has to agree", () => {
  it("Renovate's patience with pnpm's", () => {
    const { minimumReleaseAge } = parse(sources.read("pnpm-workspace.yaml")) as { minimumReleaseAge: number };
    expect(config.minimumReleaseAge).toBe(`${minimumReleaseAge / 60 / 24} days`);
  });

  it("the end of Kubernetes with what the Talos of the stack supports", () => {
    const limits = config.packageRules.flatMap(({ matchPackageNames, allowedVersions }) => (matchPackageNames?.some((name) => name.includes("kube") || name.startsWith("k8s.io")) === true && allowedVersions !== undefined ? [allowedVersions] : []));
    const minor = Number(/^<1\.(\d+)\.0$/.exec(limits[0] ?? "")?.[1]);
    expect(limits).toEqual([`<1.${minor}.0`, `<1.${minor}.0`, `<0.${minor}.0`]);
    const mistakes = (kubernetes: string): number => versionMistakes({ ...stack.cluster, kubernetes }).length;
    expect([mistakes(`v1.${minor - 1}.0`), mistakes(`v1.${minor}.0`)]).toEqual([0, 1]);
  });

  it("regular expressions with those that Renovate runs them by, which know neither a look around nor a reference back", () => {
    const written = config.customManagers.flatMap(({ matchStrings, managerFilePatterns }) => [...matchStrings, ...managerFilePatterns]);
    expect(written.filter((pattern) => /\(\?<?[=!]|\\[1-9]|\\k</.test(pattern))).toEqual([]);
  });

  it("packages of a named catalog with one group", () => {
    const { catalogs } = parse(sources.read("pnpm-workspace.yaml")) as { catalogs: Record<string, Record<string, string>> };
    for (const [group, packages] of Object.entries(catalogs)) {
      const rule = config.packageRules.find(({ groupName }) => groupName === group);
      expect(Object.keys(packages).filter((name) => rule?.matchPackageNames?.some((pattern) => matchesGlob(name, pattern)) !== true)).toEqual([]);
    }
  });
});
