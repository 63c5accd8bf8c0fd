import { createHash } from "node:crypto";
import { isDnsSubdomain, type KubernetesObject } from "@rzp/core";
import type { TreeProblem } from "./error.ts";
import { fileName, folderProblem } from "./paths.ts";
import { groupOf, isClusterScoped } from "./scope.ts";
import type { Validators } from "./validation.ts";

/** An object with its place in the tree. */
export interface Declaration {
  object: KubernetesObject;
  path: string;
  source: string;
}

interface Added {
  folder: string;
  objects: readonly KubernetesObject[];
  source: string;
  namespace: string | undefined;
}

/** What was added to a tree, and the rules that need no schema: who an object is, where it lives, and that it is there once. */
export class Declarations {
  readonly #added: Added[] = [];
  readonly #roots: readonly string[];
  readonly #validators: Validators;

  constructor(roots: readonly string[], validators: Validators) {
    this.#roots = roots;
    this.#validators = validators;
  }

  add(folder: string, objects: readonly KubernetesObject[], { source, namespace }: { source: string; namespace?: string }): void {
    this.#added.push({ folder, objects: [...objects], source, namespace });
  }

  /** Of everything that was added, in the order of the folders, and of what else the result depends on; undefined for what is not JSON. */
  fingerprint(id: string): string | undefined {
    const sum = createHash("sha256").update(id);
    const inOrder = [...this.#added].sort((a, b) => (a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : 0));
    try {
      for (const added of inOrder) sum.update(JSON.stringify(added));
    } catch {
      return undefined;
    }
    return sum.digest("hex");
  }

  /** Objects that have a place, by path, and everything that is wrong. Neither depends on the order in which they were added. */
  checked(): { valid: Declaration[]; problems: TreeProblem[] } {
    const problems: TreeProblem[] = [];
    const valid: Declaration[] = [];
    for (const { folder, objects, source, namespace } of this.#added) {
      if (source.trim() === "" || source.includes("\n")) problems.push({ source, path: folder, message: "has no source. Name the file that declares it, in one line." });
      const wrong = folderProblem(folder, this.#roots);
      if (wrong !== undefined) problems.push({ source, path: folder, message: `the folder ${wrong}` });
      objects.forEach((object, index) => {
        const found = this.#problemsOf(object, index);
        for (const message of found) problems.push({ source, path: folder, message });
        if (found.length === 0 && wrong === undefined) valid.push({ object, path: `${folder}/${fileName(object, folder, namespace)}`, source });
      });
    }
    valid.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    return { valid, problems: [...problems, ...twice(valid)] };
  }

  /** Whole Secrets inside another object, such as a chart's values: as readable in git as any other. */
  embeddedSecrets(object: KubernetesObject, path: string, source: string): TreeProblem[] {
    return secretsIn(object, "").map((field) => ({ source, path, message: `${field} ${NO_SECRETS}` }));
  }

  #problemsOf(object: KubernetesObject, index: number): string[] {
    const broken = malformed(object, index);
    if (broken !== undefined) return [broken];
    const { kind, metadata } = object;
    // A list needs no metadata.
    const subject = `${kind} "${(metadata as { name?: string } | undefined)?.name ?? ""}"`;
    if (isSecret(kind)) return [`${subject} ${NO_SECRETS}`];
    if (isList(object)) return listProblems(subject, object);
    const problems: string[] = [];
    const byPath = groupOf(object.apiVersion) === "rbac.authorization.k8s.io";
    if (byPath ? /[/%]|^\.\.?$/.test(metadata.name) : !isDnsSubdomain(metadata.name)) {
      problems.push(`${subject}: metadata.name is not a name for a Kubernetes object. Use a-z, 0-9, - and dots, a letter or digit at both ends.`);
    }
    const schema = this.#validators.schema(object);
    const cluster = schema === undefined ? isClusterScoped(object.apiVersion, kind) : schema.scope === "Cluster";
    if (cluster && metadata.namespace !== undefined) problems.push(`${subject}: metadata.namespace is "${metadata.namespace}", but a ${kind} lives in no namespace. Leave it out.`);
    if (!cluster && (metadata.namespace === undefined || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(metadata.namespace))) {
      problems.push(`${subject}: metadata.namespace ${metadata.namespace === undefined ? "is missing" : `"${metadata.namespace}" is not a DNS label`}. Say which namespace it belongs to; Argo CD would choose one otherwise.`);
    }
    return problems;
  }
}

const NO_SECRETS =
  "is a Secret, and what is rendered is committed. Declare an ExternalSecret and keep the values in the secret store; what must exist before that works is made by the bootstrap.";

function malformed(object: unknown, index: number): string | undefined {
  if (typeof object !== "object" || object === null || Array.isArray(object)) return `objects[${index}] is no object`;
  const { apiVersion, kind, metadata } = object as Partial<KubernetesObject>;
  if (typeof apiVersion !== "string" || apiVersion === "") return `objects[${index}] has no apiVersion`;
  if (typeof kind !== "string" || kind === "") return `objects[${index}] has no kind`;
  if (isList({ apiVersion, kind, ...object }) || isSecret(kind)) return undefined;
  return isNamed(metadata) && metadata.name !== "" ? undefined : `objects[${index}], a ${kind}, has no metadata.name. Every object in git has a name; generateName makes a new object at each sync.`;
}

function isNamed(metadata: unknown): metadata is { name: string } {
  return typeof metadata === "object" && metadata !== null && typeof (metadata as { name?: unknown }).name === "string";
}

/** In any casing and any group: `kind: secret` would be refused by the API server, after it had been committed. */
function isSecret(kind: string): boolean {
  return /^secret(list)?$/i.test(kind.trim());
}

function isList(object: Record<string, unknown>): boolean {
  return /list$/i.test(String(object.kind)) && (Array.isArray(object.items) || /^list$/i.test(String(object.kind)));
}

function listProblems(subject: string, { items }: KubernetesObject): string[] {
  const secrets = Array.isArray(items) ? items.filter((item: { kind?: unknown } | null) => isSecret(String(item?.kind))).length : 0;
  const problems = [`${subject} is a list. Add its items one by one: a file holds one object.`];
  if (secrets > 0) problems.push(`${subject}: one of its items ${NO_SECRETS}`);
  return problems;
}

function secretsIn(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = Object.entries(value);
  const own = "kind" in value && isSecret(String(value.kind)) && ("data" in value || "stringData" in value) ? [path.slice(1)] : [];
  return [...own, ...fields.flatMap(([name, field]) => secretsIn(field, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`))];
}

/** The same object, or two objects of one file name: each is told of the other. The declarations are in the order of their paths. */
function twice(valid: readonly Declaration[]): TreeProblem[] {
  const problems: TreeProblem[] = [];
  const identities = new Map<string, Declaration>();
  let before: Declaration | undefined;
  for (const declaration of valid) {
    const { object, path, source } = declaration;
    const { namespace = "", name } = object.metadata;
    const identity = `${groupOf(object.apiVersion)}/${object.kind} ${namespace}/${name}`;
    const same = identities.get(identity);
    if (same !== undefined) {
      problems.push({ source, path, message: `${object.kind} "${namespace === "" ? name : `${namespace}/${name}`}" is declared twice, also by ${same.source} as ${same.path}. Argo CD would apply them in turn for ever: keep one.` });
    } else if (before?.path === path) {
      problems.push({ source, path, message: `${describe(object)} would have the same file as ${describe(before.object)} of ${before.source}. Give them different folders, or say the folder's namespace when adding.` });
    }
    identities.set(identity, declaration);
    before = declaration;
  }
  return problems;
}

function describe({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion}/${kind} "${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}"`;
}
