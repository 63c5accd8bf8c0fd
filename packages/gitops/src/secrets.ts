import type { KubernetesObject } from "@rzp/core";

/** Why a Secret has no place in the tree; it follows "is" or "holds". */
export const NO_SECRETS =
  "a Secret, and what is rendered is committed. Declare an ExternalSecret and keep the values in the secret store; what must exist before that works is made by the bootstrap.";

/** In any casing and any group: `kind: secret` would be refused by the API server, after it had been committed. */
export function isSecret(kind: string): boolean {
  return /^secret(list)?$/i.test(kind.trim());
}

/** Whether an object's YAML may hold a Secret at all: a look at every word of it costs more than the writing. */
export function mayHoldSecret(yaml: string): boolean {
  return /kind\W{1,9}secret/i.test(yaml);
}

/** Secrets inside another object, as objects (a chart's values) or as YAML or JSON in a text (a chart's `extraDeploy`, a file of a ConfigMap): as readable in git as any other. */
export function embeddedSecrets(object: KubernetesObject): string[] {
  // The schema of a custom resource describes what others hold, and its descriptions show examples.
  return object.kind === "CustomResourceDefinition" ? [] : secretsIn(object, "");
}

function secretsIn(value: unknown, path: string): string[] {
  if (typeof value === "string") return textHoldsSecret(value) ? [`${path.slice(1)} holds ${NO_SECRETS}`] : [];
  if (typeof value !== "object" || value === null) return [];
  const own = isWholeSecret(value) ? [`${path.slice(1)} is ${NO_SECRETS}`] : [];
  return [...own, ...Object.entries(value).flatMap(([name, field]) => secretsIn(field, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`))];
}

/** A kind alone is a reference to a Secret; with values it is one. */
function isWholeSecret(value: object): boolean {
  return "kind" in value && isSecret(String(value.kind)) && ("data" in value || "stringData" in value);
}

const KIND = /^(\s*(?:-\s+)*)["']?kind["']?\s*:\s*["']?secret(?:list)?["']?\s*(?:#.*)?$/i;
const VALUES = /^(\s*(?:-\s+)*)["']?(?:data|stringData|items)["']?\s*:/;
const FLOW_KIND = /[{,]\s*["']?kind["']?\s*:\s*["']?secret(?:list)?["']?\s*(?:#.*\s*)?[,}]/i;
const FLOW_VALUES = /[{,]\s*["']?(?:data|stringData|items)["']?\s*:/;
/** A template's action, such as `{{- if .Values.on }}`; over several lines, as comments are, where it holds no braces. */
const ACTION = /\{\{(?:[^{}]*|.*?)\}\}/g;

/**
 * What is no JSON is looked at by lines and by braces instead of parsed: most such texts are templates, which no YAML parser reads. It is looked at with
 * the templates' actions and without: they stand in any column, and begin as a mapping in braces does.
 */
function textHoldsSecret(text: string): boolean {
  return jsonHoldsSecret(text) ?? [text, text.replace(ACTION, "")].some((yaml) => blockHoldsSecret(yaml) || flowHoldsSecret(yaml));
}

/** Undefined for what is not one JSON document. */
function jsonHoldsSecret(text: string): boolean | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return secretsIn(JSON.parse(text), "").length > 0;
  } catch {
    return undefined;
  }
}

/** Values count when they stand in the same mapping as the kind. */
function blockHoldsSecret(text: string): boolean {
  const lines = text.split(/\r?\n/);
  return lines.some((line, index) => {
    const column = KIND.exec(line)?.[1]?.length;
    return column !== undefined && mappingAround(lines, index, column).some((other) => VALUES.exec(other)?.[1]?.length === column);
  });
}

/** The same for mappings in braces, from the innermost outwards: one that is none is taken for a plain value of the mapping around it. */
function flowHoldsSecret(text: string): boolean {
  const inner = text.match(/\{[^{}]*\}/g);
  if (inner === null) return false;
  return inner.some((mapping) => FLOW_KIND.test(mapping) && FLOW_VALUES.test(mapping)) || flowHoldsSecret(text.replace(/\{[^{}]*\}/g, "~"));
}

/** The lines of the mapping that has a key in this line and column. */
function mappingAround(lines: readonly string[], index: number, column: number): string[] {
  const begins = (line: string): boolean => indentOf(line) < column || line.startsWith("---");
  const isEmpty = (line: string): boolean => line.trim() === "";
  const after = lines.slice(index + 1).findIndex((line) => !isEmpty(line) && begins(line));
  const end = after < 0 ? lines.length : index + 1 + after;
  // The first key of a list's item stands behind its dash, which is further left than the others.
  const start = lines.slice(0, index + 1).findLastIndex((line) => !isEmpty(line) && begins(line));
  return lines.slice(Math.max(start, 0), end);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
