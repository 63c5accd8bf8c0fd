import { applyTransform, defined, isDnsSubdomain, refusal, type KubernetesObject, type Transform } from "@rzp/core";
import { ARGOCD_NAMESPACE, IN_CLUSTER } from "./application.ts";

/** A group and kind of object; `*` for any, and a name glob for cluster-scoped ones. */
export interface GroupKind {
  group: string;
  kind: string;
  name?: string;
}

/** Arguments of one AppProject: what its Applications may read from and write to. */
export interface ArgoProjectArgs {
  /** Repositories its Applications may read. `*` needs `unrestricted`. */
  sourceRepos: readonly string[];
  /** Namespaces its Applications may write to. Argo CD matches by server, not by cluster name. `*` needs `unrestricted`. */
  destinations: readonly { server?: string; name?: string; namespace: string }[];
  /** Why this project may have `*` for repositories or namespaces. A project that may write to Argo CD's own namespace is an administrator's. */
  unrestricted?: string;
  /** Namespace of the AppProject object. @default "argocd" */
  namespace?: string;
  description?: string;
  annotations?: Record<string, string>;
  /** Namespaces, besides Argo CD's own, that Applications of this project may live in. @default none */
  sourceNamespaces?: readonly string[];
  /** Cluster-scoped kinds it may write. @default none */
  clusterResourceWhitelist?: readonly GroupKind[];
  clusterResourceBlacklist?: readonly GroupKind[];
  /** Namespaced kinds it may write. @default all */
  namespaceResourceWhitelist?: readonly GroupKind[];
  namespaceResourceBlacklist?: readonly GroupKind[];
  roles?: readonly { name: string; description?: string; policies?: readonly string[]; groups?: readonly string[] }[];
  /** When its Applications may sync. */
  syncWindows?: readonly {
    kind: "allow" | "deny";
    description?: string;
    schedule: string;
    duration: string;
    applications?: readonly string[];
    namespaces?: readonly string[];
    clusters?: readonly string[];
    /** All of applications, namespaces and clusters must match, not one of them. @default false */
    andOperator?: boolean;
    /** A sync that has begun may go on when the window ends. @default false */
    syncOverrun?: boolean;
    manualSync?: boolean;
    timeZone?: string;
  }[];
  /**
   * Objects in its namespaces that no Application owns. Secrets are left out by default: those that External Secrets or cert-manager make have no owner,
   * and a warning that never goes is read by nobody. @default { warn: true, ignore: [{ group: "", kind: "Secret" }] }
   */
  orphanedResources?: { warn?: boolean; ignore?: readonly GroupKind[] };
  /** Accounts that syncs run as, where impersonation is on. */
  destinationServiceAccounts?: readonly { server: string; namespace?: string; defaultServiceAccount: string }[];
  permitOnlyProjectScopedClusters?: boolean;
  /** Repositories whose commits must be signed, and by which keys; it takes the place of `signatureKeys`, which Argo CD 3.5 deprecates. @default none */
  sourceIntegrity?: { git: { policies: readonly { repos: readonly { url: string }[]; gpg: { mode: "none" | "head" | "strict"; keys: readonly string[] } }[] } };
  transform?: { project?: Transform<KubernetesObject> };
}

const ORPHANED: NonNullable<ArgoProjectArgs["orphanedResources"]> = { warn: true, ignore: [{ group: "", kind: "Secret" }] };

/** The AppProject as a plain object. */
export function argoProjectManifests(name: string, args: ArgoProjectArgs): KubernetesObject[] {
  check(name, args);
  const { namespace = ARGOCD_NAMESPACE, unrestricted, annotations, transform, destinations, orphanedResources = ORPHANED, ...spec } = args;
  const project: KubernetesObject = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AppProject",
    metadata: defined({
      name,
      namespace,
      annotations: unrestricted === undefined ? annotations : { ...annotations, "rzp.dev/unrestricted": unrestricted },
    }),
    spec: defined({
      ...spec,
      destinations: destinations.map((destination) => (destination.name === undefined ? { server: IN_CLUSTER, ...destination } : destination)),
      orphanedResources,
    }),
  };
  return [applyTransform(project, transform?.project)];
}

/**
 * The project `default`, emptied: an Application that names no project of ours may do nothing.
 * Argo CD's server makes the open one at its first start; applied with server-side apply this one replaces it.
 */
export function emptyDefaultProjectManifests(namespace: string = ARGOCD_NAMESPACE): KubernetesObject[] {
  return [
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AppProject",
      metadata: { name: "default", namespace },
      spec: { sourceRepos: [], destinations: [], description: "Emptied on purpose: every Application names its own project." },
    },
  ];
}

function check(name: string, { sourceRepos, destinations, unrestricted }: ArgoProjectArgs): void {
  const refuse = refusal("ArgoProject", name);
  if (!isDnsSubdomain(name)) refuse("", "is not a name for a Kubernetes object", "Use a-z, 0-9, - and dots, a letter or digit at both ends.");
  if (name === "default") refuse("", "is the project that belongs to nobody", "Use emptyDefaultProjectManifests for it, and a name of its own for yours.");
  if (unrestricted?.trim() === "") refuse("unrestricted", "is empty", "Write down why the project may do anything.");
  sourceRepos.forEach((repo, index) => {
    if (repo === "!*") refuse(`sourceRepos[${index}]`, '"!*" is refused by Argo CD', "Leave the list empty to allow none.");
    if (repo === "*" && unrestricted === undefined) refuse(`sourceRepos[${index}]`, 'is "*"', "Name the repositories, or say why not in unrestricted.");
  });
  destinations.forEach(({ server, name: cluster, namespace }, index) => {
    if (server !== undefined && cluster !== undefined) refuse(`destinations[${index}]`, "has both server and name", "Give one; Argo CD matches by server.");
    if (namespace === "!*") refuse(`destinations[${index}].namespace`, '"!*" is refused by Argo CD', "Leave the list empty to allow none.");
    if (namespace === "*" && unrestricted === undefined) {
      refuse(`destinations[${index}].namespace`, 'is "*"', "Name the namespaces, or say why not in unrestricted.");
    }
  });
}
