import { didYouMean, isDnsLabel, parseBytes, parseDuration, refusal, type Bytes, type Duration, type Network, type Refuse } from "@rzp/core";
import { checkAddresses, checkNetwork, isHost } from "./network.ts";
import { DATA_DISK, type MachinePatch } from "./patches.ts";
import { checkPatches } from "./patch-rules.ts";
import { versionMistakes } from "./versions.ts";
import type { ApplyMode, DataDisk, TalosClusterArgs, TalosNode } from "./cluster.ts";

/** The networks of a cluster, read and checked: none overlaps another. */
export interface NetworkSpec {
  /** Of the machines. */
  nodes: Network;
  /** Default gateway of the machines, an address in `nodes`. */
  gateway: string;
  /** IPv4 addresses of DNS servers, at least one. */
  nameservers: readonly string[];
  pods: Network;
  services: Network;
}

/** One machine with every default filled in. */
export interface NodeSpec {
  /** Host name, and name of the Kubernetes node: a DNS label. */
  name: string;
  role: "controlplane" | "worker";
  /** IPv4 address without prefix, no other machine's. */
  address: string;
  /** Where its Talos API is reached; undefined means at its address. */
  endpoint: string | undefined;
  /** Lower case; undefined means every virtio card. */
  mac: string | undefined;
  /** Device Talos is installed on. */
  installDisk: string;
  /** Disk for Longhorn; undefined when there is none. */
  dataDisk: Required<DataDisk> | undefined;
  /** Labels of the Kubernetes node. */
  labels: Readonly<Record<string, string>> | undefined;
  /** Of this machine alone, after the cluster's. */
  patches: readonly MachinePatch[];
}

/** A cluster with every default filled in and every rule kept, all plain. */
export interface ClusterSpec {
  name: string;
  talos: string;
  kubernetes: string;
  secretsFrom: string;
  /** `https://<host>:6443`. */
  endpoint: string;
  vip: string;
  certSans: readonly string[] | undefined;
  network: NetworkSpec;
  allowSchedulingOnControlPlanes: boolean;
  /** True when any node has a disk for Longhorn. */
  longhorn: boolean;
  /** At least one, an odd number, in the order of declaration. */
  controlPlanes: readonly [NodeSpec, ...NodeSpec[]];
  workers: readonly NodeSpec[];
  patches: readonly MachinePatch[];
  applyMode: ApplyMode;
  timeout: Duration;
}

/** Checks the arguments against one another and fills in the defaults. */
export function clusterSpec(name: string, args: Omit<TalosClusterArgs, "transform">): ClusterSpec {
  const refuse = refusal("TalosCluster", name);
  if (!isDnsLabel(name)) refuse("", `name "${name}" is not a DNS label`, "Use 1 to 63 characters of a-z, 0-9 and -.");
  checkVersions(args, refuse);
  const network = checkNetwork(args, refuse);
  const nodes = Object.entries(args.nodes).map(([node, spec]) => nodeSpec(node, spec, refuse));
  checkAddresses(args, network.nodes, nodes, refuse);
  checkPatches("patches", args.patches ?? [], refuse);
  const host = args.endpoint ?? args.vip;
  const sans = [...new Set([args.vip, ...(args.certSans ?? [])])].filter((san) => san !== host);
  return {
    name,
    talos: args.image.version,
    kubernetes: args.kubernetes,
    secretsFrom: args.secretsFrom,
    endpoint: `https://${host}:6443`,
    vip: args.vip,
    certSans: sans.length === 0 ? undefined : sans,
    network,
    allowSchedulingOnControlPlanes: args.allowSchedulingOnControlPlanes ?? false,
    longhorn: nodes.some(({ dataDisk }) => dataDisk !== undefined),
    controlPlanes: checkQuorum(nodes.filter(({ role }) => role === "controlplane"), refuse),
    workers: nodes.filter(({ role }) => role === "worker"),
    patches: args.patches ?? [],
    applyMode: applyMode(args.applyMode, refuse),
    timeout: timeout(args.timeout, refuse),
  };
}

function applyMode(mode: ApplyMode = "staged_if_needing_reboot", refuse: Refuse): ApplyMode {
  const known: ApplyMode[] = ["auto", "staged_if_needing_reboot"];
  if (!known.includes(mode)) refuse("applyMode", `"${mode}" does not work for every machine`, `A machine without a configuration refuses it. Use ${known.join(" or ")}.`);
  return mode;
}

function timeout(text: Duration = "10m", refuse: Refuse): Duration {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds <= 0) refuse("timeout", `"${text}" is not a duration`, "Write it as 90s or 10m.");
  return text;
}

