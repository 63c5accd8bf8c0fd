import { generateKeyPairSync } from "node:crypto";
import { stringify } from "yaml";
import { makeAuthority, type Authority, type Identity } from "../../certificates.ts";
import { TalosClient, type TalosCredentials } from "../../talos-client.ts";
import type { TalosNode } from "./node.ts";

type Tree = Record<string, unknown>;

const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
/** As Talos writes a pair, with the label that it alone gives to Ed25519 keys. */
const talosPair = ({ certificate, key }: Identity): { crt: string; key: string } => ({ crt: base64(certificate), key: base64(key.replaceAll("PRIVATE KEY", "ED25519 PRIVATE KEY")) });
const pair = ({ certificate, key }: Identity): { crt: string; key: string } => ({ crt: base64(certificate), key: base64(key) });

/** The keys of one cluster, as the provider makes them, and configurations of its machines. */
export interface TestCluster {
  os: Authority;
  kubernetes: Authority;
  /** Signs for nobody that a machine knows. */
  stranger: Authority;
  administrator: TalosCredentials;
  /** A whole configuration; `change` is given its main document and those beside it. */
  configuration: (type: "controlplane" | "worker", name: string, change?: (main: { machine: Tree; cluster: Tree }, documents: Tree[]) => void) => string;
}

export async function testCluster(): Promise<TestCluster> {
  const [os, kubernetes, etcd, front, stranger] = [
    await makeAuthority("talos", { name: "Ed25519" }),
    await makeAuthority("kubernetes"),
    await makeAuthority("etcd"),
    await makeAuthority("front-proxy"),
    await makeAuthority("stranger", { name: "Ed25519" }),
  ];
  const serviceAccount = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  const network = { dnsDomain: "cluster.local", podSubnets: ["10.244.0.0/16"], serviceSubnets: ["10.96.0.0/12"] };
  const shared = { id: "cluster-id", secret: "cluster-secret", token: "a.b", clusterName: "homelab", controlPlane: { endpoint: "https://10.9.0.2:6443" }, discovery: { enabled: true, registries: { kubernetes: { disabled: true }, service: {} } } };
  const { certificate, key } = await os.client("admin", "os:admin");

  const configuration: TestCluster["configuration"] = (type, name, change) => {
    const controls = type === "controlplane";
    const machine: Tree = {
      type,
      token: "a.b",
      ca: controls ? talosPair(os) : { crt: talosPair(os).crt },
      certSANs: [],
      kubelet: { image: "ghcr.io/siderolabs/kubelet:v1.36.3", nodeIP: {} },
      network: { interfaces: [{ deviceSelector: { physical: true }, dhcp: true, ...(controls ? { vip: { ip: "10.9.0.2" } } : {}) }] },
      install: { disk: "/dev/sda", image: "factory.talos.dev/installer/x:v1.13.0", wipe: false, grubUseUKICmdline: true },
      features: { diskQuotaSupport: true, kubePrism: { enabled: true, port: 7445 }, hostDNS: { enabled: true, forwardKubeDNSToHost: true } },
      nodeLabels: { "homelab/zone": "a" },
    };
    const cluster: Tree = controls
      ? {
          ...shared,
          network: { cni: { name: "flannel", flannel: { kubeNetworkPoliciesEnabled: true } }, ...network },
          secretboxEncryptionSecret: "x",
          ca: pair(kubernetes),
          aggregatorCA: pair(front),
          serviceAccount: { key: base64(serviceAccount) },
          apiServer: { image: "registry.k8s.io/kube-apiserver:v1.36.3", certSANs: ["api.example.com"] },
          controllerManager: { image: "registry.k8s.io/kube-controller-manager:v1.36.3" },
          proxy: {},
          scheduler: { image: "registry.k8s.io/kube-scheduler:v1.36.3" },
          etcd: { ca: pair(etcd) },
          allowSchedulingOnControlPlanes: false,
        }
      : { ...shared, network, ca: { crt: pair(kubernetes).crt } };
    const documents: Tree[] = [{ apiVersion: "v1alpha1", kind: "HostnameConfig", auto: "off", hostname: name }];
    const main = { version: "v1alpha1", debug: false, persist: true, machine, cluster };
    change?.(main, documents);
    return [main, ...documents].map((document) => stringify(document)).join("---\n");
  };
  return { os, kubernetes, stranger, administrator: { authority: os.certificate, certificate, key }, configuration };
}

export const endpointOf = ({ address, port }: TalosNode): string => `${address}:${port}`;

/** Asks until something comes of it: a machine takes a moment to change what it is. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Gives a fresh machine its configuration, and waits until it speaks as a member of the cluster. */
export async function configure(node: TalosNode, cluster: TestCluster, configuration: string): Promise<TalosClient> {
  const stranger = await TalosClient.connect({ endpoint: endpointOf(node) });
  await stranger.applyConfiguration(configuration);
  stranger.close();
  return member(node, cluster);
}

/** A client of a machine that is a member of the cluster. */
export async function member(node: TalosNode, { administrator }: TestCluster): Promise<TalosClient> {
  return eventually(async () => {
    if (node.phase !== "running") throw new Error(`${node.address} is ${node.phase}`);
    return TalosClient.connect({ endpoint: endpointOf(node), credentials: administrator });
  });
}
