/** A value that has no place in a manifest; `path` says where it stands. */
export class NotJson extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * YAML of a plain JSON value that every reader takes for the same value, YAML 1.1 readers such as Argo CD's included.
 *
 * The same value gives the same bytes: keys sorted by code unit at every level, two spaces, block style, no anchors, no folding. Whatever is not
 * obviously a string is quoted, so `on`, `08`, `1e3`, `0x1`, `12:30` and dates stay strings. Undefined fields are left out, as JSON leaves them out.
 *
 * Written here, not taken from a library, because it is half of what rendering costs; two libraries judge it in the tests.
 */
export function toYaml(value: object): string {
  out = "";
  trail.length = 0;
  if (Array.isArray(value)) sequence(value, "", false);
  else mapping(value as Record<string, unknown>, "", false);
  return `${out.slice(1)}\n`;
}

// What has been written, and the way to the field in hand: one pair for all levels, because arguments and returned strings would double the time.
let out = "";
const trail: (string | number)[] = [];

/** Writes what follows `key:` or `-`. An object that follows a dash begins on its line. */
function block(value: unknown, indent: string, afterDash: boolean): void {
  if (typeof value === "string") out += ` ${scalar(value, indent)}`;
  else if (typeof value === "number") out += ` ${number(value)}`;
  else if (typeof value === "boolean" || value === null) out += ` ${value}`;
  else if (Array.isArray(value)) sequence(value, indent, afterDash);
  else if (typeof value === "object") mapping(value as Record<string, unknown>, indent, afterDash);
  else refuse(value === undefined ? "is undefined" : `is a ${typeof value}`);
}

function mapping(value: Record<string, unknown>, indent: string, afterDash: boolean): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) refuse(`is a ${value.constructor.name}, not plain data`);
  if (indent.length > MAX_INDENT) refuse("is nested too deep, or contains itself");
  let lead = afterDash ? " " : `\n${indent}`;
  const inner = `${indent}  `;
  const length = out.length;
  for (const name of Object.keys(value).sort()) {
    const field = value[name];
    if (field === undefined) continue;
    trail.push(name);
    out += `${lead}${key(name)}:`;
    block(field, inner, false);
    trail.pop();
    lead = `\n${indent}`;
  }
  if (out.length === length) out += " {}";
}

function sequence(value: readonly unknown[], indent: string, afterDash: boolean): void {
  if (value.length === 0) out += " []";
  if (indent.length > MAX_INDENT) refuse("is nested too deep, or contains itself");
  const inner = `${indent}  `;
  for (let index = 0; index < value.length; index++) {
    trail.push(index);
    out += afterDash && index === 0 ? " -" : `\n${indent}-`;
    block(value[index], inner, true);
    trail.pop();
  }
}

const MAX_INDENT = 400;

function refuse(message: string): never {
  const path = trail.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`), "");
  throw new NotJson(path, message);
}

function number(value: number): string {
  if (!Number.isFinite(value)) refuse(`is ${value}`);
  return Object.is(value, -0) ? "0" : String(value);
}

const keys = new Map<string, string>();

function key(name: string): string {
  let text = keys.get(name);
  if (text === undefined) {
    text = isPlain(name) ? name : quoted(name);
    keys.set(name, text);
  }
  return text;
}

function scalar(value: string, indent: string): string {
  if (isPlain(value)) return value;
  return isLiteral(value) ? literal(value, indent) : quoted(value);
}

/** Begins with a letter or a slash and has nothing that YAML could take for more than text; or a Kubernetes quantity or duration. */
const PLAIN = /^(?:[A-Za-z/](?:[\w./@+=-]|:(?=[\w./@-])|,? (?=[\w./@]))*|\d+(?:m|s|h|[KMGT]i))$/;
/** Words that YAML 1.1 takes for a boolean or for nothing. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

function isPlain(value: string): boolean {
  return PLAIN.test(value) && !(value.length <= 5 && WORDS.test(value));
}

/** Several printable lines, none with spaces at its end, none but the last empty at an edge: what a literal block keeps byte for byte. */
const LITERAL = /^[!-~][^\r\p{C}\u0085\u00a0\u2028\u2029]*(?:\n+[^\r\p{C}\u0085\u00a0\u2028\u2029]+)*\n?$/u;

function isLiteral(value: string): boolean {
  return value.includes("\n") && LITERAL.test(value) && !/[ \t](?:\n|$)|\n\t/.test(value);
}

function literal(value: string, indent: string): string {
  const ends = value.endsWith("\n");
  const lines = (ends ? value.slice(0, -1) : value).split("\n").map((line) => (line === "" ? "" : indent + line));
  return `${ends ? "|" : "|-"}\n${lines.join("\n")}`;
}

function quoted(value: string): string {
  if (!value.isWellFormed()) refuse("has half of a surrogate pair, which no file can hold");
  // JSON leaves these as they are; YAML readers refuse them or take them for line breaks.
  return JSON.stringify(value).replace(/[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
