import { stringify } from "yaml";
import type { KubernetesObject } from "@rzp/core";
import { PROJECTS } from "../projects.ts";
import type { Chart } from "../outside/chart-host.ts";

/** What a declaration says of one chart, and what a cluster without its images needs to know of it. */
export interface ChartFacts {
  /** As the Application writes it: `https://…`, or an OCI registry without a scheme. */
  repoURL: string;
  name: string;
  version: string;
  /** What each of its pods asks for, and how many there are: the scheduler counts it against the nodes. */
  replicas: number;
  requests: { cpu: string; memory: string };
  /** Services that its route and its callers name. */
  services: readonly { name: string; port: number; targetPort: number }[];
  loadBalancer?: { address: string; ports: readonly { name: string; port: number }[] };
  /** CRDs of the real project. */
  crds: readonly KubernetesObject[];
}

/**
 * A chart in place of the real one: the real CRDs, pods that ask for what is declared, the Services that others name, and the values it was given in a
 * ConfigMap, so that a changed value is a changed object. What the real chart makes of its values beyond that is not rehearsed.
 */
export function standInChart(facts: ChartFacts): Chart {
  const { repoURL, name, version, crds } = facts;
  const objects = [deployment(facts), ...facts.services.map(service), ...loadBalancer(facts), ...(EXTRAS[name] ?? [])];
  const files = new Map<string, string>([
    ...crds.map((crd): [string, string] => [`crds/${crd.metadata.name}.yaml`, stringify(crd)]),
    ["templates/objects.yaml", objects.map((object) => `---\n${stringify(object, { lineWidth: 0 })}`).join("")],
    ["templates/values.yaml", VALUES],
    ...(TEMPLATES[name] ?? []),
  ]);
  return { repoURL, name, version, files };
}

const RELEASE = "{{ .Release.Name }}";
const NAMESPACE = "{{ .Release.Namespace }}";
const LABELS = { "app.kubernetes.io/instance": RELEASE };

function deployment({ replicas, requests, name, version }: ChartFacts): KubernetesObject {
  const container = {
    name: "main",
    image: `chart.invalid/${name}:${version}`,
    resources: { requests },
    // Whatever its namespace enforces: what the real pods ask for is in their chart.
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
  const securityContext = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: RELEASE, namespace: NAMESPACE, labels: LABELS },
    spec: { replicas, selector: { matchLabels: LABELS }, template: { metadata: { labels: LABELS }, spec: { automountServiceAccountToken: false, securityContext, containers: [container] } } },
  };
}

function service({ name, port, targetPort }: ChartFacts["services"][number]): KubernetesObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: NAMESPACE, labels: LABELS }, spec: { selector: LABELS, ports: [{ name: "main", port, targetPort }] } };
}

function loadBalancer({ loadBalancer: balanced }: ChartFacts): KubernetesObject[] {
  if (balanced === undefined) return [];
  const metadata = { name: RELEASE, namespace: NAMESPACE, labels: LABELS, annotations: { "metallb.io/loadBalancerIPs": balanced.address } };
  return [{ apiVersion: "v1", kind: "Service", metadata, spec: { type: "LoadBalancer", selector: LABELS, ports: balanced.ports.map(({ name, port }) => ({ name, port })) } }];
}

const VALUES = `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${RELEASE}-values
  namespace: ${NAMESPACE}
data:
  values.yaml: |
{{ toYaml .Values | indent 4 }}
`;

/** What others rely on that a chart makes besides. */
const EXTRAS: Readonly<Record<string, readonly KubernetesObject[]>> = {
  longhorn: [{ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "longhorn", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }, provisioner: "driver.longhorn.io", allowVolumeExpansion: true, reclaimPolicy: "Retain", volumeBindingMode: "Immediate" }],
  traefik: [{ apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name: "traefik" }, spec: { controller: "traefik.io/ingress-controller" } }],
};

/** Argo CD keeps itself: its settings come from its own Application, and must be those it was started with. */
const ARGO_CD = ["cm", "params"].map((part): [string, string] => [
  `templates/${part}.yaml`,
  `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${part === "cm" ? "argocd-cm" : "argocd-cmd-params-cm"}
  namespace: ${NAMESPACE}
  labels:
    app.kubernetes.io/part-of: argocd
data:
{{ toYaml .Values.configs.${part} | indent 2 }}
`,
]);

const TEMPLATES: Readonly<Record<string, readonly (readonly [string, string])[]>> = { "argo-cd": ARGO_CD };

/** The API groups of a chart: whose CRDs it brings, and whose objects the program in it looks after. */
export function groupsOf(chart: string): readonly string[] {
  return PROJECTS.find(({ chart: { name } }) => name === chart)?.groups ?? [];
}
