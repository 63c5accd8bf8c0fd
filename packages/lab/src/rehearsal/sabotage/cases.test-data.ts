import { IN_CLUSTER, type ApplicationSource, type ArgoAppArgs } from "@rzp/argocd/manifests";
import type { KubernetesObject } from "@rzp/core";
import { externalSecretManifests, infisicalSecretStoreManifests, universalAuth } from "@rzp/infisical/manifests";
import type { LabNode } from "../../nodes.ts";

/** One thing that is broken on purpose, in a namespace and an Application of its own. */
export interface Sabotage {
  name: string;
  /** What the rehearsal must say. */
  says: RegExp;
  /** Files of its folder; an object is written as YAML. */
  files?: Readonly<Record<string, KubernetesObject | string>>;
  /** There before Argo CD looks. */
  before?: readonly KubernetesObject[];
  /** What differs from an Application that reads its folder into its namespace. */
  application?: Partial<Pick<ArgoAppArgs, "destination" | "project" | "source">>;
  /** Labels of its namespace. */
  labels?: Readonly<Record<string, string>>;
  /** Whether it needs an External Secrets Operator. */
  secrets?: boolean;
}

export const REPOSITORY = "https://git.example.com/home/lab.git";
export const CHARTS = "https://charts.example.com";
export const namespaceOf = (name: string): string => `sabotage-${name}`;
/** Project that may bring stores of secrets. */
export const OPERATORS = "operators";

export const NODES: readonly LabNode[] = [
  { name: "worker", cpu: "4", memory: "8Gi" },
  { name: "small", cpu: "2", memory: "4Gi", labels: { only: "small" }, taints: [{ key: "small", effect: "NoSchedule" }] },
];
const ON_SMALL = { nodeSelector: { only: "small" } };

type Pod = Record<string, unknown>;

/** A Deployment that any namespace takes, and what is different about it. */
function deployment(name: string, { pod = {}, container = {}, ...spec }: { pod?: Pod; container?: Pod; [field: string]: unknown } = {}): KubernetesObject {
  const labels = { app: name };
  const secure = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  const template = { metadata: { labels }, spec: { securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } }, containers: [{ name: "main", image: "image.invalid/a:1", securityContext: secure, ...container }], ...pod } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" }, spec: { selector: { matchLabels: labels }, template, ...spec } };
}

function configMap(name: string, data: Readonly<Record<string, string>> = { a: "1" }, metadata: Record<string, unknown> = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

function claim(storage: string, storageClassName: string): KubernetesObject {
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage } } } };
}

function loadBalancer(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name, annotations: { "metallb.io/loadBalancerIPs": "10.0.20.200" } }, spec: { type: "LoadBalancer", selector: { app: name }, ports: [{ port: 80 }] } };
}

/** Never gets a node, and gives up soon. */
function failingHook(): KubernetesObject {
  const { spec } = deployment("a", { pod: { nodeSelector: { gpu: "none" }, restartPolicy: "Never" } }) as unknown as { spec: { template: object } };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name: "migrate", annotations: { "argocd.argoproj.io/hook": "PreSync" } }, spec: { activeDeadlineSeconds: 2, backoffLimit: 0, template: spec.template } };
}

const identity = (clientSecret: string): KubernetesObject => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "identity" }, stringData: { clientId: "client", clientSecret } });

/** The store of one sabotage. */
function store(name: string): KubernetesObject[] {
  const namespace = namespaceOf(name);
  return infisicalSecretStoreManifests(name, { hostAPI: "https://eu.infisical.com", projectSlug: "home", environmentSlug: "prod", secretsPath: "/", auth: universalAuth("identity", namespace), namespaces: [namespace] });
}

function externalSecret(name: string, remote: string): Record<string, KubernetesObject> {
  return Object.fromEntries(externalSecretManifests("a", { namespace: namespaceOf(name), store: name, keys: [{ key: "KEY", remote }], labels: { app: "a" } }).map((object) => ["a.yaml", object]));
}

function nodePort(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { type: "NodePort", selector: { app: "a" }, ports: [{ port: 80, nodePort: 30_777 }] } };
}

