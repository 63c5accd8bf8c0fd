import { argoAppManifests, argoProjectManifests, IN_CLUSTER, type ArgoCdConfig } from "@rzp/argocd/manifests";
import type { KubernetesObject } from "@rzp/core";
import { stringify } from "yaml";
import type { RenderedObject } from "../../rendered.ts";
import type { Tree } from "../tree.ts";

type Change = (object: KubernetesObject) => KubernetesObject;

/** What is broken about a homelab of three layers, each of which needs the one before. */
export interface LayersSabotage {
  name: string;
  /** The Application that the rehearsal must name. */
  names: string;
  says: RegExp;
  /** Makes another object of one. */
  change?: Change;
  config?: (config: ArgoCdConfig) => ArgoCdConfig;
  /** Whether Argo CD is given a kubeconfig with somebody else's authority. */
  foreignAuthority?: boolean;
}

export const REPOSITORY = "https://git.example.com/home/lab.git";
export const NAMESPACE = "home";
/** What refuses the first layer's change until it is taken away: its first sync fails. */
export const GUARD = "guard";
export const VICTIM = "app";
export const NEEDS: Readonly<Record<string, readonly string[]>> = { core: [], platform: ["core"], [VICTIM]: ["platform"] };

const project = "home";
const application = (name: string, wave: number, path: string): KubernetesObject[] => argoAppManifests(name, { project, destination: { server: IN_CLUSTER, namespace: NAMESPACE }, source: { repoURL: REPOSITORY, targetRevision: "main", path, directory: { exclude: "application.yaml" } }, wave, retry: { limit: 10, backoff: { duration: "3s" } } });
const configMap = (name: string, value = "1"): KubernetesObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: NAMESPACE }, data: { a: value } });

function deployment(name: string): KubernetesObject {
  const labels = { app: name };
  const securityContext = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } };
  const spec = { automountServiceAccountToken: false, securityContext, containers: [{ name: "main", image: "image.invalid/a:1", securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } }] };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: NAMESPACE }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } };
}

function layers(): [string, KubernetesObject][] {
  const policy = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: VICTIM, namespace: NAMESPACE }, spec: { podSelector: { matchLabels: { app: VICTIM } }, policyTypes: ["Ingress"] } };
  const folder = (name: string, wave: number, objects: readonly KubernetesObject[]): [string, KubernetesObject][] => [
    ...application(name, wave, `tree/${name}`).map((object): [string, KubernetesObject] => [`tree/${name}/application.yaml`, object]),
    ...objects.map((object): [string, KubernetesObject] => [`tree/${name}/${object.kind.toLowerCase()}.yaml`, object]),
  ];
  return [...folder("core", -2, [configMap("core")]), ...folder("platform", -1, [deployment("platform")]), ...folder(VICTIM, 0, [deployment(VICTIM), configMap(VICTIM), policy])];
}

const ROOT = argoAppManifests("homelab", { project, destination: { server: IN_CLUSTER, namespace: "argocd" }, source: { repoURL: REPOSITORY, targetRevision: "main", path: "tree", directory: { recurse: true, include: "**/application.yaml" } } });
export const PROJECT = argoProjectManifests(project, { description: "A small homelab.", sourceRepos: [REPOSITORY], destinations: [NAMESPACE, "argocd"].map((namespace) => ({ namespace })) });

const admission = (kind: string, spec: object): KubernetesObject => ({ apiVersion: "admissionregistration.k8s.io/v1", kind, metadata: { name: GUARD }, spec });

/**
 * What is there before Argo CD looks. The first layer's object is there from an earlier life: out of sync and healthy, which is what tells a check that looks at
 * the health alone from one that waits for the sync. Only the real write is refused, so that the comparison, which is a dry run, still works.
 */
export const BEFORE: readonly KubernetesObject[] = [
  configMap("core", "0"),
  admission("ValidatingAdmissionPolicy", {
    matchConstraints: { resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["CREATE", "UPDATE"], resources: ["configmaps", "gadgets"] }] },
    validations: [{ expression: "request.dryRun || object.metadata.name != 'core'", message: "not yet" }],
  }),
  admission("ValidatingAdmissionPolicyBinding", { policyName: GUARD, validationActions: ["Deny"] }),
];

/** The tree with what is broken, the root among it. */
export function treeOf({ change = (object) => object }: Pick<LayersSabotage, "change">): Tree {
  const all: [string, KubernetesObject][] = [...layers(), ...ROOT.map((object): [string, KubernetesObject] => ["bootstrap/root.yaml", object])];
  const objects: RenderedObject[] = all.map(([file, object]) => ({ file, object: change(object) }));
  return { files: new Map(objects.map(({ file, object }) => [file, stringify(object)])), objects };
}

const HEALTH = "resource.customizations.health.argoproj.io_Application";
/** What Argo CD's documentation gives: it passes on what the Application says of its health. */
const DOCUMENTED = `hs = {}
hs.status = "Progressing"
hs.message = ""
if obj.status ~= nil and obj.status.health ~= nil then
  hs.status = obj.status.health.status
  hs.message = obj.status.health.message or ""
end
return hs
`;
const ofKind = (kind: string, name: string, change: Change): Change => (object) => (object.kind === kind && object.metadata.name === name ? change(object) : object);
const withSpec = (object: KubernetesObject, spec: object): KubernetesObject => ({ ...object, spec: { ...(object.spec as object), ...spec } });
const TOO_EARLY = /was applied \d+ s after the start, \d+ s before \w+, which it needs, was up/;

export const LAYERS_SABOTAGES: readonly LayersSabotage[] = [
  { name: "wave-removed", names: "platform", says: TOO_EARLY, change: ofKind("Application", "platform", (object) => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, "argocd.argoproj.io/sync-wave": "-2" } } })) },
  { name: "health-check-removed", names: "platform", says: TOO_EARLY, config: ({ cm, params }) => ({ cm: Object.fromEntries(Object.entries(cm).filter(([key]) => key !== HEALTH)), params }) },
  { name: "health-check-of-the-documentation", names: "platform", says: TOO_EARLY, config: ({ cm, params }) => ({ cm: { ...cm, [HEALTH]: DOCUMENTED }, params }) },
  { name: "root-glob-without-match", names: "homelab", says: /has nothing in it/, change: ofKind("Application", "homelab", (object) => withSpec(object, { source: { ...(object.spec as { source: object }).source, directory: { recurse: true, include: "nothing.yaml" } } })) },
  { name: "resource-before-its-crd", names: "core", says: /Make sure the "Gadget" CRD is installed/, change: ofKind("ConfigMap", "core", ({ metadata }) => ({ apiVersion: "example.com/v1", kind: "Gadget", metadata })) },
  { name: "policy-selects-nothing", names: VICTIM, says: /selects no pod of namespace home/, change: ofKind("NetworkPolicy", VICTIM, (object) => withSpec(object, { podSelector: { matchLabels: { app: "another" } } })) },
  { name: "service-account-without-rights", names: VICTIM, says: /token of ServiceAccount robot, which no RoleBinding/, change: ofKind("Deployment", VICTIM, (object) => withSpec(object, { template: { metadata: { labels: { app: VICTIM } }, spec: { serviceAccountName: "robot", containers: [] } } })) },
  { name: "finalizer-that-never-ends", names: VICTIM, says: /is still there \d+ s after it left git: ConfigMap home\/app/, change: ofKind("ConfigMap", VICTIM, (object) => ({ ...object, metadata: { ...object.metadata, finalizers: ["example.com/never"] } })) },
  { name: "kubeconfig-of-another-authority", names: "", says: /certificate signed by unknown authority/, foreignAuthority: true },
];
