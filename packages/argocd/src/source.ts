import type { Json, Refuse } from "@rzp/core";

/** A folder of plain manifests, a kustomization, a Helm chart or a plugin's input: `spec.source` of an Application. */
export interface ApplicationSource {
  /** Git repository, Helm repository, or OCI registry (`oci://...`). */
  repoURL: string;
  /** Branch, tag, commit, or chart version. @default "HEAD" (Argo CD's own) */
  targetRevision?: string;
  /** Folder in the repository; for git sources that are not only a `ref`. */
  path?: string;
  /** Chart name; for Helm sources. */
  chart?: string;
  /** Makes the repository available to other sources' value files as `$ref/...`. */
  ref?: string;
  /** Name in the UI when there are several sources. */
  name?: string;
  /** Prefix of the tags that `targetRevision` is matched against (Argo CD 3.5). */
  tagPrefix?: string;
  directory?: {
    /** Read sub-folders too. @default false */
    recurse?: boolean;
    /** Glob of files to read; which globs read what is measured in {@link APPLICATION_FILES}. */
    include?: string;
    exclude?: string;
    /** Read files of any name as manifests. @default false */
    disableExtensionFilter?: boolean;
    jsonnet?: { extVars?: { name: string; value: string; code?: boolean }[]; tlas?: { name: string; value: string; code?: boolean }[]; libs?: string[] };
  };
  helm?: {
    /** Changing it renames every object of the chart: they are made anew and the old ones pruned. @default the Application's name */
    releaseName?: string;
    valueFiles?: string[];
    /** Values as a map; Argo CD prefers it to the same as text, which is left out here. */
    valuesObject?: Readonly<Record<string, Json | undefined>>;
    parameters?: { name: string; value: string; forceString?: boolean }[];
    fileParameters?: { name: string; path: string }[];
    skipCrds?: boolean;
    skipTests?: boolean;
    skipSchemaValidation?: boolean;
    ignoreMissingValueFiles?: boolean;
    passCredentials?: boolean;
    namespace?: string;
    kubeVersion?: string;
    apiVersions?: string[];
  };
  kustomize?: Kustomize;
  plugin?: { name?: string; env?: { name: string; value: string }[]; parameters?: { name: string; string?: string; array?: string[]; map?: Record<string, string> }[] };
}

/** What Argo CD adds to a kustomization. */
export interface Kustomize {
  namePrefix?: string;
  nameSuffix?: string;
  /** Namespace of its objects. */
  namespace?: string;
  /** Images to replace, as `name=other:tag`. */
  images?: string[];
  replicas?: { name: string; count: number | string }[];
  /** Patches in text or from a file, for the objects that the target selects. */
  patches?: { patch?: string; path?: string; options?: Record<string, boolean>; target?: PatchTarget }[];
  components?: string[];
  ignoreMissingComponents?: boolean;
  commonLabels?: Record<string, string>;
  forceCommonLabels?: boolean;
  labelWithoutSelector?: boolean;
  labelIncludeTemplates?: boolean;
  commonAnnotations?: Record<string, string>;
  forceCommonAnnotations?: boolean;
  commonAnnotationsEnvsubst?: boolean;
  apiVersions?: string[];
  kubeVersion?: string;
  /** Version of kustomize, where Argo CD has several. */
  version?: string;
}

/** Objects that a patch is for. */
export interface PatchTarget {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labelSelector?: string;
  annotationSelector?: string;
}

/** Renders on one branch and syncs another: `spec.sourceHydrator` (beta since Argo CD 3.5). */
export interface SourceHydrator {
  drySource: { repoURL: string; targetRevision: string; path: string } & Pick<ApplicationSource, "directory" | "helm" | "kustomize" | "plugin">;
  syncSource: { targetBranch: string; path: string; repoURL?: string };
  hydrateTo?: { targetBranch: string };
}

/** Where the objects of an Application come from. */
export type Source = ApplicationSource | readonly ApplicationSource[] | SourceHydrator;

/** True for a source that renders on one branch and syncs another. */
export function isHydrator(source: Source): source is SourceHydrator {
  return "drySource" in source;
}

/** One source or several, as a list. */
export function list(source: ApplicationSource | readonly ApplicationSource[]): readonly ApplicationSource[] {
  return Array.isArray(source) ? (source as readonly ApplicationSource[]) : [source as ApplicationSource];
}

/** What no type can tell about one source. */
export function checkSource(path: string, source: ApplicationSource, refuse: Refuse): void {
  if (source.repoURL === "") refuse(`${path}.repoURL`, "is empty");
  if (source.chart !== undefined && source.path !== undefined) refuse(path, "has both chart and path", "A chart comes from a Helm repository, a path from git: give one.");
  if (source.chart === undefined && source.path === undefined && source.ref === undefined) refuse(path, "has neither chart nor path nor ref", "Say what of the repository to read.");
  if (source.chart !== undefined && source.targetRevision === undefined) refuse(`${path}.targetRevision`, "is missing", "A chart without a version follows whatever is newest.");
  if (source.helm !== undefined && source.directory !== undefined) refuse(path, "has both helm and directory", "Argo CD reads a source in one way only.");
  if (source.directory?.include?.startsWith("{*/,}") === true) {
    refuse(`${path}.directory.include`, `"${source.directory.include}" reads nothing on some versions, and says Synced`, "Use APPLICATION_FILES.");
  }
}
