import { createPublicKey } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { makeAuthority, makeKeyPair, openAuthority, type Identity } from "./certificates.ts";
import { KubeClient } from "./client.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { nodeObject, PLAYED, type LabNode } from "./nodes.ts";
import { freePort, Processes, type Daemon } from "./processes.ts";

const HOST = "127.0.0.1";
const SERVICES = "10.96.0.0/12";
/** Where Services are reached and the API server is the first; it is in the server's certificate, as in any cluster. */
const FIRST_SERVICE = "10.96.0.1";

type Binaries<Name extends string> = Readonly<Record<Name, string>>;

/** Programs of an API server alone, and of a control plane that runs pods on simulated nodes: what `findBinaries` is asked for. */
export const API_SERVER = ["etcd", "kube-apiserver"] as const;
export const CONTROL_PLANE = [...API_SERVER, "kube-controller-manager", "kube-scheduler", "kwok"] as const;

/** What a cluster signs with. */
export interface ClusterKeys {
  /** Signs for the API server and for all who speak to it. */
  authority: Identity;
  /** Signs for the API server where it passes a request on. */
  frontProxy: Identity;
  /** Private key that signs the tokens of ServiceAccounts, PEM. */
  serviceAccounts: string;
}

interface CommonArgs {
  /** Kept, with logs, certificates and data. @default a temporary folder that is removed at the end */
  folder?: string;
  /** Somebody else's, whose kubeconfigs then work here: a Talos that was told to start its cluster has them. @default made for this cluster alone */
  keys?: ClusterKeys;
}

/** An API server that admits objects and runs nothing. */
interface ApiServerArgs extends CommonArgs {
  binaries: Binaries<(typeof API_SERVER)[number]>;
  nodes?: undefined;
}

/** A cluster in which Deployments get their pods, and pods their nodes. */
interface ClusterArgs extends CommonArgs {
  binaries: Binaries<(typeof CONTROL_PLANE)[number]>;
  /** The nodes that kwok plays; they are Ready when it has started. */
  nodes: readonly LabNode[];
}

export type ControlPlaneArgs = ApiServerArgs | ClusterArgs;

/** A control plane that runs. It ends with this process, however that ends, or with `stop`. */
export interface ControlPlane {
  /** Version of the API server, such as `v1.36.3`. */
  version: string;
  /** Its address on the loopback. */
  server: string;
  /** Certificate of its authority, PEM. */
  authority: string;
  /** Somebody who may do everything. */
  admin: Identity;
  /** Path of the admin's kubeconfig. */
  kubeconfig: string;
  /** The admin, speaking. */
  client: KubeClient;
  /** What runs; start more here and it stops with the control plane, before it. Its folder has the logs. */
  processes: Processes;
  stop(): Promise<void>;
}

