/** `nx g @rzp/nx:service`: everything is checked first, so that its files are written whole or not at all. */
import { spawnSync } from "node:child_process";
import { createProjectGraphAsync, type GeneratorCallback, type Tree } from "@nx/devkit";
import { didYouMean, refuse } from "../words.ts";
import { CATALOGUE } from "./catalogue.ts";
import { declaration } from "./declaration.ts";
import { pinned } from "./image.ts";
import { newCategory, newRoot, withCategory, withService } from "./index-file.ts";

export interface ServiceSchema {
  name: string;
  image?: string;
  chart?: string;
  category?: string;
  newCategory?: boolean;
  port?: number;
  health?: string;
  /** Nx hands in what was typed: `false` is a text there. */
  host?: string | boolean;
  volumes?: readonly string[];
  secrets?: readonly string[];
  purpose?: string;
  services?: string;
  skipRender?: boolean;
}

const LABEL = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

export default async function service(tree: Tree, schema: ServiceSchema): Promise<GeneratorCallback> {
  const { name, services = "apps/deploy/src/services", chart } = schema;
  if (!LABEL.test(name)) refuse("name", `"${name}" is not a DNS label that begins with a letter`, "Use a-z, 0-9 and -, such as uptime-kuma.");
  const known = Object.hasOwn(CATALOGUE, name) ? CATALOGUE[name] : undefined;
  const all = declared(tree, services);
  const taken = all.find((file) => file.endsWith(`/${name}.ts`));
  if (taken !== undefined) refuse("name", `"${name}" is taken: ${taken}`, "Nothing is overwritten; choose another name.");
  const category = categoryOf(schema.category ?? known?.category, all, services, { ...schema, name });

  const image = schema.image === "" ? undefined : schema.image;
  if ((image === undefined) === (chart === undefined)) {
    const what = known === undefined ? `Known without it are: ${Object.keys(CATALOGUE).join(", ")}.` : `Of ${name} the tag is enough: --image <tag>.`;
    refuse("image", image === undefined ? "is missing, and so is chart" : "is given, and so is chart", image === undefined ? `Give one of them. ${what}` : "Give one of them.");
  }
  // What routes to a chart and asks for its health are Services and probes of the chart's own: nothing here could say it for them.
  const unasked = chart === undefined ? undefined : (["port", "health", "host"] as const).find((field) => schema[field] !== undefined);
  if (unasked !== undefined) refuse(unasked, "is given, and so is chart: a chart has its own", "Leave it out, and say it in the declaration's values and routes afterwards.");
  const { port = known?.port, health = known?.health } = schema;
  if (chart === undefined && port === undefined) refuse("port", `is missing, and "${name}" is not known here`, didYouMean(name, Object.keys(CATALOGUE)));
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) refuse("port", `is ${String(port)}`, "Use 1 to 65535.");
  if (chart === undefined && health === undefined) refuse("health", "is missing", "Give a path such as /health that answers without a login, or tcp.");
  if (health !== undefined && health !== "tcp" && !health.startsWith("/")) refuse("health", `"${health}" is no path`, "Begin it with /, or say tcp.");
  const host = schema.host === false || schema.host === "false" ? false : typeof schema.host === "string" ? schema.host : undefined;
  if (typeof host === "string" && !LABEL.test(host)) refuse("host", `"${host}" is not a DNS label`, "Name it below the domain, such as photos, or say false for no route.");
  const secrets = schema.secrets ?? known?.secrets;
  for (const secret of secrets ?? []) if (!/^[A-Z][A-Z0-9_]*$/.test(secret)) refuse("secrets", `"${secret}" is no name of an environment variable`, "Write it as ADMIN_TOKEN.");

  const text = declaration({
    ...known,
    name, host, port, health, secrets, // prettier-ignore
    purpose: schema.purpose ?? known?.purpose,
    volumes: schema.volumes === undefined ? known?.volumes : Object.fromEntries(schema.volumes.map(volumeOf)),
    media: chart === undefined ? known?.media : undefined,
    ...(chart === undefined ? { image: await pinned(image ?? "", known?.repository) } : { chart: chartOf(chart) }),
  });

  const [index, root] = [`${services}/${category}/index.ts`, `${services}/index.ts`];
  const [indexText, rootText] = [tree.read(index, "utf8"), tree.read(root, "utf8")];
  const newIndex = indexText === null ? newCategory(category, name) : withService(indexText, name, index);
  const changedRoot = indexText !== null ? undefined : rootText === null ? newRoot(category) : withCategory(rootText, category, root);
  tree.write(`${services}/${category}/${name}.ts`, text);
  tree.write(index, newIndex);
  if (changedRoot !== undefined) tree.write(root, changedRoot);
  return async () => {
    if (schema.skipRender !== true) await render(tree.root, services);
  };
}

