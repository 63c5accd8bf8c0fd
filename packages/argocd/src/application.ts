import { applyTransform, defined, didYouMean, isDnsLabel, isDnsSubdomain, parseDuration, refusal, type Duration, type Json, type KubernetesObject, type Refuse, type Transform } from "@rzp/core";

/** Namespace of Argo CD itself, where Applications and AppProjects live unless said otherwise. */
export const ARGOCD_NAMESPACE = "argocd";

/** Server of the cluster that Argo CD runs in. */
export const IN_CLUSTER = "https://kubernetes.default.svc";

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
    jsonnet?: { extVars?: { name: string; value: string; code?: boolean }[]; tlas?: { name: string; value: string; code?: boolean }[]; libs?: string[] };
  };
  helm?: {
    /** Changing it renames every object of the chart: they are made anew and the old ones pruned. @default the Application's name */
    releaseName?: string;
    valueFiles?: string[];
    /** Values as a map; always preferred over `values` text. */
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
  kustomize?: Readonly<Record<string, Json>>;
  plugin?: { name?: string; env?: { name: string; value: string }[]; parameters?: readonly Json[] };
}

/** Renders on one branch and syncs another: `spec.sourceHydrator` (beta since Argo CD 3.5). */
export interface SourceHydrator {
  drySource: { repoURL: string; targetRevision: string; path: string };
  syncSource: { targetBranch: string; path: string; repoURL?: string };
  hydrateTo?: { targetBranch: string };
}

/** A difference that Argo CD shall not see. */
export interface IgnoreDifference {
  kind: string;
  group?: string;
  name?: string;
  namespace?: string;
  /** JSON pointers; `/` inside a key is written `~1`. */
  jsonPointers?: string[];
  jqPathExpressions?: string[];
  /** Field managers whose fields are ignored. */
  managedFieldsManagers?: string[];
}

/** Arguments of one Argo CD Application. A field left out is left to Argo CD; `false` is sent as `false`. */
export interface ArgoAppArgs {
  /** AppProject that says what the Application may do. */
  project: string;
  /** Where its objects go: exactly one of `server` and `name`. */
  destination: { server: string; namespace?: string } | { name: string; namespace?: string };
  /** One source, several, or a hydrator. */
  source: ApplicationSource | readonly ApplicationSource[] | SourceHydrator;
  /** Namespace of the Application object. @default "argocd" */
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Order among the Applications of one root; lower first. It only holds with {@link APPLICATION_HEALTH_LUA}. @default none */
  wave?: number;
  /**
   * What happens to the objects when the Application is deleted: `cascade` deletes them first, `background` lets them go in the background, `orphan` leaves them.
   * Objects with `Delete=false` (volumes) stay in any case. @default "cascade"
   */
  onDelete?: "cascade" | "background" | "orphan";
  /** Sync by itself; `false` for by hand only. @default { prune: true, selfHeal: true } */
  automated?: false | { enabled?: boolean; prune?: boolean; selfHeal?: boolean; allowEmpty?: boolean };
  /** More sync options, as `Key=value`. They are added to {@link DEFAULT_SYNC_OPTIONS}; the same key replaces the default. */
  syncOptions?: readonly string[];
  /** How often a failed sync is tried again before it is Failed. @default { limit: 10, backoff: { duration: "10s", factor: 2, maxDuration: "5m" } } */
  retry?: { limit: number; refresh?: boolean; backoff?: { duration?: Duration; factor?: number; maxDuration?: Duration } };
  /** Labels and annotations of a namespace that Argo CD creates; needs the sync option `CreateNamespace=true`. */
  managedNamespaceMetadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  /** Differences not to show. They are still overwritten by a sync unless `respectIgnoreDifferences` is set. */
  ignoreDifferences?: readonly IgnoreDifference[];
  /** Also leave ignored fields alone when syncing. @default false */
  respectIgnoreDifferences?: boolean;
  /** Compute differences by a server-side dry run, as server-side apply needs it. @default true */
  serverSideDiff?: boolean;
  info?: readonly { name: string; value: string }[];
  /** Syncs kept for a rollback. @default 10 (Argo CD's own) */
  revisionHistoryLimit?: number;
  transform?: { application?: Transform<KubernetesObject> };
}

