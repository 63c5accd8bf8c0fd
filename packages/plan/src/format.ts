import pc from "picocolors";
import type { RecordedLog, RecordedResource, Recording } from "./recording.ts";
import { isProvider, packageOf, urnName } from "./urn.ts";
import { isPlainObject, Secret, Unknown, type RecordedValue } from "./values.ts";
import { cut, fieldLines, text } from "./yaml.ts";

/** How {@link formatRecording} writes. */
export interface FormatOptions {
  /** Colours for a terminal; the caller knows whether it is one and what NO_COLOR says. @default false */
  color?: boolean;
  /** Every input in full, multi-line texts included. @default false */
  full?: boolean;
  /** Columns. @default 100 */
  width?: number;
}

type Colors = ReturnType<typeof pc.createColors>;

/** Inputs of one resource, in lines, unless everything is wanted. */
const INPUT_LINES = 8;

/** The recording as a tree for a terminal. Secrets are masked. */
export function formatRecording(recording: Recording, options: FormatOptions = {}): string {
  const { color = false, full = false, width = 100 } = options;
  const colors = pc.createColors(color);
  const [root, ...others] = recording.resources;
  const context: Context = { colors, full, width: Math.max(width, 40), children: Map.groupBy(others, ({ parent }) => parent) };
  return [
    `${colors.bold(`${text(recording.project)}/${text(recording.stack)}`)}  ${colors.dim("recorded offline by the monitor, not the engine")}`,
    colors.dim(`Pulumi SDK ${recording.sdkVersion}; no state was read and no provider asked: what the program wants, not what would change.`),
    "",
    ...childLines(root?.urn, "", context),
    ...section("outputs", fieldLines(recording.stackOutputs, { width: context.width - 2, full }).map((line) => paint(line, colors)), colors),
    ...section("functions called", invokeLines(recording, colors), colors),
    ...section("log", recording.logs.map((log) => logLine(log, context)), colors),
    "",
    ...summary(recording, others, colors),
    "",
  ].join("\n"); // prettier-ignore
}

interface Context {
  colors: Colors;
  full: boolean;
  width: number;
  children: Map<string | undefined, RecordedResource[]>;
}

function childLines(parent: string | undefined, prefix: string, context: Context): string[] {
  const { colors, children } = context;
  const siblings = children.get(parent) ?? [];
  return siblings.flatMap((resource, index) => {
    const last = index === siblings.length - 1;
    const [branch, trunk] = last ? ["└─ ", "   "] : ["├─ ", "│  "];
    const below = childLines(resource.urn, prefix + trunk, context);
    const detailPrefix = prefix + trunk + (below.length > 0 ? "│  " : "   ");
    const details = detailLines(resource, context.width - detailPrefix.length, context);
    // Air around what has children, so that the eye finds where a component ends.
    const gap = prefix === "" && below.length > 0 && !last ? [colors.dim("│")] : [];
    return [colors.dim(prefix + branch) + title(resource, colors), ...details.map((line) => colors.dim(detailPrefix) + line), ...below, ...gap];
  });
}

function title(resource: RecordedResource, colors: Colors): string {
  const { provider } = resource;
  const marks = [
    resource.protect ? colors.yellow("protected") : "",
    resource.read ? colors.blue(`read ${text(resource.importId ?? "")}`) : resource.importId === undefined ? "" : colors.blue(`import ${text(resource.importId)}`),
    provider === undefined || provider.default ? "" : colors.dim(`via ${text(provider.name)}`),
  ].filter((mark) => mark !== "");
  return [colors.bold(text(resource.name)), (resource.custom ? colors.cyan : colors.magenta)(text(shortType(resource.type))), ...marks].join("  ");
}

/** `talos:machine:Secrets` for `talos:machine/secrets:Secrets`, as the engine shows types. */
function shortType(type: string): string {
  const [pkg, module, name] = type.split(":");
  if (pkg === undefined || module === undefined || name === undefined) return type;
  const [folder, file] = module.split("/");
  return file?.toLowerCase() === name.toLowerCase() ? [pkg, folder, name].join(":") : type;
}

function detailLines(resource: RecordedResource, width: number, { colors, full }: Context): string[] {
  const note = (label: string, words: readonly string[]): string[] =>
    words.length === 0 ? [] : [colors.dim(full ? `${label} ${words.join(", ")}` : cut(`${label} ${words.join(", ")}`, width))];
  const names = (urns: readonly string[]): string[] => urns.map((urn) => text(urnName(urn)));
  const inputs = fieldLines(resource.inputs, { width, full });
  const hidden = full ? 0 : inputs.length - INPUT_LINES;
  const shown = hidden > 1 ? inputs.slice(0, INPUT_LINES) : inputs;
  return [
    ...note("after", names(resource.dependencies)),
    ...note("formerly", full ? resource.aliases.map(text) : [...new Set(names(resource.aliases))].filter((name) => name !== text(resource.name))),
    ...note("with", optionWords(resource)),
    ...shown.map((line) => paint(line, colors)),
    ...(hidden > 1 ? [colors.dim(`… ${hidden} more lines`)] : []),
  ];
}

