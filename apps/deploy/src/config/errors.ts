import { didYouMean, nearest } from "@rzp/core";
import { isMap, LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import type { Mistake } from "./rules.ts";

/** Configuration that cannot be used: every mistake with its place. Its message is what a person reads; no stack is shown. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly mistakes: readonly Mistake[];

  constructor(source: string, mistakes: readonly Mistake[], place: (path: Mistake["path"]) => string) {
    super([`${source} cannot be used:`, ...mistakes.map(({ path, message }) => `  ${place(path)} ${message}`)].join("\n"));
    this.mistakes = mistakes;
  }
}

/** Zod's issues in our words; an unknown key becomes one mistake a key, with the nearest known one. */
export function toMistakes(error: z.ZodError, schema: z.ZodType, values: unknown): Mistake[] {
  return error.issues.flatMap((issue): Mistake[] => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    switch (issue.code) {
      case "unrecognized_keys": {
        const known = keysAt(schema, path);
        return issue.keys.map((key) => ({ path: [...path, key], message: `is not a known key. ${didYouMean(key, known)}` }));
      }
      case "invalid_type":
        return [{ path, message: valueAt(values, path) === undefined ? "is missing" : `must be ${article(issue.expected)}, not ${shown(valueAt(values, path))}` }];
      case "invalid_value": {
        const allowed = issue.values.map(String);
        const value = String(valueAt(values, path));
        const hint = nearest(value, allowed);
        return [{ path, message: `must be one of ${allowed.join(", ")}, not "${value}"${hint === undefined ? "" : `. Did you mean "${hint}"?`}` }];
      }
      case "invalid_key":
        return [{ path, message: issue.issues[0]?.message ?? "is not a valid name" }];
      case "too_small":
        return [{ path, message: issue.origin === "number" || issue.origin === "int" ? `is ${shown(valueAt(values, path))}; the least is ${issue.minimum}` : issue.message }];
      case "too_big":
        return [{ path, message: `is ${shown(valueAt(values, path))}; the most is ${issue.maximum}` }];
      default: {
        const value = valueAt(values, path);
        return [{ path, message: value === undefined ? "is missing" : `${shown(value)} ${issue.message}` }];
      }
    }
  });
}

/** A parsed stack file: its values, and where each of them stands. */
export interface StackFile {
  values: Record<string, unknown>;
  place: (path: Mistake["path"]) => string;
}

/** Reads `config:` of a stack file without its namespace; broken YAML, doubled keys and foreign namespaces are mistakes with their line. */
export function readStackFile(source: string, text: string, namespace: string, known: readonly string[]): StackFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const at = (offset: number): string => `line ${lines.linePos(offset).line}:`;

  const [broken] = document.errors;
  if (broken !== undefined) {
    const summary = broken.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? broken.message;
    throw new ConfigError(source, [{ path: [], message: `is not valid YAML: ${summary}` }], () => at(broken.pos[0]));
  }
  const config = document.get("config");
  if (!isMap(config)) throw new ConfigError(source, [{ path: [], message: "has no `config:` with the stack's values" }], () => "line 1:");

  const place = (path: Mistake["path"]): string => `${at(offsetOf(document, namespace, path))} ${show(path)}`;
  const values: Record<string, unknown> = {};
  const foreign: Mistake[] = [];
  for (const [key, value] of Object.entries(config.toJSON() as Record<string, unknown>)) {
    if (key.startsWith(`${namespace}:`)) values[key.slice(namespace.length + 1)] = value;
    else if (!key.includes(":") || nearest(key.split(":")[0] ?? "", [namespace]) !== undefined) {
      const bare = key.split(":").at(-1) ?? key;
      foreign.push({ path: [key], message: `has the wrong prefix; write ${namespace}:${nearest(bare, known) ?? bare}` });
    }
  }
  if (foreign.length > 0) throw new ConfigError(source, foreign, ([key]) => `${at(offsetOf(document, undefined, [key ?? ""]))} ${String(key)}`);
  return { values, place };
}

export function show(path: Mistake["path"]): string {
  return path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`), "");
}

/** Offset of the deepest part of the path that exists; the key's own where it does, so that an unknown key is shown where it was written. */
function offsetOf(document: Document, namespace: string | undefined, path: Mistake["path"]): number {
  const [first, ...rest] = path;
  const parts = ["config", ...(first === undefined ? [] : [namespace === undefined ? first : `${namespace}:${first}`]), ...rest];
  for (let length = parts.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(parts.slice(0, length - 1), true);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => String(key) === String(parts[length - 1]));
      const range = (pair?.key as { range?: [number, number, number] } | undefined)?.range;
      if (range !== undefined) return range[0];
    }
    const node = document.getIn(parts.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range !== undefined) return node.range[0];
  }
  return 0;
}

function keysAt(schema: z.ZodType, path: Mistake["path"]): string[] {
  const inner = path.reduce<z.ZodType | undefined>((type, part) => child(unwrap(type), part), schema);
  const type = unwrap(inner);
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}

function child(type: z.ZodType | undefined, part: string | number): z.ZodType | undefined {
  if (type instanceof z.ZodObject) return (type.shape as Record<string, z.ZodType>)[part];
  if (type instanceof z.ZodRecord) return type.valueType as z.ZodType;
  return undefined;
}

function unwrap(type: z.ZodType | undefined): z.ZodType | undefined {
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault ? unwrap(type.unwrap() as z.ZodType) : type;
}

function valueAt(values: unknown, path: Mistake["path"]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string | number, unknown> | undefined)?.[part], values);
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value);
}

const ARTICLES: Record<string, string> = { int: "a whole number", number: "a number", string: "a string", boolean: "true or false", object: "a map", record: "a map", array: "a list" };

function article(expected: string): string {
  return ARTICLES[expected] ?? expected;
}
