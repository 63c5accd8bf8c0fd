import { IN_CLUSTER, argoAppManifests, argoProjectManifests, type ApplicationSource } from "@rzp/argocd/manifests";
import type { KubernetesObject } from "@rzp/core";
import { externalSecretManifests, infisicalSecretStoreManifests, universalAuth } from "@rzp/infisical/manifests";
import { stringify } from "yaml";

export const REPOSITORY = "https://git.example.com/home/lab.git";
export const CHARTS = "https://charts.example.com";
export const NAMESPACE = "home";
export const ROOT = "homelab";

/** Applications by their wave, as in the three layers of a homelab. */
const LAYERS: readonly { wave: number; applications: readonly string[] }[] = [
  { wave: -2, applications: ["operators"] },
  { wave: -1, applications: ["platform-1", "platform-2"] },
  { wave: 0, applications: ["app-1", "app-2", "app-3"] },
];
export const CHART = "chart";
export const FOLDERS = LAYERS.flatMap(({ applications }) => applications);
export const chartVersion = (round: number): string => `1.0.${round}`;
export const secretKey = (round: number): string => `ROUND_${round}`;

/** The small homelab as git has it in one round. Each Application differs from the round before. */
export function homelab(round: number, { secrets }: { secrets: boolean }): Map<string, string> {
  const own = (path: string): ApplicationSource => ({ repoURL: REPOSITORY, targetRevision: "main", path });
  const application = (name: string, source: ApplicationSource, wave: number): KubernetesObject[] => argoAppManifests(name, { project: "home", destination: { server: IN_CLUSTER, namespace: NAMESPACE }, source, wave });
  const roots = [...LAYERS.flatMap(({ wave, applications }) => applications.flatMap((name) => application(name, own(`folders/${name}`), wave))), ...application(CHART, { repoURL: CHARTS, chart: CHART, targetRevision: chartVersion(round) }, -1)];
  const files: [string, KubernetesObject][] = [
    ...roots.map((object): [string, KubernetesObject] => [`roots/${object.metadata.name}.yaml`, object]),
    ...FOLDERS.flatMap((name) => objectsOf(name, round, secrets).map((object): [string, KubernetesObject] => [`folders/${name}/${object.kind.toLowerCase()}.yaml`, object])),
  ];
  return new Map(files.map(([path, object]) => [path, stringify(object)]));
}

function objectsOf(name: string, round: number, secrets: boolean): KubernetesObject[] {
  const labels = { app: name };
  const metadata = { name, namespace: NAMESPACE, labels };
  const securityContext = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } };
  const template = { metadata: { labels, annotations: { round: String(round) } }, spec: { securityContext, containers: [{ name: "main", image: "image.invalid/a:1", securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } }] } };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { round: String(round) } },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: [{ port: 80 }] } },
    { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec: { accessModes: ["ReadWriteOnce"], storageClassName: "longhorn", resources: { requests: { storage: "1Gi" } } } },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 2, selector: { matchLabels: labels }, template } },
    ...(secrets && name.startsWith("app-") ? externalSecretManifests(name, { namespace: NAMESPACE, store: "infisical", keys: [{ key: "round", remote: `/${secretKey(round)}` }], labels }) : []),
  ];
}

/** What is there before Argo CD looks. */
export function bootstrap({ secrets }: { secrets: boolean }): KubernetesObject[] {
  return [
    ...["argocd", NAMESPACE].map((name): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "longhorn" }, provisioner: "driver.longhorn.io", reclaimPolicy: "Retain" },
    ...argoProjectManifests("home", { description: "A small homelab.", sourceRepos: [REPOSITORY, CHARTS], destinations: [{ namespace: NAMESPACE }, { namespace: "argocd" }] }),
    ...(secrets
      ? [
          { apiVersion: "v1", kind: "Secret", metadata: { name: "identity", namespace: NAMESPACE }, stringData: { clientId: "client", clientSecret: "secret" } },
          ...infisicalSecretStoreManifests("infisical", { hostAPI: "https://eu.infisical.com", projectSlug: "home", environmentSlug: "prod", secretsPath: "/", auth: universalAuth("identity", NAMESPACE), namespaces: [NAMESPACE] }),
        ]
      : []),
    ...argoAppManifests(ROOT, { project: "home", destination: { server: IN_CLUSTER, namespace: "argocd" }, source: { repoURL: REPOSITORY, targetRevision: "main", path: "roots" } }),
  ];
}
