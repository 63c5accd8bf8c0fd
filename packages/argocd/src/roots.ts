import type { KubernetesObject } from "@rzp/core";
import { argoAppManifests, ARGOCD_NAMESPACE, IN_CLUSTER, type ArgoAppArgs } from "./application.ts";
import type { ApplicationSource } from "./source.ts";

/** Name of the file that holds a service's own Application, beside the objects it syncs. */
export const APPLICATION_FILE = "application.yaml";

/**
 * Include glob (with `recurse: true`) that reads every `application.yaml` at any depth and nothing else.
 *
 * Measured on Argo CD's repo-server: a `*` or `**` before a slash never matches depth 0, a bare name matches depth 0 only, `*application.yaml` also
 * matches `my-application.yaml`, and `{*` + `/,}application.yaml` reads nothing on 3.1 while the Application says Synced.
 */
export const APPLICATION_FILES = "{application.yaml,*/application.yaml}";

/** A service's own folder without its Application: no recursion, so that this bare name is enough (with recursion it would drop depth 0 only). */
export function ownFolder(repoURL: string, targetRevision: string, path: string): ApplicationSource {
  return { repoURL, targetRevision, path, directory: { exclude: APPLICATION_FILE } };
}

export interface RootApplicationArgs {
  repoURL: string;
  revision: string;
  /** Folder below which every `application.yaml` is read; several are read as one, their waves together. */
  path: string | readonly string[];
  /** An administrator's project: whoever writes Applications decides what runs where. */
  project: string;
  /** Order among roots. @default none */
  wave?: number;
  /** Include glob. @default {@link APPLICATION_FILES} */
  include?: string;
  namespace?: string;
}

/**
 * An Application of Applications.
 *
 * It is not deleted with its children (`orphan`): a root that is removed by mistake must not take the homelab with it.
 */
export function rootApplicationManifests(name: string, { repoURL, revision, path, project, wave, include = APPLICATION_FILES, namespace = ARGOCD_NAMESPACE }: RootApplicationArgs): KubernetesObject[] {
  const args: ArgoAppArgs = {
    project,
    namespace,
    destination: { server: IN_CLUSTER, namespace },
    source: [path].flat().map((folder) => ({ repoURL, targetRevision: revision, path: folder, directory: { recurse: true, include } })),
    onDelete: "orphan",
    ...(wave === undefined ? {} : { wave }),
  };
  return argoAppManifests(name, args);
}
