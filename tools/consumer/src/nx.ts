import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { install, type Pins } from "./outside.ts";
import { CommandError, run } from "./run.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const SERVICES = "apps/deploy/src/services";

/** What the generator writes of a known app into a workspace that has no service yet. */
const WRITTEN: Readonly<Record<string, string>> = {
  [`${SERVICES}/apps/dev-tools/linkding.ts`]: `import { workload } from "@rzp/workload/manifests";

export const linkding = workload({
  purpose: "Keeps bookmarks.",
  upstream: "https://linkding.link",
  image: "docker.io/sissbruecker/linkding:1.45.0@${DIGEST}",
  port: 9090,
  health: "/health",
  volumes: { data: { size: "1Gi", mountPath: "/etc/linkding/data", backup: "daily" } },
});
`,
  [`${SERVICES}/apps/dev-tools/index.ts`]: 'import { category } from "@rzp/workload/manifests";\nimport { linkding } from "./linkding.ts";\n\nexport default category("apps/dev-tools", { linkding });\n',
  [`${SERVICES}/index.ts`]: `/** Every service, by folder; a new folder is a new line here. */
import type { Category } from "@rzp/workload/manifests";
import devTools from "./apps/dev-tools/index.ts";

export const categories: readonly Category[] = [devTools];
`,
};

/** A declaration from before the field was renamed, with all that a rewrite may lose. */
const OLD = `import { helmWorkload } from "@rzp/workload/manifests";

export const gitea = helmWorkload({
    chart: { repoURL: "oci://docker.gitea.com/charts", name: "gitea", version: "12.4.0" }, // exact
  network: { /* its runners ask it */ pods: true, // pods: all of them
  },
});

export const pods = { network: { pods: true } }; // no chart's
`;
const NEW = OLD.replace("ask it */ pods: true", "ask it */ routes: true");
const DECLARATION = "src/gitea.ts";

interface Target {
  cache?: boolean;
  options?: { command?: string };
  configurations?: Record<string, { args?: string }>;
}

/** Uses @rzp/nx in a workspace that has Nx and nothing else of ours, and gives what is wrong, one a line. */
export async function useNx(folder: string, version: string, registry: string, pins: Pins): Promise<string[]> {
  writeWorkspace(folder, version, registry, pins);
  await install(folder);
  return [...(await targets(folder)), ...(await generate(folder)), ...(await migrate(folder, version))];
}

function writeWorkspace(folder: string, version: string, registry: string, pins: Pins): void {
  const files: Readonly<Record<string, string>> = {
    "package.json": JSON.stringify({ name: "elsewhere", private: true, devDependencies: { "@rzp/nx": version, nx: pins("nx") } }),
    "pnpm-workspace.yaml": JSON.stringify({ packages: [], minimumReleaseAgeExclude: ["@rzp/*"], strictDepBuilds: false, strictPeerDependencies: true }),
    ".npmrc": `@rzp:registry=${registry}\n`,
    "nx.json": JSON.stringify({ analytics: false, neverConnectToCloud: true, plugins: ["@rzp/nx/plugin"] }),
    "infra/Pulumi.yaml": "name: infra\nruntime: nodejs\n",
    "infra/Pulumi.production.yaml": "config: {}\n",
    "infra/Pulumi.staging.yaml": "config: {}\n",
    [DECLARATION]: OLD,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** What Nx knows of the program, by its Pulumi.yaml alone. */
async function targets(folder: string): Promise<string[]> {
  const said = await nx(folder, "show", "project", "infra", "--json");
  if (said.failed) return [`@rzp/nx: Nx knows no project infra: ${said.output}`];
  const { targets: found = {} } = JSON.parse(said.output) as { targets?: Record<string, Target> };
  return ["preview", "up", "refresh", "destroy"].flatMap((verb) => {
    const target = found[verb];
    if (target === undefined) return [`@rzp/nx: infra has no target ${verb}, only ${Object.keys(found).join(", ") || "none"}`];
    const stacks = JSON.stringify(Object.entries(target.configurations ?? {}).map(([stack, { args = "" }]) => `${stack}: ${args}`));
    return [
      ...(target.cache === false ? [] : [`@rzp/nx: infra:${verb} may be cached`]),
      ...(target.options?.command === `pulumi ${verb}` ? [] : [`@rzp/nx: infra:${verb} runs ${target.options?.command ?? "nothing"}`]),
      ...(stacks === '["production: --stack production","staging: --stack staging"]' ? [] : [`@rzp/nx: infra:${verb} has the configurations ${stacks}`]),
    ];
  });
}

/** Writes a service, and is asked for the same once more. */
async function generate(folder: string): Promise<string[]> {
  const words = ["generate", "@rzp/nx:service", "linkding", "--image", `1.45.0@${DIGEST}`, "--no-interactive"];
  const first = await nx(folder, ...words);
  if (first.failed) return [`@rzp/nx: the generator of services fails: ${first.output}`];
  const findings = differences(folder, WRITTEN);
  for (const path of globSync("apps/**/*.*", { cwd: folder })) if (!(path in WRITTEN)) findings.push(`@rzp/nx: the generator of services writes ${path}, too`);
  const second = await nx(folder, ...words);
  if (!second.failed || !second.output.includes('name "linkding" is taken')) findings.push(`@rzp/nx: a second service of the same name is not refused: ${second.output}`);
  return [...findings, ...differences(folder, WRITTEN)];
}

/** Upgrades from before the first release: Nx reads in the registry's package which migrations there are, and runs them. */
async function migrate(folder: string, version: string): Promise<string[]> {
  const listed = await nx(folder, "migrate", `@rzp/nx@${version}`, "--from=@rzp/nx@0.1.0", "--interactive=false");
  if (listed.failed) return [`@rzp/nx: nx migrate fails: ${listed.output}`];
  const ran = await nx(folder, "migrate", "--run-migrations", "--interactive=false");
  return ran.failed ? [`@rzp/nx: nx migrate --run-migrations fails: ${ran.output}`] : differences(folder, { [DECLARATION]: NEW });
}

function differences(folder: string, wanted: Readonly<Record<string, string>>): string[] {
  return Object.entries(wanted).flatMap(([path, text]) => {
    if (!existsSync(join(folder, path))) return [`@rzp/nx: ${path} is not written`];
    const found = readFileSync(join(folder, path), "utf8");
    return found === text ? [] : [`@rzp/nx: ${path} reads otherwise than it should: ${JSON.stringify(found)}`];
  });
}

async function nx(folder: string, ...words: string[]): Promise<{ failed: boolean; output: string }> {
  try {
    // Without it, Nx gets its own newest version to migrate with.
    return { failed: false, output: await run(folder, join(folder, "node_modules/.bin/nx"), words, { NX_MIGRATE_USE_LOCAL: "true" }) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { failed: true, output: error.output.trim() };
  }
}
