import type { KubernetesObject } from "@rzp/core";
import type { Cause } from "./causes.ts";
import { applicationAt, type Tree } from "./tree.ts";

interface PodTemplate {
  metadata?: { labels?: Readonly<Record<string, string>> };
  spec: { serviceAccountName?: string; automountServiceAccountToken?: boolean };
}

interface Selector {
  matchLabels?: Readonly<Record<string, string>>;
  matchExpressions?: readonly { key: string; operator: "In" | "NotIn" | "Exists" | "DoesNotExist"; values?: readonly string[] }[];
}

interface BindingLike {
  subjects?: readonly { kind: string; name: string; namespace?: string }[];
}

/** Objects that the API server takes, that are in sync and healthy, and that do nothing for what they are about. */
export function idleObjects(tree: Tree): Cause[] {
  const all = tree.objects.map(({ object }) => object);
  return tree.objects.flatMap(({ file, object }) => {
    const why = object.kind === "NetworkPolicy" ? whyNothingSelected(object, all) : whyNoRights(object, all);
    return why === undefined ? [] : [{ application: applicationAt(tree, file) ?? file, object: shortName(object), message: why }];
  });
}

/** Of a policy that means certain pods, none of which is there. What charts run is not in the tree: where they do, nobody can say. */
function whyNothingSelected({ metadata: { namespace }, spec }: KubernetesObject, all: readonly KubernetesObject[]): string | undefined {
  const { podSelector } = spec as { podSelector: Selector };
  if (Object.keys(podSelector).length === 0 || all.some((one) => runsCharts(one, namespace))) return undefined;
  const labels = all.filter((one) => one.metadata.namespace === namespace).flatMap(labelsOfPods);
  return labels.some((one) => matches(podSelector, one)) ? undefined : `selects no pod of namespace ${namespace ?? "default"}: none is labelled ${JSON.stringify(podSelector)}`;
}

/** Of pods that are given a token for the API with which they may do nothing. */
function whyNoRights(object: KubernetesObject, all: readonly KubernetesObject[]): string | undefined {
  const { namespace = "default" } = object.metadata;
  const spec = templateOf(object)?.spec;
  if (spec === undefined) return undefined;
  const { serviceAccountName: account = "default" } = spec;
  const declared = all.find(({ kind, metadata }) => kind === "ServiceAccount" && metadata.name === account && metadata.namespace === namespace);
  if ((spec.automountServiceAccountToken ?? declared?.automountServiceAccountToken) === false) return undefined;
  const isBound = all.some((one) => /^(Cluster)?RoleBinding$/.test(one.kind) && ((one as BindingLike).subjects ?? []).some((subject) => subject.kind === "ServiceAccount" && subject.name === account && (subject.namespace ?? one.metadata.namespace) === namespace));
  return isBound ? undefined : `its pods are given a token of ServiceAccount ${account}, which no RoleBinding or ClusterRoleBinding gives any right: bind it, or set automountServiceAccountToken: false`;
}

function templateOf({ kind, spec, metadata }: KubernetesObject): PodTemplate | undefined {
  if (kind === "Pod") return { metadata, spec: spec as PodTemplate["spec"] };
  if (kind === "CronJob") return (spec as { jobTemplate: { spec: { template: PodTemplate } } }).jobTemplate.spec.template;
  return ["Deployment", "StatefulSet", "DaemonSet", "Job"].includes(kind) ? (spec as { template: PodTemplate }).template : undefined;
}

/** Of its pods; those of a database are its operator's. */
function labelsOfPods(object: KubernetesObject): Readonly<Record<string, string>>[] {
  if (object.kind === "Cluster" && object.apiVersion.startsWith("postgresql.cnpg.io/")) return [{ "cnpg.io/cluster": object.metadata.name }];
  const template = templateOf(object);
  return template === undefined ? [] : [template.metadata?.labels ?? {}];
}

function runsCharts({ kind, spec }: KubernetesObject, namespace: string | undefined): boolean {
  if (kind !== "Application") return false;
  const { destination, source, sources = [] } = spec as { destination: { namespace?: string }; source?: { chart?: string }; sources?: { chart?: string }[] };
  return destination.namespace === namespace && [source, ...sources].some((one) => one?.chart !== undefined);
}

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Readonly<Record<string, string>>): boolean {
  const holds = ({ key, operator, values = [] }: NonNullable<Selector["matchExpressions"]>[number]): boolean => {
    if (operator === "Exists" || operator === "DoesNotExist") return key in labels === (operator === "Exists");
    return values.includes(labels[key] ?? "") === (operator === "In");
  };
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every(holds);
}

function shortName({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): string {
  return `${apiVersion.includes("/") ? `${apiVersion.split("/")[0] ?? ""}/` : ""}${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
