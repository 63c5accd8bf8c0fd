import { applyTransform, defined, didYouMean, isDnsLabel, isDnsSubdomain, parseDuration, refusal, type Duration, type KubernetesObject, type Refuse, type Transform } from "@rzp/core";
import { checkSource, isHydrator, list, type Source } from "./source.ts";

/** Namespace of Argo CD itself, where Applications and AppProjects live unless said otherwise. */
export const ARGOCD_NAMESPACE = "argocd";

/** Server of the cluster that Argo CD runs in. */
export const IN_CLUSTER = "https://kubernetes.default.svc";

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
  source: Source;
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
  /**
   * How often a failed sync is tried again before it is Failed, each time longer after the last. With `refresh` it tries what git has by then; without it
   * a broken revision is tried to the end, for half an hour, while the one that mends it waits.
   * @default { limit: 10, refresh: true, backoff: { duration: "10s", factor: 2, maxDuration: "5m" } }
   */
  retry?: { limit: number; refresh?: boolean; backoff?: { duration?: Duration; factor?: number; maxDuration?: Duration } };
  /** Labels and annotations of a namespace that Argo CD creates; needs the sync option `CreateNamespace=true`. */
  managedNamespaceMetadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  /** Differences not to show. They are still overwritten by a sync unless `respectIgnoreDifferences` is set. */
  ignoreDifferences?: readonly IgnoreDifference[];
  /** Also leave ignored fields alone when syncing. @default false */
  respectIgnoreDifferences?: boolean;
  /** Compute differences by a server-side dry run, as server-side apply needs it. `false` switches it off whatever Argo CD's own setting is. @default true */
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

const SWITCH = ["true", "false"];
const CONFIRMED = ["false", "confirm", "true"];

/** Every sync option Argo CD 3.5 knows, with its values; a misspelt one, or any other value, would be ignored without a word. */
const SYNC_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  Validate: SWITCH,
  SkipDryRunOnMissingResource: SWITCH,
  ApplyOutOfSyncOnly: SWITCH,
  PrunePropagationPolicy: ["foreground", "background", "orphan"],
  PruneLast: SWITCH,
  Replace: SWITCH,
  Force: SWITCH,
  ServerSideApply: SWITCH,
  ClientSideApplyMigration: SWITCH,
  FailOnSharedResource: SWITCH,
  RespectIgnoreDifferences: SWITCH,
  CreateNamespace: SWITCH,
  Prune: CONFIRMED,
  Delete: CONFIRMED,
};

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
        retry: { limit: 10, refresh: true, ...args.retry, backoff: { duration: "10s", factor: 2, maxDuration: "5m", ...args.retry?.backoff } },
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
    // On each Application and not once in Argo CD's own settings: the pair of ServerSideApply=true then holds on any Argo CD, whoever set it up.
    "argocd.argoproj.io/compare-options": `ServerSideDiff=${args.serverSideDiff ?? true}`,
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

function checkSyncPolicy({ syncOptions = [], retry, revisionHistoryLimit, respectIgnoreDifferences, ignoreDifferences }: ArgoAppArgs, refuse: Refuse): void {
  syncOptions.forEach((option, index) => {
    const [key = "", ...rest] = option.split("=");
    const values = SYNC_OPTIONS[key] ?? refuse(`syncOptions[${index}]`, `"${option}" is not a sync option`, didYouMean(key, Object.keys(SYNC_OPTIONS)));
    if (!values.includes(rest.join("="))) refuse(`syncOptions[${index}]`, `"${option}" has no value that Argo CD knows`, `Write ${values.map((value) => `${key}=${value}`).join(" or ")}.`);
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
