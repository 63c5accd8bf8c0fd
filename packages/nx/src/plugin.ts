/** Infers the targets of a Pulumi program from its Pulumi.yaml. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createNodesFromFiles, type CreateNodes, type CreateNodesContext, type CreateNodesResult, type ProjectConfiguration, type TargetConfiguration } from "@nx/devkit";
import { parse } from "yaml";

/** A verb of a program's own command, beyond those that the engine has. */
export interface Verb {
  /** What is said to the command. @default the name of the target */
  run?: string;
  /** Whether it takes `--stack`. @default true */
  stacks?: boolean;
  /**
   * Globs of files outside the program's folder that decide what it says, such as `kubernetes/**`; from the root of the workspace. With them a change there affects the
   * program, and what it said is cached: leave them out for a verb that reads anything else, such as a cluster. @default none, and nothing is cached
   */
  reads?: readonly string[];
}

/** Options of the plugin in nx.json. */
export interface PulumiOptions {
  /** What is run in the program's folder, before a verb. @default "pulumi" */
  command?: string;
  /** Verbs that the command has beyond preview, up, refresh and destroy, by target. @default none */
  verbs?: Readonly<Record<string, Verb>>;
  /** Globs of files outside the program's folder whose change affects it, though no verb reads them, such as `.harness/**`. @default none */
  affectedBy?: readonly string[];
}

/** What changes or reads the state. `pulumi` asks before it changes something, and Nx's tasks have nobody to ask: the answer is handed in, as in `-- --yes`. */
const ENGINE: Readonly<Record<string, string>> = {
  preview: "Says what the engine would do",
  up: "Does it",
  refresh: "Reads what is there into the state",
  destroy: "Takes everything down",
};

const PROJECT_FILES = "**/Pulumi.{yaml,yml}";

/** Stacks are beside the project file or in `stackConfigDir`, one file each. */
const STACK_FILE = /^Pulumi\.(.+)\.ya?ml$/;

export const name = "@rzp/nx/plugin";

export const createNodes: CreateNodes<PulumiOptions> = [PROJECT_FILES, inferAll];

function inferAll(files: readonly string[], options: PulumiOptions | undefined, context: CreateNodesContext): ReturnType<typeof createNodesFromFiles> {
  return createNodesFromFiles((file, given) => infer(file, given ?? {}, context), files, options ?? {}, context);
}

function infer(file: string, options: PulumiOptions, { workspaceRoot }: CreateNodesContext): CreateNodesResult {
  const root = dirname(file);
  const folder = join(workspaceRoot, root);
  const project = readProject(file, readFileSync(join(workspaceRoot, file), "utf8"));
  const stacks = stacksOf(readdirIfThere(join(folder, project.stackConfigDir ?? ".")));
  const named = ["package.json", "project.json"].some((other) => existsSync(join(folder, other)));
  return { projects: { [root]: { ...(named ? {} : { name: project.name }), ...pulumiProject(root, stacks, options) } } };
}

/** What is of interest in a project file; a broken one is told with its name, and affects no other project. */
export function readProject(file: string, text: string): { name: string; stackConfigDir?: string } {
  const project = yamlOf(file, text);
  if (typeof project?.name !== "string") throw new Error(`${file} has no name. Pulumi wants one: "name: ${basename(dirname(file))}".`);
  return { name: project.name, ...(typeof project.stackConfigDir === "string" ? { stackConfigDir: project.stackConfigDir } : {}) };
}

function yamlOf(file: string, text: string): { name?: unknown; stackConfigDir?: unknown } | null {
  try {
    return parse(text) as { name?: unknown; stackConfigDir?: unknown } | null;
  } catch (error) {
    throw new Error(`${file} is not YAML: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

export function stacksOf(files: readonly string[]): string[] {
  return files.flatMap((file) => STACK_FILE.exec(file)?.[1] ?? []).sort();
}

/** The targets of a program with these stacks; pure. */
export function pulumiProject(root: string, stacks: readonly string[], { command = "pulumi", verbs = {}, affectedBy = [] }: PulumiOptions = {}): Omit<ProjectConfiguration, "root"> {
  const target = (words: string, rest: Partial<TargetConfiguration>, perStack: readonly string[] = stacks): TargetConfiguration => ({
    executor: "nx:run-commands",
    options: { command: `${command} ${words}`, cwd: root },
    ...(perStack.length === 0 ? {} : { configurations: Object.fromEntries(perStack.map((stack) => [stack, { args: `--stack ${stack}` }])) }),
    ...rest,
  });
  // Nothing is cached by them: Nx looks at the inputs of all targets to tell which project a file outside of every project belongs to.
  const inputs = ["default", "^default", ...rooted(affectedBy)];
  const wrong = Object.keys(verbs).find((verb) => Object.hasOwn(ENGINE, verb));
  if (wrong !== undefined) throw new Error(`verbs of @rzp/nx/plugin in nx.json: "${wrong}" is a verb of the engine, and what holds the state is never cached. Leave it out, every program has it.`);
  // Nx has no lock of one stack: nothing else runs beside a task that holds its state.
  const engine = Object.entries(ENGINE).map(([verb, description]) => [verb, target(verb, { cache: false, parallelism: false, inputs, metadata: described(description) })] as const);
  const own = Object.entries(verbs).map(([verb, { run = verb, stacks: takesStack = true, reads }]) => {
    const all = ["default", "^default", ...rooted(reads ?? [])];
    return [verb, target(run, { cache: reads !== undefined, inputs: all, metadata: described(`Runs "${command.split(" ")[0] ?? ""} ... ${run}"`) }, takesStack ? stacks : [])] as const;
  });
  return { targets: Object.fromEntries([...engine, ...own]), metadata: { technologies: ["pulumi"] } };
}

function described(description: string): { description: string; technologies: string[] } {
  return { description, technologies: ["pulumi"] };
}

function rooted(globs: readonly string[]): string[] {
  return globs.map((glob) => `{workspaceRoot}/${glob}`);
}

function readdirIfThere(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