/**
 * Server-side apply because large CRDs do not fit into the annotation of the other way; a shared object is an error and not a tug of war;
 * what goes, goes after the new is healthy.
 */
export const DEFAULT_SYNC_OPTIONS: readonly string[] = ["ServerSideApply=true", "FailOnSharedResource=true", "PruneLast=true"];

const FINALIZERS = {
  cascade: ["resources-finalizer.argocd.argoproj.io"],
  background: ["resources-finalizer.argocd.argoproj.io/background"],
  orphan: undefined,
} as const;

/** Every sync option Argo CD 3.5 knows; a misspelt one would be ignored without a word. */
const SYNC_OPTIONS = [
  "Validate", "SkipDryRunOnMissingResource", "ApplyOutOfSyncOnly", "PrunePropagationPolicy", "PruneLast", "Replace", "Force", "ServerSideApply",
  "ClientSideApplyMigration", "FailOnSharedResource", "RespectIgnoreDifferences", "CreateNamespace", "Prune", "Delete",
]; // prettier-ignore

/** The Application as a plain object. */
export function argoAppManifests(name: string, args: ArgoAppArgs): KubernetesObject[] {
  check(name, args);
  const application: KubernetesObject = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: defined({
      name,
      namespace: args.namespace ?? ARGOCD_NAMESPACE,
      labels: args.labels,
      annotations: annotations(args),
      finalizers: FINALIZERS[args.onDelete ?? "cascade"] as string[] | undefined,
    }),
    spec: defined({
      project: args.project,
      destination: args.destination,
      ...sources(args.source),
      syncPolicy: {
        automated: args.automated === false ? undefined : { prune: true, selfHeal: true, ...args.automated },
        syncOptions: syncOptions(args),
        retry: { limit: 10, ...args.retry, backoff: { duration: "10s", factor: 2, maxDuration: "5m", ...args.retry?.backoff } },
        managedNamespaceMetadata: args.managedNamespaceMetadata,
      },
      ignoreDifferences: args.ignoreDifferences,
      info: args.info,
      revisionHistoryLimit: args.revisionHistoryLimit,
    }),
  };
  return [applyTransform(application, args.transform?.application)];
}

function annotations(args: ArgoAppArgs): Record<string, string> {
  const readsGit = !isHydrator(args.source) && list(args.source).some(({ path }) => path !== undefined);
  return {
    ...(args.serverSideDiff === false ? {} : { "argocd.argoproj.io/compare-options": "ServerSideDiff=true" }),
    // Without it every commit anywhere in the repository renders every Application anew.
    ...(readsGit ? { "argocd.argoproj.io/manifest-generate-paths": "." } : {}),
    ...(args.wave === undefined ? {} : { "argocd.argoproj.io/sync-wave": String(args.wave) }),
    ...args.annotations,
  };
}

function sources(source: ArgoAppArgs["source"]): Record<string, unknown> {
  if (isHydrator(source)) return { sourceHydrator: source };
  const all = list(source);
  return all.length === 1 ? { source: all[0] } : { sources: all };
}

function syncOptions({ syncOptions = [], respectIgnoreDifferences }: ArgoAppArgs): string[] {
  const all = [...DEFAULT_SYNC_OPTIONS, ...(respectIgnoreDifferences === true ? ["RespectIgnoreDifferences=true"] : []), ...syncOptions];
  return [...new Map(all.map((option) => [option.split("=")[0], option])).values()];
}

function check(name: string, args: ArgoAppArgs): void {
  const refuse = refusal("ArgoApp", name);
  if (!isDnsSubdomain(name)) refuse("", "is not a name for a Kubernetes object", "Use a-z, 0-9, - and dots, a letter or digit at both ends.");
  if (args.project === "") refuse("project", "is empty", "Name the AppProject that allows what the Application does.");
  checkDestination(args, refuse);
  if (!isHydrator(args.source)) {
    if (list(args.source).length === 0) refuse("source", "is an empty list", "Name at least one source.");
    list(args.source).forEach((source, index) => {
      checkSource(Array.isArray(args.source) ? `source[${index}]` : "source", source, refuse);
    });
  }
  if (args.wave !== undefined && !Number.isInteger(args.wave)) refuse("wave", `is ${args.wave}`, "Use a whole number; lower comes first.");
  checkSyncPolicy(args, refuse);
}

