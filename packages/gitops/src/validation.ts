import { didYouMean, type KubernetesObject } from "@rzp/core";
import type { Ajv as AjvClass, ErrorObject, ValidateFunction } from "ajv";
import { isKnown, observed, unknownFields, unknownPlace, type NewerFields } from "./fields.ts";
import { libraryKind, load, type LibraryKind } from "./library.ts";
import { NEWER_FIELDS } from "./newer-fields.ts";
import { SCHEMAS, type KindSchema } from "./schemas/index.ts";

/** What is wrong with one field of an object. */
export interface FieldProblem {
  /** Path such as `spec.template.spec.containers[0].image`. */
  path: string;
  message: string;
}

/** Checks an object against its kind, strictly: a field that the kind does not have is a problem. */
export type Validator = (object: KubernetesObject) => FieldProblem[];

/** Validators by kind, each made when the kind first occurs. `schemas` come before those of this package and before the library. */
export class Validators {
  readonly #schemas: Readonly<Record<string, KindSchema>>;
  readonly #known = new Map<string, Validator>();

  constructor(schemas: Readonly<Record<string, KindSchema>>) {
    this.#schemas = { ...SCHEMAS, ...schemas };
  }

  schema(object: KubernetesObject): KindSchema | undefined {
    return this.#schemas[`${object.apiVersion}/${object.kind}`];
  }

  validate(object: KubernetesObject): FieldProblem[] {
    const id = `${object.apiVersion}/${object.kind}`;
    let validator = this.#known.get(id);
    if (validator === undefined) {
      validator = this.#make(object);
      this.#known.set(id, validator);
    }
    return validator(object);
  }

  #make({ apiVersion, kind }: KubernetesObject): Validator {
    const id = `${apiVersion}/${kind}`;
    const schema = this.#schemas[id];
    if (schema !== undefined) return bySchema(schema);
    const library = libraryKind(apiVersion, kind);
    if (library !== undefined) return byLibrary(library, NEWER_FIELDS[id] ?? {});
    const message = `is ${id}, a kind without a schema, so a misspelt field would go unseen. Check apiVersion and kind, or hand its schema to GitTree: schemas: { "${id}": { scope: "Namespaced", schema: { properties: { spec: ... } } } }.`;
    return () => [{ path: "kind", message }];
  }
}

function byLibrary(library: LibraryKind, newer: NewerFields): Validator {
  const known = unknownPlace();
  return (object) => {
    const problems = errorsOf(library, object);
    if (isKnown(object, known, newer)) return problems;
    errorsOf(library, observed(object, known));
    return [...problems, ...unknownFields(object, known, newer)];
  };
}

function errorsOf({ prototype }: LibraryKind, object: object): FieldProblem[] {
  try {
    prototype.validate.call(object);
    return [];
  } catch (error) {
    const errors = (error as { errors?: ErrorObject[] }).errors;
    if (errors === undefined) throw error;
    return errors.map(fieldProblem);
  }
}

let ajv: AjvClass | undefined;
const COMMON = new Set(["apiVersion", "kind", "metadata"]);

function bySchema({ schema }: KindSchema): Validator {
  const metadata = libraryKind("v1", "ConfigMap");
  if (metadata === undefined) throw new Error("kubernetes-models has no ConfigMap");
  const checkMetadata = byLibrary(metadata, {});
  let validate: ValidateFunction | undefined;
  return (object) => {
    ajv ??= new (load("ajv") as { Ajv: typeof AjvClass }).Ajv({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true });
    validate ??= ajv.compile(closed(schema));
    const rest = Object.fromEntries(Object.entries(object).filter(([field, value]) => value !== undefined && !COMMON.has(field)));
    validate(rest);
    return [...checkMetadata({ apiVersion: "v1", kind: "ConfigMap", metadata: object.metadata }), ...(validate.errors ?? []).map(fieldProblem)];
  };
}

/** The schema with `additionalProperties: false` wherever it names properties and does not say otherwise. */
function closed(schema: object): object {
  if (Array.isArray(schema)) return schema.map((item: unknown) => (typeof item === "object" && item !== null ? closed(item) : item));
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    const inner = keyword === "properties" || keyword === "$defs" || keyword === "patternProperties";
    if (typeof value !== "object" || value === null || keyword === "enum" || keyword === "const") result[keyword] = value as unknown;
    else result[keyword] = inner ? Object.fromEntries(Object.entries(value as object).map(([name, part]) => [name, closed(part as object)])) : closed(value as object);
  }
  if (result.properties !== undefined) return { type: "object", additionalProperties: false, ...result };
  return result;
}

function fieldProblem({ instancePath, keyword, params, message = "is wrong", parentSchema }: ErrorObject): FieldProblem {
  const path = dotted(instancePath);
  const field = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const { missingProperty, additionalProperty, allowedValues } = params as { missingProperty?: string; additionalProperty?: string; allowedValues?: unknown[] };
  if (keyword === "required" && missingProperty !== undefined) return { path: field(missingProperty), message: "is missing" };
  if (keyword === "additionalProperties" && additionalProperty !== undefined) {
    const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {}).sort();
    return { path: field(additionalProperty), message: `is not a field here.${known.length === 0 ? "" : ` ${didYouMean(additionalProperty, known)}`}` };
  }
  if (keyword === "enum" && allowedValues !== undefined) return { path, message: `must be one of ${allowedValues.map(String).join(", ")}` };
  return { path, message };
}

/** `/spec/ports/0/name` -> `spec.ports[0].name`. */
function dotted(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`), "");
}
