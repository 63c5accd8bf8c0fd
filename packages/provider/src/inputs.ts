import { InputPropertyError, Output } from "@pulumi/pulumi";
import { didYouMean } from "@rzp/core";
import { resolve, type PackageSchema, type TypeSpec } from "./schema.ts";

/**
 * Refuses what the schema does not have, and what it needs now and is known only later. What a value means is for the component to check, as in TypeScript.
 *
 * A component decides by its plain arguments what it makes, and they must be there when it decides. Other languages know that only by a word in the schema, and a program
 * in YAML can give an output anywhere.
 */
export function checkInputs(schema: PackageSchema, type: string, inputs: Readonly<Record<string, unknown>>): void {
  const { inputProperties = {}, requiredInputs = [] } = schema.resources[type] ?? {};
  checkObject(schema, "", inputs, inputProperties, requiredInputs);
}

function checkObject(schema: PackageSchema, path: string, value: Readonly<Record<string, unknown>>, known: Readonly<Record<string, TypeSpec>>, required: readonly string[]): void {
  for (const [key, item] of Object.entries(value)) {
    const spec = known[key];
    if (spec === undefined) refuse(join(path, key), `is not known.${didYouMean(key, Object.keys(known))}`);
    else if (item !== undefined) checkValue(schema, join(path, key), item, spec);
  }
  for (const key of required) if (value[key] === undefined) refuse(join(path, key), "is missing");
}

function checkValue(schema: PackageSchema, path: string, value: unknown, spec: TypeSpec): void {
  if (Output.isInstance(value)) {
    if (spec.plain === true) refuse(path, "must be known when the program runs; it comes from another resource, or is a secret");
    return;
  }
  const named = resolve(schema, spec);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkValue(schema, `${path}[${index}]`, item, spec.items ?? {});
  } else if (typeof value === "object" && value !== null) {
    if (named?.properties !== undefined) checkObject(schema, path, value as Record<string, unknown>, named.properties, named.required ?? []);
    else for (const [key, item] of Object.entries(value)) checkValue(schema, join(path, key), item, spec.additionalProperties ?? {});
  } else if (named?.enum !== undefined && !named.enum.some((one) => one.value === value)) {
    refuse(path, `is ${JSON.stringify(value)}. It is one of ${named.enum.map((one) => one.value).join(", ")}`);
  } else if (spec.type !== undefined && !isA(spec.type, value)) {
    refuse(path, `is ${JSON.stringify(value)}, and must be a ${spec.type}`);
  }
}

function isA(type: string, value: unknown): boolean {
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function refuse(propertyPath: string, reason: string): never {
  throw new InputPropertyError({ propertyPath, reason });
}
