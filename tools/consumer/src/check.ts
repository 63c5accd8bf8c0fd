import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { cloneInto, packagesOf, type Package } from "./clone.ts";
import { runtimes } from "./node.ts";
import { useNx } from "./nx.ts";
import { askPlugin, compile, install, runExamples, writeProject, type Pins } from "./outside.ts";
import { examplesOf } from "./readme.ts";
import { startRegistry } from "./registry.ts";
import { publish, publishStandIns, refusesStrangers, release, tarballOf } from "./release.ts";
import { failuresOf, table } from "./report.ts";
import { run } from "./run.ts";
import { faults, missing, type Tarball } from "./tarball.ts";
import { upgrade } from "./upgrade.ts";

export interface Options {
  root: string;
  say: (line: string) => void;
  /** Leave the clone, the registry's files and the consumer where they are, and say where. */
  keep: boolean;
}

/** Publishes everything to a registry of its own, consumes it outside, releases again and upgrades; gives what is wrong, one a line. */
export async function check({ root, say, keep }: Options): Promise<string[]> {
  const work = mkdtempSync(join(tmpdir(), "rzp-consumer-"));
  const leave = (): void => {
    if (!keep) rmSync(work, { recursive: true, force: true });
  };
  process.once("exit", leave);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
  const findings: string[] = [];

  const nodes = await runtimes(root);
  say("building what changed, and cloning the repository");
  await run(root, join(root, "node_modules/.bin/nx"), ["run-many", "-t", "build", "--projects=packages/*", "--output-style=static"]);
  const clone = join(work, "repository");
  await cloneInto(root, clone);

  const registry = await startRegistry(join(work, "registry"));
  try {
    const target = { registry: registry.url, token: registry.token };
    const packages = await release(clone, await highestVersion(clone));
    if (!(await refusesStrangers(clone, target))) findings.push("the registry took a package from somebody without a token");
    await publish(clone, target);
    const standIns = await publishStandIns(clone, join(work, "stand-ins"), target);
    say(`released and published ${packages.length} packages to ${registry.url}; beside them the workspace's own stand-in for ${standIns.join(", ")}, for this check alone`);

    const tarballs = new Map<string, Tarball>();
    for (const each of packages) {
      const tarball = await tarballOf(registry, each);
      if (tarball === undefined) {
        findings.push(`${each.name} ${each.version} is not in the registry`);
        continue;
      }
      tarballs.set(each.name, tarball);
      findings.push(...[...faults(each.name, tarball, [root, clone, homedir()]), ...missing(tarball)].map((fault) => `${each.name} ${each.version} ${fault}`));
    }

    const examples = packages.flatMap(({ name }) => examplesOf(name, tarballs.get(name)?.files.get("README.md") ?? ""));
    const project = join(work, "consumer");
    writeProject(project, packages, examples, registry.url, pinsOf(root));
    await install(project);
    say(`a project outside installed them; compiling ${examples.length} examples of their READMEs as ESM and as CommonJS`);
    findings.push(...(await compile(project, { skipLibCheck: true, emit: true })).map((error) => `with skipLibCheck: ${error}`));
    findings.push(...(await compile(project, { skipLibCheck: false })).map((error) => `without skipLibCheck: ${error}`));

    say(`running them on ${nodes.map(({ name }) => name).join(" and ")}`);
    const seen = (await Promise.all(nodes.map((node) => runExamples(project, examples, node)))).flat();
    findings.push(...failuresOf(seen));
    say(`\n${table(packages, tarballs, examples, seen)}\n`);

    for (const { name, version } of packages.filter((each) => tarballs.get(each.name)?.files.has("PulumiPlugin.yaml") === true)) {
      for (const node of nodes) {
        const answer = await askPlugin(project, name, node);
        if ("problem" in answer) findings.push(`${name}, started as Pulumi starts a plugin (${node.name}): ${answer.problem}`);
        else if (answer.version !== version) findings.push(`${name} ${version} says over gRPC that it is ${answer.version}`);
        else say(`${name} ${version}, started as Pulumi starts a plugin (${node.name}), has a schema of ${answer.components} components`);
      }
    }

    for (const { name, version } of packages.filter((each) => each.name === "@rzp/nx")) {
      const wrong = await useNx(join(work, "elsewhere"), version, registry.url, pinsOf(root));
      findings.push(...wrong);
      if (wrong.length === 0) say(`${name} ${version}, in an Nx workspace that has nothing else: targets of Pulumi.yaml, a generated service, and a migration by nx migrate`);
    }

    say("a second release, with a change that breaks");
    const second = await upgrade(clone, project, packages, registry, target);
    for (const line of second.lines) say(`  ${line}`);
    findings.push(...second.findings);
  } finally {
    await registry.stop();
    if (keep) say(`left in ${work}`);
    process.off("exit", leave);
    leave();
  }
  return findings;
}

/** Here every package starts with the same version. Where they have gone apart, the highest of them keeps every range true. */
async function highestVersion(clone: string): Promise<string> {
  const versions = (await packagesOf(clone)).map(({ version }) => version.split(".").map(Number));
  const [highest = [1, 0, 0]] = versions.toSorted((a, b) => (b[0] ?? 0) - (a[0] ?? 0) || (b[1] ?? 0) - (a[1] ?? 0) || (b[2] ?? 0) - (a[2] ?? 0));
  return highest.join(".");
}

/** The catalogs' versions, and those of the workspace's own stand-ins. */
function pinsOf(root: string): Pins {
  const { catalog: unnamed, catalogs } = parse(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")) as { catalog: Record<string, string>; catalogs: Record<string, Record<string, string>> };
  const catalog = Object.fromEntries([unnamed, ...Object.values(catalogs)].flatMap((each) => Object.entries(each)));
  const standIn = (name: string): string => (JSON.parse(readFileSync(join(root, "sdks", name.split("/")[1] ?? name, "package.json"), "utf8")) as Package).version;
  return (name) => catalog[name] ?? standIn(name);
}
