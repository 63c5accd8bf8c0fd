import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitChange, type Package } from "./clone.ts";
import { compile, install } from "./outside.ts";
import { publish, release, tagsOf, tarballOf } from "./release.ts";
import type { Target } from "./publish.ts";
import type { Registry } from "./registry.ts";
import { run } from "./run.ts";

/** The change that breaks: a class that the package's README uses gets another name. */
const BREAKING = {
  package: "@rzp/argocd",
  file: "packages/argocd/src/index.ts",
  old: "ArgoProject",
  new: "ArgoAppProject",
  change: (text: string): string => text.replace(/\bArgoProject\b/, "ArgoProject as ArgoAppProject"),
  message: "feat(argocd)!: call ArgoProject what it is in Argo CD, ArgoAppProject",
} as const;

/** What came of it, for a person, and what is wrong, if anything. */
export interface Upgrade {
  lines: string[];
  findings: string[];
}

/** A second release with a change that breaks, and a consumer who meets it. */
export async function upgrade(clone: string, project: string, before: readonly Package[], registry: Registry, target: Target): Promise<Upgrade> {
  const lines: string[] = [];
  const findings: string[] = [];
  const expect = (holds: boolean, line: string): void => {
    (holds ? lines : findings).push(line);
  };

  await commitChange(clone, BREAKING.file, BREAKING.change, BREAKING.message);
  await run(clone, "node_modules/.bin/nx", ["build", BREAKING.package, "--output-style=static"]);
  const after = await release(clone);
  await publish(clone, target);

  const old = new Map(before.map(({ name, version }) => [name, version]));
  const changed = after.filter(({ name, version }) => old.get(name) !== version);
  const broken = after.find(({ name }) => name === BREAKING.package);
  if (broken === undefined) return { lines, findings: [`there is no ${BREAKING.package} to break`] };
  const major = Number(old.get(broken.name)?.split(".")[0]) + 1;
  expect(broken.version === `${major}.0.0`, `${broken.name} ${old.get(broken.name) ?? "?"} -> ${broken.version}: a major version`);

  const changelog = join(clone, broken.folder, "CHANGELOG.md");
  const latest = existsSync(changelog) ? (readFileSync(changelog, "utf8").split(/^## |^# /m)[1] ?? "") : "";
  expect(latest.includes("Breaking Changes") && latest.includes(BREAKING.new), `${broken.folder}/CHANGELOG.md tells the change under "Breaking Changes"`);

  const expected = dependentsOf(broken.name, after);
  const names = changed.map(({ name }) => name).filter((name) => name !== broken.name);
  expect(expected.every((name) => names.includes(name)), `dependents released too: ${changed.filter(({ name }) => name !== broken.name).map(({ name, version }) => `${name} ${version}`).join(", ")}`); // prettier-ignore
  const untouched = after.filter(({ name, version }) => old.get(name) === version).map(({ name }) => name);
  expect(untouched.includes("@rzp/core"), `left as they are: ${untouched.join(", ")}`);
  const tags = await tagsOf(clone);
  expect(changed.every(({ name, version }) => tags.includes(`${name}@${version}`)), `${changed.length} tags on the release's commit, ${tags.length} there`);

  for (const dependent of changed.filter(({ dependencies }) => broken.name in dependencies)) {
    const packed = JSON.parse((await tarballOf(registry, dependent))?.files.get("package.json") ?? "{}") as Partial<Package>;
    expect(packed.dependencies?.[broken.name] === `^${broken.version}`, `${dependent.name} ${dependent.version} asks for ${broken.name} ${packed.dependencies?.[broken.name] ?? "(nothing)"}`);
  }

  await run(project, "pnpm", ["update", "--prefer-offline", "--reporter=append-only"]);
  const within = installed(project, broken.name);
  expect(within === old.get(broken.name), `the consumer's update stays at ${broken.name} ${within}`);
  const still = await compile(project, { skipLibCheck: true });
  expect(still.length === 0, still.length === 0 ? "and its program still compiles" : `its program does not compile after an update: ${still.join("; ")}`);

  ask(project, broken.name, `^${broken.version}`);
  await install(project);
  const errors = await compile(project, { skipLibCheck: true });
  expect(errors.length > 0 && errors.every((error) => error.includes(BREAKING.old)), `with ${broken.name} ${installed(project, broken.name)} the compiler says: ${errors[0] ?? "nothing"}`);
  rename(project);
  const mended = await compile(project, { skipLibCheck: true });
  expect(mended.length === 0, mended.length === 0 ? "and nothing once the name is the new one" : `it does not compile with the new name: ${mended.join("; ")}`);
  return { lines, findings };
}

/** Every package that has this one among its dependencies, or has one that has. */
export function dependentsOf(name: string, packages: readonly Pick<Package, "name" | "dependencies">[]): string[] {
  const found = new Set<string>();
  const visit = (wanted: string): void => {
    for (const each of packages) {
      if (!(wanted in each.dependencies) || found.has(each.name)) continue;
      found.add(each.name);
      visit(each.name);
    }
  };
  visit(name);
  return [...found].sort();
}

function installed(project: string, name: string): string {
  return (JSON.parse(readFileSync(join(project, "node_modules", name, "package.json"), "utf8")) as Package).version;
}

function ask(project: string, name: string, range: string): void {
  const file = join(project, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { dependencies: Record<string, string> };
  manifest.dependencies[name] = range;
  writeFileSync(file, JSON.stringify(manifest));
}

function rename(project: string): void {
  for (const file of globSync("src/{esm,cjs}/*", { cwd: project })) {
    const path = join(project, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(new RegExp(`\\b${BREAKING.old}\\b`, "g"), BREAKING.new));
  }
}