function checkDestination({ destination, syncOptions = [], managedNamespaceMetadata }: ArgoAppArgs, refuse: Refuse): void {
  const hasServer = "server" in destination;
  if (hasServer === "name" in destination) refuse("destination", `has ${hasServer ? "both server and name" : "neither server nor name"}`, "Give exactly one of them.");
  if (destination.namespace !== undefined && !isDnsLabel(destination.namespace)) refuse("destination.namespace", `"${destination.namespace}" is not a DNS label`);
  if (managedNamespaceMetadata !== undefined && !syncOptions.includes("CreateNamespace=true")) {
    refuse("managedNamespaceMetadata", "has no effect without CreateNamespace=true", 'Add syncOptions: ["CreateNamespace=true"].');
  }
}

function checkSource(path: string, source: ApplicationSource, refuse: Refuse): void {
  if (source.repoURL === "") refuse(`${path}.repoURL`, "is empty");
  if (source.chart !== undefined && source.path !== undefined) refuse(path, "has both chart and path", "A chart comes from a Helm repository, a path from git: give one.");
  if (source.chart === undefined && source.path === undefined && source.ref === undefined) refuse(path, "has neither chart nor path nor ref", "Say what of the repository to read.");
  if (source.chart !== undefined && source.targetRevision === undefined) refuse(`${path}.targetRevision`, "is missing", "A chart without a version follows whatever is newest.");
  if (source.helm !== undefined && source.directory !== undefined) refuse(path, "has both helm and directory", "Argo CD reads a source in one way only.");
  if (source.directory?.include?.startsWith("{*/,}") === true) {
    refuse(`${path}.directory.include`, `"${source.directory.include}" reads nothing on some versions, and says Synced`, "Use APPLICATION_FILES.");
  }
}

function checkSyncPolicy({ syncOptions = [], retry, revisionHistoryLimit, respectIgnoreDifferences, ignoreDifferences }: ArgoAppArgs, refuse: Refuse): void {
  syncOptions.forEach((option, index) => {
    const [key = "", value] = option.split("=");
    if (!SYNC_OPTIONS.includes(key)) refuse(`syncOptions[${index}]`, `"${option}" is not a sync option`, didYouMean(key, SYNC_OPTIONS));
    if (value === undefined || value === "") refuse(`syncOptions[${index}]`, `"${option}" has no value`, `Write ${key}=true.`);
  });
  if (retry !== undefined && (!Number.isInteger(retry.limit) || retry.limit < 0)) {
    refuse("retry.limit", `is ${retry.limit}`, "Use 0 or more; an endless retry hides that something can never work.");
  }
  for (const field of ["duration", "maxDuration"] as const) {
    const value = retry?.backoff?.[field];
    if (value !== undefined && parseDuration(value) === undefined) refuse(`retry.backoff.${field}`, `"${value}" is not a duration`, "Write it as 10s, 5m or 1h30m.");
  }
  if (revisionHistoryLimit !== undefined && (!Number.isInteger(revisionHistoryLimit) || revisionHistoryLimit < 0)) {
    refuse("revisionHistoryLimit", `is ${revisionHistoryLimit}`, "Use 0 or more.");
  }
  if (respectIgnoreDifferences === true && (ignoreDifferences ?? []).length === 0) {
    refuse("respectIgnoreDifferences", "has nothing to respect", "Add ignoreDifferences, or leave it out.");
  }
}

function isHydrator(source: ArgoAppArgs["source"]): source is SourceHydrator {
  return "drySource" in source;
}

function list(source: ApplicationSource | readonly ApplicationSource[]): readonly ApplicationSource[] {
  return Array.isArray(source) ? (source as readonly ApplicationSource[]) : [source as ApplicationSource];
}
