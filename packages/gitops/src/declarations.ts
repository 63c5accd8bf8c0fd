import { createHash } from "node:crypto";
import { isDnsSubdomain, type KubernetesObject } from "@rzp/core";
import type { TreeProblem } from "./error.ts";
import { endsComment } from "./marker.ts";
import { fileName, folderProblem } from "./paths.ts";
import { groupOf, isClusterScoped } from "./scope.ts";
import { isSecret, NO_SECRETS } from "./secrets.ts";
import { textBody, textFolderProblem, textNameProblem, textProblem } from "./texts.ts";
import type { Validators } from "./validation.ts";

/** An object, or a text as it will be written, with its place in the tree. */
export interface Declaration {
  content: KubernetesObject | string;
  path: string;
  source: string;
}

interface Added {
  folder: string;
  objects: readonly KubernetesObject[];
  source: string;
  namespace: string | undefined;
}

interface AddedText {
  path: string;
  text: string;
  source: string;
}

/** What was added to a tree, and the rules that need no schema: who an object is, where it lives, and that it is there once. */
export class Declarations {
  readonly #added: Added[] = [];
  readonly #texts: AddedText[] = [];
  readonly #roots: readonly string[];
  readonly #validators: Validators;

  constructor(roots: readonly string[], validators: Validators) {
    this.#roots = roots;
    this.#validators = validators;
  }

  add(folder: string, objects: readonly KubernetesObject[], { source, namespace }: { source: string; namespace?: string }): void {
    this.#added.push({ folder, objects: [...objects], source, namespace });
  }

  addText(path: string, text: string, { source }: { source: string }): void {
    this.#texts.push({ path, text, source });
  }

  /** Of everything that was added, in the order of the folders and paths, and of what else the result depends on; undefined for what is not JSON. */
  fingerprint(id: string): string | undefined {
    const sum = createHash("sha256").update(id);
    const inOrder = [...this.#added].sort((a, b) => (a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : 0));
    try {
      for (const added of inOrder) sum.update(JSON.stringify(added));
      for (const text of [...this.#texts].sort(byPath)) sum.update(JSON.stringify(text));
    } catch {
      return undefined;
    }
    return sum.digest("hex");
  }

  /** Objects and texts that have a place, by path, and everything that is wrong. Neither depends on the order in which they were added. */
  checked(): { valid: Declaration[]; problems: TreeProblem[] } {
    const problems: TreeProblem[] = [];
    const valid: Declaration[] = [];
    for (const { folder, objects, source, namespace } of this.#added) {
      if (isNoSource(source)) problems.push({ source, path: folder, message: NO_SOURCE });
      const wrong = folderProblem(folder, this.#roots);
      if (wrong !== undefined) problems.push({ source, path: folder, message: `the folder ${wrong}` });
      objects.forEach((object, index) => {
        const found = this.#problemsOf(object, index);
        for (const message of found) problems.push({ source, path: folder, message });
        if (found.length === 0 && wrong === undefined) valid.push({ content: object, path: `${folder}/${fileName(object, folder, namespace)}`, source });
      });
    }
    for (const { path, text, source } of this.#texts) {
      if (isNoSource(source)) problems.push({ source, path, message: NO_SOURCE });
      for (const message of [textFolderProblem(path, this.#roots), textNameProblem(path), textProblem(text)]) if (message !== undefined) problems.push({ source, path, message });
      // It has its place even where that is wrong: who shares it is told.
      valid.push({ content: textBody(text), path, source });
    }
    valid.sort(byPath);
    return { valid, problems: [...problems, ...twice(valid)] };
  }

  #problemsOf(object: KubernetesObject, index: number): string[] {
    const broken = malformed(object, index);
    if (broken !== undefined) return [broken];
    const { kind, metadata } = object;
    // A list needs no metadata.
    const subject = `${kind} "${(metadata as { name?: string } | undefined)?.name ?? ""}"`;
    if (isSecret(kind)) return [`${subject} is ${NO_SECRETS}`];
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

/** Of two with one path the one whose source comes first, so that what is said of them does not depend on who was added first. */
function byPath(a: { path: string; source: string }, b: { path: string; source: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : a.source < b.source ? -1 : a.source > b.source ? 1 : 0;
}

const NO_SOURCE = "has no source. Name the file that declares it, in one line without -->.";

function isNoSource(source: string): boolean {
  return source.trim() === "" || endsComment(source);
}

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

function isList(object: Record<string, unknown>): boolean {
  return /list$/i.test(String(object.kind)) && (Array.isArray(object.items) || /^list$/i.test(String(object.kind)));
}

function listProblems(subject: string, { items }: KubernetesObject): string[] {
  const secrets = Array.isArray(items) ? items.filter((item: { kind?: unknown } | null) => isSecret(String(item?.kind))).length : 0;
  const problems = [`${subject} is a list. Add its items one by one: a file holds one object.`];
  if (secrets > 0) problems.push(`${subject}: one of its items is ${NO_SECRETS}`);
  return problems;
}

/** Two declarations of one file, or of one object: each is told of the other. They are in the order of their paths. */
function twice(valid: readonly Declaration[]): TreeProblem[] {
  const problems: TreeProblem[] = [];
  const identities = new Map<string, Declaration>();
  let before: Declaration | undefined;
  for (const declaration of valid) {
    const { content, path, source } = declaration;
    const same = typeof content === "string" ? undefined : known(content, declaration, identities);
    if (typeof content !== "string" && same !== undefined) {
      const { kind, metadata } = content;
      const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
      problems.push({ source, path, message: `${kind} "${name}" is declared twice, also by ${same.source} as ${same.path}. Argo CD would apply them in turn for ever: keep one.` });
    } else if (before?.path === path) {
      const cure = typeof content === "string" || typeof before.content === "string" ? "Keep one, or rename a text." : "Give them different folders, or say the folder's namespace when adding.";
      problems.push({ source, path, message: `${describe(content)} would have the same file as ${describe(before.content)} of ${before.source}. ${cure}` });
    }
    before = declaration;
  }
  return problems;
}

/** The declaration of the same object that came before, if any; from now on it is this one. */
function known({ apiVersion, kind, metadata }: KubernetesObject, declaration: Declaration, identities: Map<string, Declaration>): Declaration | undefined {
  const identity = `${groupOf(apiVersion)}/${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  const same = identities.get(identity);
  identities.set(identity, declaration);
  return same;
}

function describe(content: KubernetesObject | string): string {
  if (typeof content === "string") return "a text";
  const { apiVersion, kind, metadata } = content;
  return `${apiVersion}/${kind} "${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}"`;
}