const chart = (name: string, targetRevision: string, repoURL = CHARTS): ApplicationSource => ({ repoURL, chart: name, targetRevision });
const folder = (path: string, more: Partial<ApplicationSource> = {}): ApplicationSource => ({ repoURL: REPOSITORY, targetRevision: "main", path, ...more });

/** The operators that the lab plays: here one Deployment stands for them, and is there from the start. */
export const OPERATOR_NAMESPACE = "operators";
export const OPERATOR_DEPLOYMENT: KubernetesObject = { ...deployment("operator"), metadata: { name: "operator", namespace: OPERATOR_NAMESPACE } };

export const SABOTAGES: readonly Sabotage[] = [
  { name: "privileged-pod", says: /violates PodSecurity "restricted.*privileged/s, labels: { "pod-security.kubernetes.io/enforce": "restricted" }, files: { "a.yaml": deployment("a", { container: { securityContext: { privileged: true } } }) } },
  { name: "root-pod", says: /violates PodSecurity.*runAsNonRoot/s, labels: { "pod-security.kubernetes.io/enforce": "restricted" }, files: { "a.yaml": deployment("a", { pod: { securityContext: {} } }) } },
  { name: "unknown-kind", says: /Widget/, files: { "a.yaml": { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "a" } } } },
  { name: "version-not-served", says: /argoproj\.io\/v9|v9/, files: { "a.yaml": { apiVersion: "argoproj.io/v9", kind: "AppProject", metadata: { name: "a" } } } },
  { name: "misspelt-field", says: /stratgy/, files: { "a.yaml": deployment("a", { stratgy: { type: "Recreate" } }) } },
  { name: "wrong-type", says: /replicas/, files: { "a.yaml": deployment("a", { replicas: "two" }) } },
  { name: "namespace-missing", says: /namespaces? "?nowhere"? not found|nowhere/, files: { "a.yaml": configMap("a") }, application: { destination: { server: IN_CLUSTER, namespace: "nowhere" } } },
  { name: "project-forbids-destination", says: /InvalidSpecError.*kube-system.*(not|do not) match|InvalidSpecError.*destination/s, files: { "a.yaml": configMap("a") }, application: { destination: { server: IN_CLUSTER, namespace: "kube-system" } } },
  { name: "project-forbids-kind", says: /ClusterRole.*not permitted|not permitted.*project/s, files: { "a.yaml": { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "sabotage" }, rules: [] } } },
  { name: "project-forbids-repository", says: /InvalidSpecError.*repo.*not permitted/s, application: { source: folder("a", { repoURL: "https://git.example.com/stranger.git" }) } },
  {
    name: "object-of-another-application",
    says: /part of applications|[Ss]hared/,
    before: [configMap("a", { a: "2" }, { annotations: { "argocd.argoproj.io/tracking-id": `stranger:/ConfigMap:${namespaceOf("object-of-another-application")}/a` } })],
    files: { "a.yaml": configMap("a") },
  },
  { name: "quota-exceeded", says: /exceeded quota: none/, before: [{ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "none" }, spec: { hard: { pods: "0" } } }], files: { "a.yaml": deployment("a") } },
  { name: "storage-class-missing", says: /storageclass.*"nobody" not found/, files: { "a.yaml": claim("1Gi", "nobody") } },
  { name: "claim-shrinks", says: /less than|immutable|Forbidden/i, before: [claim("2Gi", "nobody")], files: { "a.yaml": claim("1Gi", "nobody") } },
  { name: "larger-than-any-node", says: /no node takes its pod: .*Insufficient cpu/s, files: { "a.yaml": deployment("a", { container: { resources: { requests: { cpu: "64" } } } }) } },
  { name: "no-such-node", says: /no node takes its pod: .*node (affinity|selector)/s, files: { "a.yaml": deployment("a", { pod: { nodeSelector: { gpu: "none" } } }) } },
  { name: "taint-not-tolerated", says: /no node takes its pod: .*untolerated taint/s, files: { "a.yaml": deployment("a", { pod: ON_SMALL }) } },
  {
    name: "more-than-the-nodes-have-together",
    says: /no node takes its pod: .*Insufficient cpu/s,
    files: { "a.yaml": deployment("a", { replicas: 3, pod: { ...ON_SMALL, tolerations: [{ operator: "Exists" }] }, container: { resources: { requests: { cpu: "900m" } } } }) },
  },
  { name: "service-account-missing", says: /serviceaccount "nobody" not found/, files: { "a.yaml": deployment("a", { pod: { serviceAccountName: "nobody" } }) } },
  { name: "selector-changed", says: /field is immutable/, before: [deployment("b")], files: { "a.yaml": deployment("a") } },
  { name: "node-port-taken", says: /provided port is already allocated/, files: { "a.yaml": nodePort("a"), "b.yaml": nodePort("b") } },
  { name: "address-taken", says: /10\.0\.20\.200 is also in use by sabotage-address-taken\/[ab]/, files: { "a.yaml": loadBalancer("a"), "b.yaml": loadBalancer("b") } },
  { name: "hook-fails", says: /Job was active longer than specified deadline|DeadlineExceeded/, files: { "a.yaml": failingHook(), "b.yaml": configMap("b") } },
  { name: "secret-missing", secrets: true, says: /ExternalSecret \S+: could not get secret data from provider: .*\/nowhere\/KEY/s, before: [identity("secret"), ...store("secret-missing")], files: externalSecret("secret-missing", "/nowhere/KEY") },
  {
    name: "secret-store-with-wrong-credentials",
    secrets: true,
    says: /ClusterSecretStore .*: unable to validate store: .*Invalid credentials/s,
    before: [identity("wrong")],
    files: Object.fromEntries(store("secret-store-with-wrong-credentials").map((object) => ["a.yaml", object])),
    application: { project: OPERATORS },
  },
  { name: "invalid-label", says: /metadata\.labels.*Invalid value|Invalid value.*label/s, files: { "a.yaml": configMap("a", {}, { labels: { a: "no label at all" } }) } },
  { name: "invalid-name", says: /Invalid value: "Not_A_Name"/, files: { "a.yaml": configMap("Not_A_Name") } },
  { name: "too-large", says: /Too long|too large|at most 1048576/i, files: { "a.yaml": configMap("a", { a: "x".repeat(1_100_000) }) } },
  { name: "invalid-port", says: /70000.*between 1 and 65535|between 1 and 65535/s, files: { "a.yaml": deployment("a", { container: { ports: [{ containerPort: 70_000 }] } }) } },
  { name: "limit-below-request", says: /must be less than or equal to memory limit/, files: { "a.yaml": deployment("a", { container: { resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } } }) } },
  {
    name: "webhook-that-never-answers",
    says: /failed calling webhook "never\.example\.com"/,
    before: [
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "never" },
        webhooks: [
          {
            name: "never.example.com",
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            failurePolicy: "Fail",
            timeoutSeconds: 1,
            clientConfig: { service: { name: "nobody", namespace: namespaceOf("webhook-that-never-answers") } },
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespaceOf("webhook-that-never-answers") } },
            rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
          },
        ],
      },
    ],
    files: { "a.yaml": configMap("a") },
  },
  { name: "broken-yaml", says: /yaml/i, files: { "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: [a\n" } },
  { name: "no-such-folder", says: /app path does not exist/, application: { source: folder("nowhere") } },
  { name: "glob-without-match", says: /has nothing in it/, files: { "a.yaml": configMap("a") }, application: { source: folder("glob-without-match", { directory: { include: "nothing-*.yaml" } }) } },
  { name: "no-such-revision", says: /nowhere/, application: { source: folder("broken-yaml", { targetRevision: "nowhere" }) } },
  { name: "no-such-chart-version", says: /9\.9\.9|version/, application: { source: chart("app", "9.9.9") } },
  { name: "no-such-chart", says: /stranger/, application: { source: chart("stranger", "1.0.0") } },
  { name: "chart-repository-unknown", says: /elsewhere\.example\.com|Forbidden|403/, application: { source: chart("app", "1.0.0", "https://elsewhere.example.com") } },
];
