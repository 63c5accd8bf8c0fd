import { objectId, parseBytes, type KubernetesObject } from "@rzp/core";
import { compare } from "../recording.ts";
import type { Change, ChangedValue } from "./change.ts";
import { differences, isBelow, isFields, type Difference } from "./differences.ts";
import { effect, worst, type Effect } from "./effect.ts";

/** An object of the rendered tree and the file that it stands in. */
export interface TreeObject {
  file: string;
  object: KubernetesObject;
}

/** What Argo CD would change in the cluster between two trees. */
export function compareObjects(base: readonly TreeObject[], head: readonly TreeObject[]): Change[] {
  const before = byId(base);
  const after = byId(head);
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((id): Change[] => {
      const [was, is] = [before.get(id), after.get(id)];
      if (is === undefined) return was === undefined ? [] : [{ ...about(was), op: "remove", values: [], effect: removal(was.object) }];
      if (was === undefined) return [{ ...about(is), op: "create", values: [], effect: effect("in place") }];
      const values = differences(was.object, is.object).map((difference): ChangedValue => ({ ...difference, effect: objectEffect(is.object, difference) }));
      return values.length === 0 ? [] : [{ ...about(is), op: "change", values, effect: worst(values.map((value) => value.effect)) }];
    })
    .sort((a, b) => compare(a.group, b.group) || compare(a.kind, b.kind) || compare(a.name, b.name));
}

/** The version of an API is not part of who an object is. */
function byId(objects: readonly TreeObject[]): Map<string, TreeObject> {
  return new Map(objects.map((one) => [objectId({ ...one.object, apiVersion: one.object.apiVersion.replace(/[^/]*$/, "") }), one]));
}

function about({ file, object: { kind, metadata } }: TreeObject): Pick<Change, "name" | "kind" | "group"> {
  return { name: metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`, kind, group: file.split("/").slice(0, -1).join("/") };
}

/** Fields that the API server lets nobody change once an object is there (kubernetes/kubernetes `pkg/apis/{apps,batch,core,rbac,storage}/validation`; of CloudNativePG, its CRDs' own rules). */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  Cluster: ["spec.serviceAccountName"],
  ClusterRoleBinding: ["roleRef"],
  DaemonSet: ["spec.selector"],
  Database: ["builtinLocale", "cluster", "collationVersion", "encoding", "icuLocale", "icuRules", "locale", "localeCType", "localeCollate", "localeProvider", "name", "template"].map((field) => `spec.${field}`),
  Deployment: ["spec.selector"],
  Job: ["spec.template", "spec.selector", "spec.completions"],
  PersistentVolumeClaim: ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeMode", "spec.dataSource", "spec.dataSourceRef", "spec.volumeName"],
  RoleBinding: ["roleRef"],
  ScheduledBackup: ["spec.cluster"],
  StatefulSet: ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"],
  StorageClass: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
};

/** Where an Application says what Helm makes of a chart. */
const CHART_FIELDS = ["spec.source", "spec.sources[]"].flatMap((source) => ["chart", "helm", "targetRevision"].map((field) => `${source}.${field}`));

const POD_TEMPLATES: Readonly<Record<string, string>> = { CronJob: "spec.jobTemplate", DaemonSet: "spec.template", Deployment: "spec.template", StatefulSet: "spec.template" };

function objectEffect(object: KubernetesObject, { path, before, after }: Difference): Effect {
  const { kind } = object;
  if (IMMUTABLE[kind]?.some((field) => isBelow(path, field)) === true) return effect("refused", "the API server lets nobody change this once it is there; the sync fails");
  if (kind === "PersistentVolumeClaim" && path === "spec.resources.requests.storage") {
    return (bytes(after) ?? 0) < (bytes(before) ?? 0) ? effect("refused", "a claim cannot shrink; the sync fails") : effect("in place", "the volume grows");
  }
  if (kind === "Cluster" && /storage\.size$/i.test(path) && (bytes(after) ?? 0) < (bytes(before) ?? 0)) return effect("refused", "a database's volume cannot shrink; the operator refuses");
  if (kind === "Application" && CHART_FIELDS.some((field) => isBelow(path, field))) return effect("unclear", "the chart is rendered anew; what that does to its pods is the chart's");
  const template = POD_TEMPLATES[kind];
  if (template === undefined || !isBelow(path, template)) return effect("in place");
  if (kind === "CronJob") return effect("in place", "from the next run on");
  return effect("restart", rollout(object));
}

/** A pod of a StatefulSet has a name that no two have, and a DaemonSet's makes room on its node first, unless it is told otherwise. */
function rollout({ kind, spec }: KubernetesObject): string {
  if (kind !== "Deployment") return "pod by pod: each stops, then its new one starts";
  const strategy = isFields(spec) && isFields(spec.strategy) ? spec.strategy.type : undefined;
  return strategy === "Recreate" ? "pods stop, then new ones start" : "new pods before the old ones go";
}

function bytes(value: unknown): number | undefined {
  return typeof value === "string" ? parseBytes(value) : undefined;
}

/** By kind, what goes with an object and cannot be had back by making it again. */
export const KEEPS_DATA: Readonly<Record<string, string>> = {
  Cluster: "the database and its volumes",
  CustomResourceDefinition: "every object of its kind in the cluster",
  Namespace: "everything that is in it",
  PersistentVolume: "the volume",
  PersistentVolumeClaim: "the volume and what is on it",
};

function removal({ kind, metadata }: KubernetesObject): Effect {
  const options = metadata.annotations?.["argocd.argoproj.io/sync-options"]?.split(",") ?? [];
  if (options.includes("Prune=false")) return effect("nothing", "stays in the cluster: it is never pruned");
  const loss = KEEPS_DATA[kind];
  if (loss !== undefined) return effect("remove", `takes with it ${loss}`, true);
  return kind === "Application" && metadata.finalizers?.some((name) => name.startsWith("resources-finalizer.argocd.argoproj.io")) === true ? effect("remove", "and all that it applied, except what is never pruned") : effect("remove");
}
