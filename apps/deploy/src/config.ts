/** The only reader of stack configuration: one schema, two sources (the engine and the file), and errors that name line and path. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { didYouMean } from "@rzp/core";
import { parse } from "yaml";
import { ConfigError, readStackFile, show, toMistakes, type StackFile } from "./config/errors.ts";
import { overridesOf } from "./config/overrides.ts";
import { crossCheck } from "./config/rules.ts";
import { stackSchema, type Stack } from "./config/schema.ts";
import { categories } from "./services/index.ts";

export { ConfigError } from "./config/errors.ts";
export type { Stack } from "./config/schema.ts";

/** Name of the Pulumi project, and so the prefix of every key. */
export const PROJECT = "homelab";
/** Folder of the deploy app: where `Pulumi.yaml` and the stacks' files are. */
export const APP = resolve(import.meta.dirname, "..");

/** Values that a run needs and that never stand in a file: readSecrets puts them into its environment. */
export const RUNTIME_SECRETS = ["PROXMOX_VE_API_TOKEN", "CLOUDFLARE_API_TOKEN", "ESO_INFISICAL_CLIENT_ID", "ESO_INFISICAL_CLIENT_SECRET", "GIT_USERNAME", "GIT_TOKEN"] as const;

/** The stack as its file says, for everything that needs no engine. */
export function loadStack(name: string, directory: string = APP): Stack {
  const file = `Pulumi.${name}.yaml`;
  return parseStack(file, readText(directory, file, name));
}

/** Where a stack's file puts Talos' image factory, which is a setting of the engine's own provider; undefined where that is at Talos. */
export function imageFactoryOf(name: string, directory: string = APP): string | undefined {
  const { config } = parse(readText(directory, `Pulumi.${name}.yaml`, name)) as { config?: Record<string, unknown> };
  const url = config?.["talos:imageFactoryUrl"];
  return typeof url === "string" ? url : undefined;
}

/** Checked configuration from the text of a stack file. */
export function parseStack(source: string, text: string): Stack {
  return check(source, readStackFile(source, text, PROJECT, Object.keys(stackSchema.shape)));
}

/** Checked configuration from what the engine hands a program: `homelab:network` to its JSON or plain text. */
export function engineStack(config: Readonly<Record<string, string>>): Stack {
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${PROJECT}:`));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice(PROJECT.length + 1), plain(key, value)]));
  return check("the stack's configuration", { values, place: (path) => `${PROJECT}:${show(path)}` });
}

/** The configuration of a stack file in the form the engine hands it to a program. */
export function engineConfig(stack: Stack): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stack).map(([key, value]) => [`${PROJECT}:${key}`, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** The values of {@link RUNTIME_SECRETS}, by name. */
export type RuntimeSecrets = Readonly<Record<(typeof RUNTIME_SECRETS)[number], string>>;

/** Every value of the run at once, from the environment: all that are missing are named together, and no content is ever told. */
export function runtimeSecrets(environment: NodeJS.ProcessEnv = process.env): RuntimeSecrets {
  const missing = RUNTIME_SECRETS.filter((name) => (environment[name] ?? "") === "");
  const message = "is not set; run under Infisical (see bootstrap/argocd/README.md) or set it";
  if (missing.length > 0) throw new ConfigError("the environment", missing.map((name) => ({ path: [name], message })), show);
  return Object.fromEntries(RUNTIME_SECRETS.map((name) => [name, environment[name]])) as RuntimeSecrets;
}

function check(source: string, { values, place }: StackFile): Stack {
  const parsed = stackSchema.safeParse(values);
  if (!parsed.success) throw new ConfigError(source, toMistakes(parsed.error, stackSchema, values), place);
  const stack = inOrder(parsed.data);
  const mistakes = [...crossCheck(stack), ...overridesOf(stack, categories).mistakes];
  if (mistakes.length > 0) throw new ConfigError(source, mistakes, place);
  return stack;
}

// The engine keeps maps without their order and hands them over sorted by bytes (cp-10 before cp-2), a file as it was written. Here order has a
// meaning: etcd is started on the first control plane, and machines wait for one another.
function inOrder(stack: Stack): Stack {
  return { ...stack, machines: byName(stack.machines), proxmox: { ...stack.proxmox, hosts: byName(stack.proxmox.hosts) } };
}

function byName<T>(record: Record<string, T>): Record<string, T> {
  const { compare } = new Intl.Collator("en", { numeric: true });
  // The second comparison is for cp-1 and cp-01, which are two names and one number.
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => compare(a, b) || (a < b ? -1 : 1)));
}

function readText(directory: string, file: string, name: string): string {
  try {
    return readFileSync(join(directory, file), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const stacks = readdirSync(directory).flatMap((entry) => /^Pulumi\.(.+)\.yaml$/.exec(entry)?.[1] ?? []);
    throw new ConfigError(`stack "${name}"`, [{ path: [], message: `has no file ${file}. ${didYouMean(name, stacks)}` }], () => "");
  }
}

// The engine hands over structured values as JSON and everything else as text.
function plain(key: string, value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new ConfigError("the stack's configuration", [{ path: [key], message: "is not valid JSON, as structured values are handed over" }], show);
  }
}