/** Starts etcd and a kube-apiserver, and with `nodes` also the controller manager, the scheduler and kwok: all on the loopback, on free ports. */
export async function startControlPlane(args: ControlPlaneArgs): Promise<ControlPlane> {
  const processes = new Processes(args.folder);
  try {
    const pki = await writeCertificates(processes.folder, args.keys);
    const etcd = await startEtcd(processes, args.binaries.etcd);
    const { server, daemon } = await startApiServer(processes, args.binaries["kube-apiserver"], pki, etcd);
    const access = { server, authority: pki.authority, user: pki.admin };
    const client = new KubeClient(access);
    await processes.until(daemon, "it was ready", async () => ((await client.request("GET", "/readyz")).status === 200 ? true : undefined));
    const { gitVersion: version } = (await client.get<{ gitVersion: string }>("/version")) ?? { gitVersion: "unknown" };
    const config = writeKubeconfig(processes.folder, "admin", access);
    if (args.nodes !== undefined) await startCluster(processes, args, pki, { client, server, kubeconfig: config });
    const stop = async (): Promise<void> => {
      await client.close();
      await processes.stop();
    };
    return { version, server, authority: pki.authority, admin: pki.admin, kubeconfig: config, client, processes, stop };
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

/** Certificates, and the paths of their files. */
interface Pki {
  authority: string;
  admin: Identity;
  controllerManager: Identity;
  scheduler: Identity;
  file: (name: string) => string;
}

async function writeCertificates(folder: string, keys: ClusterKeys | undefined): Promise<Pki> {
  const file = (name: string): string => join(folder, "pki", name);
  mkdirSync(file(""), { recursive: true });
  const write = (name: string, { certificate, key }: Identity): void => {
    writeFileSync(file(`${name}.crt`), certificate);
    writeFileSync(file(`${name}.key`), key, { mode: 0o600 });
  };
  const cluster = keys === undefined ? await makeAuthority("kubernetes") : openAuthority(keys.authority);
  const front = keys === undefined ? await makeAuthority("front-proxy") : openAuthority(keys.frontProxy);
  const service = "kubernetes.default.svc";
  write("ca", cluster);
  write("front-proxy-ca", front);
  write("front-proxy-client", await front.client("front-proxy-client"));
  write("apiserver", await cluster.server("kube-apiserver", ["localhost", HOST, FIRST_SERVICE, "kubernetes", "kubernetes.default", service, `${service}.cluster.local`]));
  const tokens = keys === undefined ? await makeKeyPair() : { privateKey: keys.serviceAccounts, publicKey: createPublicKey(keys.serviceAccounts).export({ type: "spki", format: "pem" }) };
  writeFileSync(file("service-accounts.key"), tokens.privateKey, { mode: 0o600 });
  writeFileSync(file("service-accounts.pub"), tokens.publicKey);
  return {
    authority: cluster.certificate,
    admin: await cluster.client("admin", "system:masters"),
    controllerManager: await cluster.client("system:kube-controller-manager"),
    scheduler: await cluster.client("system:kube-scheduler"),
    file,
  };
}

async function startEtcd(processes: Processes, command: string): Promise<string> {
  const [client, peer] = [`http://${HOST}:${await freePort()}`, `http://${HOST}:${await freePort()}`];
  const daemon = processes.start("etcd", command, [
    `--data-dir=${join(processes.folder, "etcd")}`,
    // What it keeps is thrown away with the lab.
    "--unsafe-no-fsync",
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ]);
  await processes.until(daemon, "it was ready", async () => ((await fetch(`${client}/health`)).ok ? true : undefined));
  return client;
}

async function startApiServer(processes: Processes, command: string, { file }: Pki, etcd: string): Promise<{ server: string; daemon: Daemon }> {
  const port = await freePort();
  const daemon = processes.start("kube-apiserver", command, [
    `--etcd-servers=${etcd}`,
    `--bind-address=${HOST}`,
    `--advertise-address=${HOST}`,
    `--secure-port=${port}`,
    // It would refuse to be reached at a loopback address.
    "--endpoint-reconciler-type=none",
    `--service-cluster-ip-range=${SERVICES}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    `--admission-control-config-file=${writeAdmission(processes.folder)}`,
    // As in any cluster that runs its own system: whether a pod may be privileged is for Pod Security to say.
    "--allow-privileged=true",
    `--client-ca-file=${file("ca.crt")}`,
    `--tls-cert-file=${file("apiserver.crt")}`,
    `--tls-private-key-file=${file("apiserver.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("service-accounts.pub")}`,
    `--service-account-signing-key-file=${file("service-accounts.key")}`,
    `--requestheader-client-ca-file=${file("front-proxy-ca.crt")}`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${file("front-proxy-client.crt")}`,
    `--proxy-client-key-file=${file("front-proxy-client.key")}`,
  ]);
  return { server: `https://${HOST}:${port}`, daemon };
}

/** What Talos sets for namespaces that say nothing of Pod Security themselves. */
function writeAdmission(folder: string): string {
  const configuration = {
    apiVersion: "pod-security.admission.config.k8s.io/v1",
    kind: "PodSecurityConfiguration",
    defaults: { enforce: "baseline", "enforce-version": "latest", audit: "restricted", "audit-version": "latest", warn: "restricted", "warn-version": "latest" },
    exemptions: { namespaces: ["kube-system"] },
  };
  const path = join(folder, "admission.yaml");
  writeFileSync(path, stringify({ apiVersion: "apiserver.config.k8s.io/v1", kind: "AdmissionConfiguration", plugins: [{ name: "PodSecurity", configuration }] }));
  return path;
}

/** What makes a cluster of an API server: controllers, scheduler, and kwok with its nodes. */
async function startCluster(processes: Processes, { binaries, nodes }: ClusterArgs, pki: Pki, { client, server, kubeconfig: admin }: { client: KubeClient; server: string; kubeconfig: string }): Promise<void> {
  const access = { server, authority: pki.authority };
  const controllers = await startController(processes, "kube-controller-manager", binaries["kube-controller-manager"], writeKubeconfig(processes.folder, "controller-manager", { ...access, user: pki.controllerManager }), [
    "--use-service-account-credentials",
    `--root-ca-file=${pki.file("ca.crt")}`,
    `--cluster-signing-cert-file=${pki.file("ca.crt")}`,
    `--cluster-signing-key-file=${pki.file("ca.key")}`,
    `--service-account-private-key-file=${pki.file("service-accounts.key")}`,
  ]);
  await startController(processes, "kube-scheduler", binaries["kube-scheduler"], writeKubeconfig(processes.folder, "scheduler", { ...access, user: pki.scheduler }), []);
  const kwok = processes.start("kwok", binaries.kwok, [
    `--kubeconfig=${admin}`,
    `--config=${join(dirname(binaries.kwok), "kwok-stages.yaml")}`,
    `--manage-nodes-with-annotation-selector=${PLAYED.key}=${PLAYED.value}`,
    "--node-lease-duration-seconds=40",
    `--node-ip=${HOST}`,
    `--server-address=${HOST}:${await freePort()}`,
  ]);
  await Promise.all(nodes.map((node) => client.create(nodeObject(node))));
  for (const { name } of nodes) await processes.until(kwok, `node ${name} was ready`, async () => ((await isReady(client, name)) ? true : undefined));
  // Pods cannot be made before their namespace has one.
  await processes.until(controllers, "it had made ServiceAccounts", async () => client.get("/api/v1/namespaces/default/serviceaccounts/default"));
}

async function startController(processes: Processes, name: string, command: string, config: string, words: readonly string[]): Promise<Daemon> {
  const access = ["--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"].map((flag) => `${flag}=${config}`);
  return processes.start(name, command, [...access, "--leader-elect=false", `--bind-address=${HOST}`, `--secure-port=${await freePort()}`, ...words]);
}

interface Node {
  spec: { taints?: { key: string }[] };
  status: { conditions?: { type: string; status: string }[] };
}

/** Ready, and no longer marked as not ready: no pod would be given to it. */
async function isReady(client: KubeClient, name: string): Promise<boolean> {
  const node = await client.get<Node>(`/api/v1/nodes/${name}`);
  const ready = node?.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  return ready && !(node?.spec.taints ?? []).some(({ key }) => key === "node.kubernetes.io/not-ready");
}

function writeKubeconfig(folder: string, name: string, access: Parameters<typeof kubeconfig>[0]): string {
  const path = join(folder, `${name}.kubeconfig`);
  writeFileSync(path, kubeconfig(access), { mode: 0o600 });
  return path;
}
