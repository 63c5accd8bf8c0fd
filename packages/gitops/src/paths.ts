import { posix } from "node:path";
import { stableHash, type KubernetesObject } from "@rzp/core";
import { groupOf } from "./scope.ts";

/** Deepest folder of a tree, its root counted as one: `kubernetes/apps/media/acquisition/sonarr` is five. It holds for manifests and texts alike. */
export const MAX_LEVELS = 5;

/** How the files of the two kinds end. */
const MANIFEST = ".yaml";
export const TEXT = ".md";

export function isText(path: string): boolean {
  return path.endsWith(TEXT);
}

/** True for a file that may have been generated; no other is ever opened. */
export function mayBeGenerated(path: string): boolean {
  return path.endsWith(MANIFEST) || isText(path);
}

/** Lower case only, so that two folders never become one where file names ignore case. */
export const SEGMENT = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/;

/** What is wrong with a folder below one of the roots, or undefined. */
export function folderProblem(folder: string, roots: readonly string[]): string | undefined {
  if (posix.isAbsolute(folder) || folder.includes("\\")) return "is not a relative path with / between its folders. Write it as kubernetes/apps/media/sonarr.";
  const segments = folder.split("/");
  if (segments.includes("..") || segments.includes(".")) return "has . or .. in it. Write the path from the repository's root, as it is.";
  const wrong = segments.find((segment) => !SEGMENT.test(segment));
  if (wrong !== undefined) return `has the folder "${wrong}". Use a-z, 0-9, -, _ and dots, a letter or digit at both ends.`;
  const file = segments.find(mayBeGenerated);
  if (file !== undefined) return `has the folder "${file}", which is the name of a file. Drop its ending.`;
  const root = roots.find((candidate) => folder === candidate || folder.startsWith(`${candidate}/`));
  if (root === undefined) return outside(roots);
  const levels = segments.length - root.split("/").length + 1;
  return levels > MAX_LEVELS ? `is ${levels} levels deep; ${MAX_LEVELS} is the most. Drop a folder between ${root} and ${posix.basename(folder)}.` : undefined;
}

export function outside(roots: readonly string[]): string {
  return `is outside the tree. Put it below ${roots.join(" or ")}.`;
}

/** What is wrong with a root, or undefined. */
export function rootProblem(root: string, others: readonly string[], state: string): string | undefined {
  const problem = folderProblem(root, [root]);
  if (problem !== undefined) return problem;
  const inside = (folder: string, other: string): boolean => folder === other || folder.startsWith(`${other}/`);
  const clash = others.find((other) => inside(root, other));
  if (clash !== undefined) return `is inside the root "${clash}". Name the outer one only.`;
  return inside(state, root) ? `holds the state folder ${state}. Put that outside the tree.` : undefined;
}

/** Groups whose kinds stand alone in a file name: Kubernetes's own, and the operators of a homelab. Others carry their group. */
const OPERATORS = new Set(["argoproj.io", "cert-manager.io", "external-secrets.io", "longhorn.io", "metallb.io", "monitoring.coreos.com", "postgresql.cnpg.io", "traefik.io"]);
/** Kinds that more than one of those groups has, or that would take `application.yaml` from Argo CD's: the first group keeps the short name. */
const SHARED: Readonly<Record<string, string>> = { Application: "argoproj.io", Backup: "postgresql.cnpg.io", Node: "", VolumeAttachment: "storage.k8s.io" };

/**
 * File of an object in its folder. It depends on the object and the folder alone, so that a new object never renames another's file:
 * `deployment.yaml` where the object is named after its folder, `deployment-worker.yaml` otherwise.
 * `home` is the namespace of the folder's own objects, if it has one: an object of another says so (`role@kube-system.yaml`).
 */
export function fileName({ apiVersion, kind, metadata }: KubernetesObject, folder: string, home?: string): string {
  const group = groupOf(apiVersion);
  const short = SHARED[kind] === undefined ? !group.includes(".") || group.endsWith(".k8s.io") || OPERATORS.has(group) : SHARED[kind] === group;
  const { name, namespace } = metadata;
  // `-` and `_` are told apart because a group may contain the one and never the other.
  const own = name === posix.basename(folder) ? "" : `${short ? "-" : "_"}${safe(name)}`;
  const foreign = home === undefined || namespace === undefined || namespace === home || isApplication({ apiVersion, kind }) ? "" : `@${namespace}`;
  const file = `${kind.toLowerCase()}${short ? "" : `.${group}`}${own}${foreign}`;
  return `${file.length <= MAX_NAME ? file : `${file.slice(0, MAX_NAME - 9)}-${stableHash([file])}`}${MANIFEST}`;
}

/** File systems end at 255 bytes; this leaves room for the extension and for a temporary name. */
export const MAX_NAME = 230;

/** RBAC allows names such as `system:Node`; file systems do not, or fold their case. */
function safe(name: string): string {
  return /^[a-z0-9.-]+$/.test(name) ? name : `${name.toLowerCase().replace(/[^a-z0-9.]+/g, "-")}-${stableHash([name])}`;
}

function isApplication({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">): boolean {
  return kind === "Application" && groupOf(apiVersion) === "argoproj.io";
}
