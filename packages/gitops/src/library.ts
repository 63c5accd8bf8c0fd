import { existsSync } from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { groupOf } from "./scope.ts";

/** A kind of kubernetes-models: its compiled validator throws an error with all of Ajv's `errors`. */
export interface LibraryKind {
  apiVersion?: string;
  kind?: string;
  prototype: { validate(this: object): void };
}

const require = createRequire(import.meta.url);

/** Packages of kubernetes-models by API group; Kubernetes's own groups are in `kubernetes-models`. */
const PACKAGES: Readonly<Record<string, string>> = {
  "acme.cert-manager.io": "@kubernetes-models/cert-manager",
  "argoproj.io": "@kubernetes-models/argo-cd",
  "cert-manager.io": "@kubernetes-models/cert-manager",
  "external-secrets.io": "@kubernetes-models/external-secrets",
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api",
  "generators.external-secrets.io": "@kubernetes-models/external-secrets",
  "postgresql.cnpg.io": "@kubernetes-models/cloudnative-pg",
  "traefik.io": "@kubernetes-models/traefik",
};

/**
 * The library's class of a kind, or undefined when it has none. Only the modules of that kind are loaded: all of them take seconds.
 *
 * The packages are ESM and name only an `import` condition, so their folder is looked up and the file required: synchronous, and the same from an ES
 * module and from CommonJS.
 */
export function libraryKind(apiVersion: string, kind: string): LibraryKind | undefined {
  if (!/^[A-Za-z0-9.-]+(\/[a-z0-9]+)?$/.test(apiVersion) || !/^[A-Z][A-Za-z0-9]*$/.test(kind)) return undefined;
  const file = join(folderOf(PACKAGES[groupOf(apiVersion)] ?? "kubernetes-models"), apiVersion, `${kind}.js`);
  if (!existsSync(file)) return undefined;
  const found = (require(file) as Record<string, LibraryKind | undefined>)[kind];
  // Parts of objects, such as v1/Container, have classes too.
  return found?.kind === kind && found.apiVersion === apiVersion ? found : undefined;
}

/** Loads a CommonJS package when it is first needed. */
export function load(name: string): unknown {
  return require(name);
}

const folders = new Map<string, string>();

function folderOf(name: string): string {
  let folder = folders.get(name);
  if (folder === undefined) {
    const file = findPackageJSON(name, import.meta.url);
    if (file === undefined) throw new Error(`the package ${name} is not installed`);
    folder = dirname(file);
    folders.set(name, folder);
  }
  return folder;
}
