/** Every version that is pinned in this repository, read from the declarations and from the files themselves: what Renovate is held against, so nothing of its configuration is used. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECTS } from "@rzp/lab";
import { parse } from "yaml";
import type { Homelab } from "../homelab.ts";
import { folders } from "../render.ts";
import { charts, images } from "./declared.ts";
import { SWEEPS } from "./sweeps.ts";

/** What finds a version, as Renovate calls it; `regex` is what renovate.json5 itself says. */
export type Manager = "regex" | "npm" | "gomod" | "pip-compile" | "dockerfile";

/** One version in one file. An image's is its tag with its digest. */
export interface Pin {
  file: string;
  version: string;
  manager: Manager;
  /** What it is a version of; left out where only the file's text was read. */
  name?: string;
  /** Repository of a chart. */
  from?: string;
}

export interface Sources {
  files: readonly string[];
  read: (file: string) => string;
}

/** Written by `./rzp render`, or made up for tests: nobody has to keep it new. */
const NOT_PINNED = /^(kubernetes|bootstrap|docs\/reference)\/|(^|\/)__(fixtures|snapshots)__\/|\.test(-[a-z]+)?\.ts$/;

/** Files of the repository that people write, as git knows them. */
export function sourcesOf(root: string): Sources {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" }).split("\n");
  const texts = new Map<string, string>();
  const read = (file: string): string => {
    const text = texts.get(file) ?? readFileSync(join(root, file), "utf8");
    texts.set(file, text);
    return text;
  };
  return { files: listed.filter((file) => file !== "" && !NOT_PINNED.test(file)), read };
}

export function pins(home: Homelab, sources: Sources): Pin[] {
  const tree = folders(home);
  const named = [...charts(tree), ...projects(), ...stacks(sources), ...catalogs(sources), ...packages(sources), ...goModules(sources), ...python(sources)];
  const swept = sweep(images(tree), sources);
  // What a declaration has said by name already is the same text.
  const said = new Set(named.map(({ file, version }) => `${file} ${version}`));
  return [...named, ...swept.filter(({ file, version }) => !said.has(`${file} ${version}`))];
}

/** What the lab knows of charts, and the modules with their CRDs. */
function projects(): Pin[] {
  const file = "packages/lab/src/projects.ts";
  return PROJECTS.flatMap(({ chart, module }) => [
    { file, name: chart.name, version: chart.version, manager: "regex" as const },
    ...(module === undefined ? [] : [{ file, name: module.path, version: module.version, manager: "regex" as const }]),
  ]);
}

function stacks({ files, read }: Sources): Pin[] {
  return files.filter((file) => /^apps\/deploy\/Pulumi\.[^.]+\.yaml$/.test(file)).flatMap((file) => {
    const { talos, kubernetes } = (parse(read(file)) as { config: { "homelab:cluster": { talos: string; kubernetes: string } } }).config["homelab:cluster"];
    return [{ file, name: "siderolabs/talos", version: talos, manager: "regex" as const }, { file, name: "ghcr.io/siderolabs/kubelet", version: kubernetes, manager: "regex" as const }];
  });
}

function catalogs({ read }: Sources): Pin[] {
  const file = "pnpm-workspace.yaml";
  const { catalog, catalogs, overrides } = parse(read(file)) as { catalog: Versions; catalogs: Record<string, Versions>; overrides: Versions };
  return [catalog, ...Object.values(catalogs), overrides].flatMap((all) => Object.entries(all).map(([name, version]) => ({ file, name, version: version.replace(/^npm:.+@/, ""), manager: "npm" as const })));
}

type Versions = Readonly<Record<string, string>>;

/** What a package.json pins by itself; in the workspace that is nothing, because the catalog does. */
function packages({ files, read }: Sources): Pin[] {
  return files.filter((file) => /(^|\/)package\.json$/.test(file)).flatMap((file) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file)) as { dependencies?: Versions; devDependencies?: Versions };
    const own = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => /^\d/.test(version));
    return own.map(([name, version]) => ({ file, name, version, manager: "npm" as const }));
  });
}

/** What somebody chose: the modules of the tools, those that are required by name, and replacements, but for those that another project's go.mod dictates. */
function goModules({ files, read }: Sources): Pin[] {
  return files.filter((file) => /(^|\/)go\.mod$/.test(file)).flatMap((file) => {
    const lines = read(file).split("\n").map((line) => line.trim());
    const required = lines.flatMap((line) => {
      const [, name = "", version = "", indirect] = /^(?:require )?(\S+\.\S+) (v\S+)( \/\/ indirect)?$/.exec(line) ?? [];
      return name === "" ? [] : [{ name, version, indirect: indirect !== undefined }];
    });
    const tools = lines.flatMap((line) => /^(?:tool )?(\S+\.\S+\/\S+)$/.exec(line)?.[1] ?? []);
    const chosen = required.filter(({ name, indirect }) => !indirect || tools.some((tool) => tool === name || tool.startsWith(`${name}/`)));
    const replaced = file.includes("/argocd/") ? [] : lines.flatMap((line) => {
      const [, name, version] = /=> (\S+) (v\S+)$/.exec(line) ?? [];
      return name === undefined || version === undefined ? [] : [{ name, version }];
    });
    return [...chosen, ...replaced].map(({ name, version }) => ({ file, name, version, manager: "gomod" as const }));
  });
}

/** What is asked for; requirements.txt is its lock. */
function python({ files, read }: Sources): Pin[] {
  return files.filter((file) => /(^|\/)requirements\.in$/.test(file)).flatMap((file) =>
    read(file).split("\n").flatMap((line) => {
      const [, name, version] = /^([\w.-]+)(==\S+)$/.exec(line) ?? [];
      return name === undefined || version === undefined ? [] : [{ file, name, version, manager: "pip-compile" as const }];
    }),
  );
}

/** What looks like a pin in a text, whether anybody foresaw it or not. */
function sweep(tree: ReadonlyMap<string, string>, { files, read }: Sources): Pin[] {
  const swept = SWEEPS.flatMap(({ of, like, except = {} }) =>
    files.filter((file) => of.test(file)).flatMap((file) =>
      [...read(file).matchAll(like)].flatMap(({ groups = {} }) => {
        const { version, image = "", digest } = groups as Readonly<Record<string, string | undefined>>;
        if (version !== undefined && except[file]?.includes(version) === true) return [];
        return [{ file, manager: isContainerfile(file) ? ("dockerfile" as const) : ("regex" as const), ...(version === undefined ? imageOf(image, digest, tree) : { version }) }];
      }),
    ),
  );
  // An image that the tree has and no file: it is put together from parts, which nothing could follow.
  const texts = new Set(swept.map(({ version }) => version.split("@")[1]));
  return [...swept, ...[...tree].filter(([digest]) => !texts.has(digest)).map(([digest, name]) => ({ file: "kubernetes/", name, version: digest, manager: "regex" as const }))];
}

/** By the tree, where the name stands elsewhere than beside the digest. */
function imageOf(text: string, digest: string | undefined, tree: ReadonlyMap<string, string>): { name: string; version: string } {
  const image = tree.get(digest ?? "") ?? text;
  const colon = image.lastIndexOf(":");
  return { name: image.slice(0, colon), version: [image.slice(colon + 1), digest].filter((part) => part !== undefined).join("@") };
}

function isContainerfile(file: string): boolean {
  return /(^|\/)Containerfile[^/]*$/.test(file);
}
