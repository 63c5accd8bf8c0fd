import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { loadAll } from "js-yaml";
import { objectId, type KubernetesObject } from "@rzp/core";

/** Folder with the CRDs of the pinned projects, where it is at hand: `$RZP_LAB_CRDS`, or `shared/crds` beside the repository. */
const CRDS = process.env.RZP_LAB_CRDS ?? resolve(import.meta.dirname, "../../../../shared/crds");

/** True when the CRDs are at hand; a test that needs them skips otherwise, and says so in its title. */
export const hasCrds = existsSync(CRDS);

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  "x-kubernetes-int-or-string"?: boolean;
  [keyword: string]: unknown;
}

interface Crd {
  kind: string;
  spec: { group: string; scope: "Namespaced" | "Cluster"; names: { kind: string; plural: string; shortNames?: string[] }; versions: { name: string; served: boolean; schema: { openAPIV3Schema: Schema } }[] };
}

/** What the real CRD of a project says against an object: unknown fields, wrong types, missing fields. Empty when it would be accepted. */
export function crdProblems(project: string, object: KubernetesObject): string[] {
  const validate = validatorOf(project, object);
  if (validate === undefined) return [`${objectId(object)}: no CRD of ${project} serves it`];
  if (validate(object)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${objectId(object)}: ${instancePath} ${message ?? ""} ${JSON.stringify(params)}`);
}

/** Every field of the spec that the real CRD has, such as `spec.sources[].helm.skipCrds`. */
export function crdFields(project: string, { apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">): string[] {
  const spec = schemaOf(project, apiVersion, kind)?.properties?.spec;
  return spec === undefined ? [] : fieldsOf(spec, "spec");
}

/** What kubectl calls the kinds of all projects. */
export function crdNames(): { group: string; kind: string; plural: string; short: string[]; namespaced: boolean }[] {
  const crds = readdirSync(CRDS, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? crdsOf(entry.name) : []));
  return crds.map(({ spec: { group, scope, names } }) => ({ group, kind: names.kind, plural: names.plural, short: names.shortNames ?? [], namespaced: scope === "Namespaced" }));
}

function fieldsOf({ properties, items }: Schema, path: string): string[] {
  if (items !== undefined) return fieldsOf(items, `${path}[]`);
  if (properties === undefined) return [path];
  return Object.entries(properties).flatMap(([name, field]) => fieldsOf(field, `${path}.${name}`));
}

function schemaOf(project: string, apiVersion: string, kind: string): Schema | undefined {
  const [group = "", version = ""] = apiVersion.split("/");
  const crd = crdsOf(project).find(({ spec }) => spec.group === group && spec.names.kind === kind);
  return crd?.spec.versions.find(({ name, served }) => name === version && served)?.schema.openAPIV3Schema;
}

const validators = new Map<string, ValidateFunction | undefined>();

function validatorOf(project: string, { apiVersion, kind }: KubernetesObject): ValidateFunction | undefined {
  const key = `${project} ${apiVersion}/${kind}`;
  if (!validators.has(key)) {
    const schema = schemaOf(project, apiVersion, kind);
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    validators.set(key, schema === undefined ? undefined : ajv.compile(strict(schema, true)));
  }
  return validators.get(key);
}

const loaded = new Map<string, Crd[]>();

function crdsOf(project: string): Crd[] {
  const known = loaded.get(project);
  if (known !== undefined) return known;
  const folder = join(CRDS, project);
  const crds = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => loadAll(readFileSync(join(folder, file), "utf8")) as (Crd | null)[])
    .filter((crd): crd is Crd => crd?.kind === "CustomResourceDefinition");
  loaded.set(project, crds);
  return crds;
}

/** The schema as an API server with strict decoding applies it: what is not named is refused, unless the schema preserves it. */
function strict(schema: Schema, root = false): Schema {
  if (schema["x-kubernetes-int-or-string"] === true) return { anyOf: [{ type: "integer" }, { type: "string" }] };
  const result: Schema = { ...schema };
  delete result.format;
  if (schema.properties !== undefined) {
    result.properties = Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, root && key === "metadata" ? { type: "object" } : strict(value)]));
    if (schema["x-kubernetes-preserve-unknown-fields"] !== true) result.additionalProperties = false;
  } else if (typeof schema.additionalProperties === "object") {
    result.additionalProperties = strict(schema.additionalProperties);
  }
  if (schema.items !== undefined) result.items = strict(schema.items);
  return result;
}