/** Files of declarations, from the root of the workspace. */
function declared(tree: Tree, folder: string): string[] {
  if (!tree.exists(folder)) return [];
  return tree.children(folder).flatMap((child) => {
    const path = `${folder}/${child}`;
    if (!tree.isFile(path)) return declared(tree, path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

function categoryOf(category: string | undefined, all: readonly string[], services: string, { newCategory: make = false, name }: ServiceSchema): string {
  const there = [...new Set(all.map((file) => file.slice(services.length + 1, file.lastIndexOf("/"))))].filter((folder) => all.includes(`${services}/${folder}/index.ts`)).sort();
  if (category === undefined) refuse("category", `is missing, and "${name}" is not known here`, there.length === 0 ? "Give one, such as apps/dev-tools." : `There are: ${there.join(", ")}.`);
  if (!/^(core|platform|apps)(\/[a-z][a-z0-9-]*){0,2}$/.test(category)) refuse("category", `"${category}" is in no layer`, "Begin it with core, platform or apps, and put at most two folders below, such as apps/dev-tools.");
  // The first one of all has nothing to be near to.
  if (there.length > 0 && !make && !there.includes(category)) refuse("category", `"${category}" is no folder of services`, `${didYouMean(category, there)} With --newCategory it is made.`);
  return category;
}

function volumeOf(text: string): [string, { size: string; mountPath: string }] {
  const [, volume = "", size = "", mountPath = ""] = /^([a-z0-9-]+):(\d+[KMGT]i):(\/.+)$/.exec(text) ?? [];
  if (volume === "") refuse("volumes", `"${text}" is no volume`, "Write it as name:size:/path, such as data:5Gi:/data.");
  return [volume, { size, mountPath }];
}

function chartOf(text: string): { repoURL: string; name: string; version: string } {
  const [, repoURL = "", name = "", version = ""] = /^((?:https|oci):\/\/.+)\/([a-z0-9-]+)@(v?\d+\.\d+\.\d+\S*)$/.exec(text) ?? [];
  if (repoURL === "") refuse("chart", `"${text}" is no chart with an exact version`, "Write it as https://charts.example.com/name@1.2.3 or oci://registry/path/name@1.2.3.");
  return { repoURL, name, version };
}

/** Runs the render target of the project that the declarations are in, if it has one; the graph knows those that a plugin infers. */
async function render(root: string, services: string): Promise<void> {
  const { nodes } = await createProjectGraphAsync();
  const owner = Object.values(nodes).find(({ data }) => services.startsWith(`${data.root}/`));
  if (owner?.data.targets?.render === undefined) return;
  const { status } = spawnSync("nx", ["run", `${owner.name}:render`], { cwd: root, stdio: "inherit", env: { ...process.env, PATH: `${root}/node_modules/.bin:${process.env.PATH ?? ""}` } });
  if (status !== 0) refuse("the declaration", "is written, and rendering refused it", `Mend it, then run "nx run ${owner.name}:render".`);
}