function optionWords(resource: RecordedResource): string[] {
  const list = (label: string, items: readonly string[]): string => (items.length === 0 ? "" : `${label}(${items.map(text).join(", ")})`);
  return [
    list("ignoreChanges", resource.ignoreChanges),
    list("replaceOnChanges", resource.replaceOnChanges),
    list("secretOutputs", resource.additionalSecretOutputs),
    list("hideDiffs", resource.hideDiffs),
    list("replaceWith", resource.replaceWith.map(urnName)),
    list("timeouts", Object.entries(resource.customTimeouts).map(([key, value]) => `${key} ${value}`)),
    resource.deleteBeforeReplace === true ? "deleteBeforeReplace" : "",
    resource.retainOnDelete ? "retainOnDelete" : "",
    resource.deletedWith === undefined ? "" : `deletedWith(${text(urnName(resource.deletedWith))})`,
  ].filter((word) => word !== ""); // prettier-ignore
}

function paint(line: string, colors: Colors): string {
  const keys = line.replaceAll(/(^ *(?:- )?|· )([^\s:·{}[\]]+:)(?= |$)/g, (_, before: string, key: string) => before + colors.dim(key));
  return keys.replaceAll(/\[secret\]/g, colors.red("[secret]")).replaceAll(/\[unknown\]/g, colors.yellow("[unknown]"));
}

function section(name: string, lines: readonly string[], colors: Colors): string[] {
  return lines.length === 0 ? [] : ["", colors.bold(name), ...lines.map((line) => `  ${line}`)];
}

function invokeLines({ invokes }: Recording, colors: Colors): string[] {
  return [...Map.groupBy(invokes, ({ token, answered }) => `${text(shortType(token))}${answered ? "" : colors.yellow("  not answered: [unknown]")}`)].map(
    ([line, calls]) => (calls.length === 1 ? line : `${line}  ${colors.dim(`${calls.length} times`)}`),
  );
}

function logLine({ severity, message, urn }: RecordedLog, { colors, full, width }: Context): string {
  const about = urn === undefined ? "" : `${text(urnName(urn))}: `;
  const line = `${severity === "warning" ? "warning: " : ""}${about}${message.split("\n").map(text).join(" ")}`;
  return (severity === "warning" ? colors.yellow : String)(full ? line : cut(line, width - 2));
}

function summary(recording: Recording, resources: readonly RecordedResource[], colors: Colors): string[] {
  const made = resources.filter(({ custom, read, type }) => custom && !read && !isProvider(type));
  const components = resources.filter(({ custom }) => !custom).length;
  const packages = [...Map.groupBy(made, ({ provider, type }) => provider?.package ?? packageOf(type))].sort(([, a], [, b]) => b.length - a.length);
  const values = [recording.stackOutputs, ...recording.resources.map(({ inputs }) => inputs)];
  const read = resources.filter((resource) => resource.read).length;
  const counts = [
    ...(read === 0 ? [] : [`${read} only read`]),
    plural(components, "component"),
    `${resources.filter((resource) => resource.protect).length} protected`,
    `${plural(count(values, (value) => value instanceof Secret), "secret")} masked`,
    `${count(values, (value) => value instanceof Unknown)} unknown until made`,
  ];
  return [
    `${colors.bold(plural(made.length, "resource"))}: ${packages.map(([name, { length }]) => `${length} ${text(name)}`).join(", ")}; ${counts.join(", ")}`,
    colors.dim(`providers: ${providerWords(resources).join(", ")}`),
  ];
}

function providerWords(resources: readonly RecordedResource[]): string[] {
  const used = new Map(resources.flatMap(({ provider }) => (provider === undefined ? [] : [[provider.urn, provider] as const])));
  return [...used.values()]
    .map((provider) => `${text(provider.package)}${provider.version === "" ? "" : ` ${text(provider.version)}`} (${provider.default ? "default" : text(provider.name)})`)
    .sort();
}

function count(values: readonly RecordedValue[], matches: (value: RecordedValue) => boolean): number {
  let found = 0;
  for (const value of values) {
    if (matches(value)) found++;
    else if (Array.isArray(value)) found += count(value, matches);
    else if (isPlainObject(value)) found += count(Object.values(value), matches);
  }
  return found;
}

function plural(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
