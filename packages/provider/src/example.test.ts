import { readFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkInputs } from "./inputs.ts";
import { schema } from "./index.ts";

interface Program {
  resources: Record<string, { type: string; properties: Record<string, unknown> }>;
  outputs: Record<string, string>;
}

const program = parse(readFileSync(join(import.meta.dirname, "../examples/yaml/Pulumi.yaml"), "utf8")) as Program;

/** A text with `${...}` in it is known when Pulumi says so, which is later. */
function evaluated(value: unknown): unknown {
  if (typeof value === "string") return value.includes("${") ? output(value) : value;
  if (Array.isArray(value)) return value.map(evaluated);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluated(item)])) : value;
}

describe("the example in YAML", () => {
  it.each(Object.entries(program.resources))("gives %s what the schema asks for, and what must be known as it stands", (_name, { type, properties }) => {
    expect(Object.keys(schema.resources)).toContain(type);
    expect(() => {
      checkInputs(schema, type, evaluated(properties) as Record<string, unknown>);
    }).not.toThrow();
  });

  it("reads only outputs that there are", () => {
    const references = [...JSON.stringify([program.resources, program.outputs]).matchAll(/\$\{(\w+)\.(\w+)\}/g)].map(([, resource = "", field = ""]) => ({ resource, field }));
    expect(references.length).toBeGreaterThan(3);
    for (const { resource, field } of references) expect(Object.keys(schema.resources[program.resources[resource]?.type ?? ""]?.properties ?? {})).toContain(field);
  });
});
