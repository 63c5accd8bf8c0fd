import { parseAllDocuments, stringify } from "yaml";
import type { MachineSecrets } from "./talos-secrets.ts";

export interface GenerateArgs {
  clusterName: string;
  /** `https://<host>:6443`. */
  clusterEndpoint: string;
  machineType: "controlplane" | "worker";
  machineSecrets: MachineSecrets;
  kubernetesVersion: string;
}

type Document = Record<string, unknown>;

/** A machine configuration with Talos' defaults and nothing of this homelab's, as the provider generates it: the machine's own, and what it is called. */
export function generateConfiguration(args: GenerateArgs): string {
  const hostname = { apiVersion: "v1alpha1", kind: "HostnameConfig", auto: "stable" };
  return write([{ version: "v1alpha1", debug: false, persist: true, machine: machine(args), cluster: cluster(args) }, hostname]);
}

function machine({ machineType, machineSecrets: { certs, trustdinfo }, kubernetesVersion }: GenerateArgs): Document {
  const controls = machineType === "controlplane";
  return {
    type: machineType,
    token: trustdinfo.token,
    // A worker has its certificate signed by a control plane.
    ca: { crt: certs.os.cert, key: controls ? certs.os.key : "" },
    certSANs: [],
    kubelet: { image: `ghcr.io/siderolabs/kubelet:${kubernetesVersion}`, defaultRuntimeSeccompProfileEnabled: true, disableManifestsDirectory: true },
    install: { disk: "/dev/sda", image: "ghcr.io/siderolabs/installer:v1.13.0", wipe: false, grubUseUKICmdline: true },
    features: { diskQuotaSupport: true, kubePrism: { enabled: true, port: 7445 }, hostDNS: { enabled: true, forwardKubeDNSToHost: true } },
    ...(controls ? { nodeLabels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" } } : {}),
  };
}

function cluster({ clusterName, clusterEndpoint, machineType, machineSecrets, kubernetesVersion }: GenerateArgs): Document {
  const { certs, cluster: own, secrets } = machineSecrets;
  const controls = machineType === "controlplane";
  const pair = ({ cert, key }: { cert: string; key: string }): Document => ({ crt: cert, key });
  const image = (name: string): Document => ({ image: `registry.k8s.io/${name}:${kubernetesVersion}` });
  const all = {
    id: own.id,
    secret: own.secret,
    controlPlane: { endpoint: clusterEndpoint },
    clusterName,
    network: { dnsDomain: "cluster.local", podSubnets: ["10.244.0.0/16"], serviceSubnets: ["10.96.0.0/12"] },
    token: secrets.bootstrapToken,
    ca: { crt: certs.k8s.cert, key: controls ? certs.k8s.key : "" },
    discovery: { enabled: true, registries: { kubernetes: { disabled: true }, service: {} } },
  };
  if (!controls) return all;
  return {
    ...all,
    secretboxEncryptionSecret: secrets.secretboxEncryptionSecret,
    aggregatorCA: pair(certs.k8sAggregator),
    serviceAccount: { key: certs.k8sServiceaccount.key },
    apiServer: { ...image("kube-apiserver"), certSANs: [new URL(clusterEndpoint).hostname] },
    controllerManager: image("kube-controller-manager"),
    proxy: image("kube-proxy"),
    scheduler: image("kube-scheduler"),
    etcd: { ca: pair(certs.etcd) },
  };
}

/** Lists that a patch replaces; to all others it adds. */
const REPLACED = new Set(["cluster.network.podSubnets", "cluster.network.serviceSubnets"]);

/** A configuration with patches merged into it, one after the other: maps field by field, documents by what they are. */
export function patchConfiguration(configuration: string, patches: readonly string[]): string {
  const documents = patches.flatMap(documentsOf).reduce<Document[]>((all, patch) => {
    const index = all.findIndex((document) => identity(document) === identity(patch));
    return index === -1 ? [...all, patch] : all.with(index, merge(all[index], patch, "") as Document);
  }, documentsOf(configuration));
  return write(documents);
}

function identity({ apiVersion, kind, name }: Document): string {
  return kind === undefined ? "" : JSON.stringify([apiVersion, kind, name]);
}

function merge(base: unknown, patch: unknown, path: string): unknown {
  if (Array.isArray(base) && Array.isArray(patch)) return REPLACED.has(path) ? patch : [...(base as unknown[]), ...(patch as unknown[])];
  if (!isMap(base) || !isMap(patch)) return patch;
  const below = (key: string): string => (path === "" ? key : `${path}.${key}`);
  return { ...base, ...Object.fromEntries(Object.entries(patch).map(([key, value]) => [key, key in base ? merge(base[key], value, below(key)) : value])) };
}

function isMap(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function documentsOf(text: string): Document[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Document).filter(isMap);
}

function write(documents: readonly Document[]): string {
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join("---\n");
}