function checkVersions({ image, kubernetes, secretsFrom, nodes }: Omit<TalosClusterArgs, "transform">, refuse: Refuse): void {
  const [mistake] = versionMistakes({ talos: image.version, kubernetes, secretsFrom });
  if (mistake !== undefined) refuse(mistake.field === "talos" ? "image.version" : mistake.field, mistake.problem, mistake.expected);
  for (const [node, { image: own }] of Object.entries(nodes)) {
    if (own !== undefined && own.version !== image.version) {
      refuse(`nodes.${node}.image.version`, `is ${own.version}, but the cluster's is ${image.version}`, "One cluster has one Talos version; only extensions may differ.");
    }
  }
}

function nodeSpec(name: string, node: TalosNode, refuse: Refuse): NodeSpec {
  const path = `nodes.${name}`;
  const { role, address, endpoint, installDisk = "/dev/sda", labels, patches = [] } = node;
  if (!isDnsLabel(name)) refuse(path, "is not a DNS label", "A node's name is its host name: 1 to 63 characters of a-z, 0-9 and -.");
  if (!["controlplane", "worker"].includes(role)) refuse(`${path}.role`, `"${role}" is not a role`, didYouMean(role, ["controlplane", "worker"]));
  if (endpoint !== undefined && !isEndpoint(endpoint)) refuse(`${path}.endpoint`, `"${endpoint}" is not a host with or without a port`, "Write it as 192.168.2.9:50001.");
  if (!installDisk.startsWith("/dev/")) refuse(`${path}.installDisk`, `"${installDisk}" is not a device`, "Write it as /dev/sda.");
  const mac = node.mac?.toLowerCase();
  if (mac !== undefined && !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac)) refuse(`${path}.mac`, `"${mac}" is not a MAC address`, "Write it as bc:24:11:0a:0b:0c.");
  for (const [key, value] of Object.entries(labels ?? {})) checkLabel(`${path}.labels`, key, value, role, refuse);
  checkPatches(`${path}.patches`, patches, refuse);
  return { name, role, address, endpoint, mac, installDisk, dataDisk: dataDisk(`${path}.dataDisk`, node.dataDisk, refuse), labels, patches };
}

function isEndpoint(text: string): boolean {
  const [host = "", port = "50000", ...more] = text.split(":");
  return isHost(host) && /^\d+$/.test(port) && Number(port) > 0 && Number(port) < 65_536 && more.length === 0;
}

function dataDisk(path: string, disk: boolean | DataDisk | undefined, refuse: Refuse): Required<DataDisk> | undefined {
  if (disk === undefined || disk === false) return undefined;
  const minSize: Bytes = "10Gi";
  const spec = { selector: DATA_DISK, minSize, ...(disk === true ? {} : disk) };
  if (spec.selector.trim() === "") refuse(`${path}.selector`, "is empty", "Write a CEL expression such as disk.size > 100u * GB, or leave it out.");
  if (parseBytes(spec.minSize) === undefined) refuse(`${path}.minSize`, `"${spec.minSize}" is not a size`, "Write it with a binary unit, as 100Gi.");
  return spec;
}

// A worker labels itself with its kubelet's rights, and the API server's NodeRestriction lets it set only these of Kubernetes' own prefixes.
const OWN_LABELS = /^((node|kubelet|topology)\.kubernetes\.io\/|kubernetes\.io\/(hostname|os|arch)$)/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

function checkLabel(path: string, key: string, value: string, role: NodeSpec["role"], refuse: Refuse): void {
  if (!LABEL_KEY.test(key)) refuse(`${path}["${key}"]`, "is not a label's key", "Write it as example.com/zone, the name after the slash at most 63 characters.");
  if (!LABEL_VALUE.test(value)) refuse(`${path}["${key}"]`, `"${value}" is not a label's value`, "Use at most 63 characters of letters, digits, -, _ and .");
  if (role === "worker" && /(^|\.)(kubernetes|k8s)\.io\//.test(key) && !OWN_LABELS.test(key)) {
    refuse(`${path}["${key}"]`, "may not be set by a worker itself (NodeRestriction)", "Use a prefix of your own, such as example.com/.");
  }
}

function checkQuorum([first, ...rest]: NodeSpec[], refuse: Refuse): [NodeSpec, ...NodeSpec[]] {
  if (first === undefined) return refuse("nodes", "has no control plane", "etcd needs one, or three to survive the loss of one.");
  const count = 1 + rest.length;
  if (count % 2 === 0) refuse("nodes", `has ${count} control planes`, `etcd with ${count} members survives no more failures than with ${count - 1}. Use ${count + 1} or ${count - 1}.`);
  return [first, ...rest];
}
