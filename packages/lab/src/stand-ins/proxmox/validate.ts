import { CHECKS } from "./formats.ts";
import { parsePropertyString } from "./property-string.ts";
import { schemaOf, type Parameters, type Properties, type Schema, type Words } from "./words.ts";

/** How many there are of a numbered parameter. */
const COUNTS: Readonly<Record<string, number>> = { ide: 4, sata: 6, scsi: 31, virtio: 16, net: 32, ipconfig: 32, hostpci: 16, numa: 8, parallel: 3, serial: 4, usb: 14, unused: 256, virtiofs: 10 };

/** The words for a parameter that was sent, looked up as `net0` or as `net[n]`. */
export function wordsFor(parameters: Parameters, name: string): Words | Properties | undefined {
  if (Object.hasOwn(parameters, name)) return parameters[name];
  const [, stem = "", number = ""] = /^([a-z]+)(0|[1-9]\d*)$/.exec(name) ?? [];
  return number !== "" && Number(number) < (COUNTS[stem] ?? 0) ? parameters[`${stem}[n]`] : undefined;
}

const UNKNOWN = "property is not defined in schema and the schema does not allow additional properties";
const MISSING = "property is missing and it is not optional";

/** What is wrong with each parameter, as Proxmox VE says it; empty when all is well. */
export function problemsOf(parameters: Parameters, sent: Readonly<Record<string, string>>): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const [name, value] of Object.entries(sent)) {
    const words = wordsFor(parameters, name);
    const problem = words === undefined ? UNKNOWN : typeof words === "string" ? problemOf(schemaOf(words), value) : propertiesProblem(words, value);
    if (problem !== undefined) problems[name] = problem;
  }
  for (const [name, words] of Object.entries(parameters)) {
    if (typeof words === "string" && schemaOf(words).required && sent[name] === undefined) problems[name] = MISSING;
  }
  return problems;
}

function propertiesProblem(properties: Properties, value: string): string | undefined {
  const parsed = parsePropertyString(properties, value);
  const problems = typeof parsed === "string" ? [parsed] : Object.entries(problemsOf(plain(properties), parsed)).map(([name, problem]) => `${name}: ${problem}`);
  return problems.length === 0 ? undefined : `invalid format - format error\n${problems.join("\n")}\n`;
}

const plain = (properties: Properties): Properties => Object.fromEntries(Object.entries(properties).map(([name, words]) => [name.replace("*", ""), words]));

function problemOf(schema: Schema, value: string): string | undefined {
  if (!TYPES[schema.type].test(value)) return `type check ('${schema.type}') failed - got '${value}'`;
  if (schema.minimum !== undefined && Number(value) < schema.minimum) return `value must have a minimum value of ${schema.minimum}`;
  if (schema.maximum !== undefined && Number(value) > schema.maximum) return `value must have a maximum value of ${schema.maximum}`;
  if (schema.maxLength !== undefined && value.length > schema.maxLength) return `value may only be ${schema.maxLength} characters long`;
  if (schema.choices?.includes(value) === false) return `value '${value}' does not have a value in the enumeration '${schema.choices.join(", ")}'`;
  if (schema.pattern !== undefined && !new RegExp(`^(?:${schema.pattern})$`).test(value)) return "value does not match the regex pattern";
  const problem = schema.format === undefined ? undefined : CHECKS[schema.format]?.(value);
  return problem === undefined ? undefined : `invalid format - ${problem}\n`;
}

const TYPES = {
  boolean: /^(1|on|yes|true|0|off|no|false)$/i,
  integer: /^[+-]?\d+$/,
  number: /^[+-]?\d+(\.\d+)?$/,
  string: /^/,
};

export function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(1|on|yes|true)$/i.test(value);
}
