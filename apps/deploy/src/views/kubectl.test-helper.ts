import { didYouMean, type KubernetesObject } from "@rzp/core";
import { at } from "@rzp/testing";
import { KINDS, MADE_BY_OTHERS, type Kind } from "./kinds.test-data.ts";

/** What there is: the rendered tree, and what it makes in turn. */
export interface World {
  root: string;
  namespaces: ReadonlySet<string>;
  /** `kind/namespace/name` of every object. */
  objects: ReadonlySet<string>;
}

export function worldOf(root: string, objects: readonly KubernetesObject[], machines: readonly string[]): World {
  const made = [...objects.flatMap(({ kind, metadata: { namespace = "", name } }) => idOf(kind, namespace, name)), ...objects.flatMap(secretsOf), ...machines.map((name) => idOf("Node", "", name))];
  const others = MADE_BY_OTHERS.map(({ kind, namespace, name }) => idOf(kind, namespace, name));
  return { root, namespaces: new Set(["kube-system", ...objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name)]), objects: new Set([...made, ...others]) };
}

/** Secrets that the tree's objects are there to make. */
function secretsOf(object: KubernetesObject): string[] {
  const name = at(object, "spec.target.name") ?? at(object, "spec.secretName");
  return typeof name === "string" && ["Certificate", "ExternalSecret"].includes(object.kind) ? [idOf("Secret", object.metadata.namespace ?? "", name)] : [];
}

function idOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** How kubectl is called: verbs whose first words name objects, pods by whose kind nothing is said, and verbs that name nothing. */
const OF_OBJECTS = ["annotate", "delete", "describe", "edit", "get", "label", "patch", "rollout", "scale", "wait"];
const OF_PODS = ["attach", "cp", "exec", "logs", "port-forward"];
const OF_NODES = ["cordon", "drain", "uncordon"];
const OF_NOTHING = ["api-resources", "apply", "create", "top", "version"];
const VERBS = [...OF_OBJECTS, ...OF_PODS, ...OF_NODES, ...OF_NOTHING];
const ROLLOUTS = ["history", "restart", "status", "undo"];
const VALUES = ["-n", "-o", "-l", "-p", "-f", "-c", "--type", "--for", "--timeout", "--sort-by", "--replicas"];
const SWITCHES = ["-A", "-w", "-it", "-i", "--all", "--all-containers", "--client", "--delete-emptydir-data", "--follow", "--ignore-daemonsets", "--overwrite", "--server-side", "--show-labels"];

/** What is wrong with kubectl's words. `inside` checks what is run in a pod. */
export function kubectlProblems(words: readonly string[], world: World, inside: (command: readonly string[]) => string[]): string[] {
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  const flags = own.filter((word) => word.startsWith("-")).map((word) => word.split("=")[0] ?? "");
  const unknown = flags.filter((flag) => ![...VALUES, ...SWITCHES, "--from-literal", "--from"].includes(flag));
  const valueOf = (flag: string): string | undefined => own[own.indexOf(flag) + 1 || own.length];
  const [verb = "", ...rest] = own.filter((word, index) => !word.startsWith("-") && !VALUES.includes(own[index - 1] ?? ""));
  const where = { namespace: valueOf("-n"), everywhere: flags.includes("-A") };
  return [
    ...unknown.map((flag) => `kubectl ${verb} has no ${flag}, or the tables lack it`),
    ...(VERBS.includes(verb) ? [] : [`kubectl has no ${verb}. ${didYouMean(verb, VERBS)}`]),
    ...(verb === "rollout" && !ROLLOUTS.includes(rest[0] ?? "") ? [`kubectl rollout has no ${rest[0] ?? ""}`] : []),
    ...namespaceProblems(where.namespace, world),
    ...targetProblems(verb, verb === "rollout" ? rest.slice(1) : rest, where, world),
    ...patchProblems(valueOf("-p"), verb),
    ...(end < 0 ? [] : inside(words.slice(end + 1))),
  ];
}

function isOpen(name: string): boolean {
  return /[<$]/.test(name);
}

function namespaceProblems(namespace: string | undefined, { namespaces }: World): string[] {
  return namespace === undefined || isOpen(namespace) || namespaces.has(namespace) ? [] : [`there is no namespace ${namespace}. ${didYouMean(namespace, [...namespaces])}`];
}

interface Where {
  namespace: string | undefined;
  everywhere: boolean;
}

function targetProblems(verb: string, words: readonly string[], where: Where, world: World): string[] {
  if (OF_NOTHING.includes(verb)) return [];
  if (OF_NODES.includes(verb)) return words.flatMap((name) => nameProblems("Node", "", name, world));
  // Of `annotate` and `label`: what is set, and what is taken away.
  const named = words.filter((word) => !/^[a-z0-9./-]+(=.*|-)$/i.test(word) || word.startsWith("<"));
  const [first = "", ...names] = OF_PODS.includes(verb) ? [(words[0] ?? "").includes("/") ? (words[0] ?? "") : `pod/${words[0] ?? ""}`] : named;
  if (isOpen(first)) return [];
  const pairs = first.includes("/") ? [first, ...names].map((word) => word.split("/")) : first.split(",").flatMap((kind) => (names.length === 0 ? [[kind]] : names.map((name) => [kind, name])));
  return pairs.flatMap(([word = "", name]) => objectProblems(word, name, where, world));
}

function objectProblems(word: string, name: string | undefined, { namespace, everywhere }: Where, world: World): string[] {
  const kind = kindOf(word);
  if (typeof kind === "string") return [kind];
  if (kind.namespaced && namespace === undefined && !everywhere) return [`${word} lives in a namespace: say which, or -A`];
  if (name === undefined || isOpen(namespace ?? "")) return [];
  return nameProblems(kind.kind, kind.namespaced ? (namespace ?? "") : "", name, world);
}

/** Pods have names nobody can know. */
function nameProblems(kind: string, namespace: string, name: string, { objects }: World): string[] {
  if (isOpen(name) || kind === "Pod" || objects.has(idOf(kind, namespace, name))) return [];
  const there = [...objects].filter((id) => id.startsWith(idOf(kind, namespace, ""))).map((id) => id.split("/")[2] ?? "");
  return [`there is no ${kind} ${name}${namespace === "" ? "" : ` in ${namespace}`}. ${didYouMean(name, there)}`];
}

/** The kind that kubectl takes a word for, or why it takes none. */
function kindOf(word: string): Kind | string {
  const [name = "", ...group] = word.toLowerCase().split(".");
  const found = KINDS.filter((one) => [one.plural, one.kind.toLowerCase(), ...one.short].includes(name) && (group.length === 0 || group.join(".") === one.group));
  const [first] = found.filter((one) => one.group === "").concat(found);
  if (first === undefined) return `kubectl knows no kind ${word}. ${didYouMean(name, KINDS.map(({ plural }) => plural))}`;
  return first.group !== "" && found.length > 1 ? `${word} may be any of ${found.map(({ plural, group: own }) => `${plural}.${own}`).join(", ")}: say which` : first;
}

function patchProblems(patch: string | undefined, verb: string): string[] {
  if (verb !== "patch") return [];
  const json = (patch ?? "").replace(/^'|'$/g, "").replace(/<[^<>]*>/g, "x");
  try {
    JSON.parse(json);
    return [];
  } catch {
    return [`the patch is no JSON: ${json}`];
  }
}
