/** `nx g @rzp/nx:component`: a package in the house's shape, with one test that fails and says what to write. */
import { installPackagesTask, readJson, type GeneratorCallback, type Tree } from "@nx/devkit";
import { refuse } from "../words.ts";
import { componentFiles } from "./files.ts";

export interface ComponentSchema {
  name: string;
  component: string;
  description?: string;
  packages?: string;
}

export default function component(tree: Tree, { name, component: className, description, packages = "packages" }: ComponentSchema): GeneratorCallback {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) refuse("name", `"${name}" is no name of a package`, "Use a-z, 0-9 and -, beginning with a letter, such as unifi.");
  if (!/^[A-Z][A-Za-z0-9]+$/.test(className)) refuse("component", `"${className}" is no name of a class`, "Write it as UnifiNetwork.");
  const folder = `${packages}/${name}`;
  if (tree.exists(folder)) refuse("name", `"${name}" is taken: ${folder}`, "Nothing is overwritten; choose another name.");
  const files = componentFiles({ name, className, description: description ?? `${className}, as a Pulumi component.`, ...house(tree, packages) });
  for (const [file, text] of Object.entries(files)) tree.write(`${folder}/${file}`, text);
  return () => {
    installPackagesTask(tree, true);
  };
}

/** What its siblings have that a new package should have, too. */
function house(tree: Tree, packages: string): { scope: string; license: string; author: string | undefined; repository: string | undefined } {
  const siblings = tree.exists(packages) ? tree.children(packages).filter((child) => tree.exists(`${packages}/${child}/package.json`)) : [];
  const names = siblings.map((sibling) => readJson<{ name?: string }>(tree, `${packages}/${sibling}/package.json`).name ?? "");
  for (const shared of ["tsconfig.base.json", "tsup.shared.ts", "vitest.shared.ts"]) {
    if (!tree.exists(shared)) refuse("workspace", `has no ${shared}`, "The skeleton builds on the settings of rzp-infra's own workspace; docs/adopt.md says how to use the packages in another one.");
  }
  const scope = names.map((sibling) => /^(@[^/]+)\//.exec(sibling)?.[1]).find((found) => found !== undefined);
  if (scope === undefined) refuse("packages", `has no package with a scope below ${packages}/`, "Name the folder that the packages are in with --packages.");
  const [first = ""] = siblings;
  const sibling = readJson<{ license?: string; author?: string; repository?: { url?: string } }>(tree, `${packages}/${first}/package.json`);
  return { scope, license: sibling.license ?? "MIT", author: sibling.author, repository: sibling.repository?.url };
}
