import { createPublicKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { readKey } from "../../certificates.ts";
import { pem, type Configuration, type Document, type Main } from "./configuration.ts";
import { several } from "./rpc-error.ts";
import { kubernetesProblem } from "./versions.ts";

/** What a configuration is held against. */
export interface Hardware {
  disks: readonly Disk[];
  /** Of its network cards. */
  macs: readonly string[];
  /** Version of the Talos that runs, such as `v1.13.0`. */
  version: string;
}

interface Disk {
  /** Such as `/dev/sda`. */
  device: string;
  /** In bytes. */
  size: number;
  readonly?: boolean;
}

type Machine = NonNullable<Main["machine"]>;
type Cluster = NonNullable<Main["cluster"]>;

/** What is wrong with a configuration for this machine, in Talos' own words where it has any; undefined when nothing is. */
export function problemsOf({ main, documents }: Configuration, hardware: Hardware): string | undefined {
  const inMain = main === undefined ? undefined : several(mainProblems(main, hardware));
  const beside = documents.flatMap((document) => documentProblems(document).map((problem) => `${[document.kind, ...(document.name === undefined ? [] : [document.name])].join("/")}: ${problem}`));
  return several([...(inMain === undefined ? [] : [`v1alpha1.Config: ${inMain}`]), ...beside, ...(main === undefined ? [] : conflicts(main, documents))]);
}

function mainProblems({ machine, cluster, persist }: Main, hardware: Hardware): string[] {
  if (machine === undefined) return ["machine instructions are required"];
  const controls = machine.type === "controlplane" || machine.type === "init";
  return [
    ...clusterProblems(cluster, controls),
    ...installProblems(machine, hardware.disks),
    ...hostDnsProblems(machine),
    ...(machine.ca === undefined && machine.acceptedCAs.length === 0 ? ["issuing CA or some accepted CAs are required (.machine.ca, machine.acceptedCAs)"] : []),
    ...roleProblems(machine, cluster, controls),
    ...(machine.network?.interfaces ?? []).flatMap((device) => deviceProblems(device, hardware.macs)),
    ...(persist === false ? [".persist should be enabled"] : []),
    ...imageProblems(machine, cluster, hardware.version, controls),
    ...certificateProblems(machine, cluster),
  ];
}

function clusterProblems(cluster: Cluster | undefined, controls: boolean): string[] {
  if (cluster === undefined) return ["cluster instructions are required"];
  const endpoint = cluster.controlPlane?.endpoint ?? "";
  if (endpoint === "") return ["cluster controlplane endpoint is required"];
  const discovers = cluster.discovery?.enabled === true && cluster.discovery.registries?.service?.disabled !== true;
  return [
    ...(URL.canParse(endpoint) && new URL(endpoint).protocol === "https:" ? [] : ["invalid controlplane endpoint: url scheme must be https"]),
    ...(cluster.etcd !== undefined && !controls ? ["etcd config is only allowed on control plane machines"] : []),
    ...(discovers && cluster.id === "" ? ["cluster discovery service requires .cluster.id"] : []),
    ...(discovers && cluster.secret === "" ? ["cluster discovery service requires .cluster.secret"] : []),
  ];
}

/** A real machine takes a disk that it does not have, and then fails to install, for whoever reads its console; here it is refused at once. */
function installProblems({ install }: Machine, disks: readonly Disk[]): string[] {
  if (install === undefined) return ['install instructions are required in "metal" mode'];
  const { disk, diskSelector, extraKernelArgs, grubUseUKICmdline } = install;
  const found = disks.find(({ device }) => device === disk);
  return [
    ...(disk === "" && diskSelector === undefined ? ["either install disk or diskSelector should be defined"] : []),
    ...(disk !== "" && found === undefined ? [`install disk ${disk} is not on this machine, which has ${disks.map(({ device }) => device).join(", ") || "none"}`] : []),
    ...(found?.readonly === true ? [`install disk ${disk} is read-only`] : []),
    ...(extraKernelArgs.length > 0 && grubUseUKICmdline ? ["install.extraKernelArgs and install.grubUseUKICmdline can't be used together"] : []),
  ];
}

function hostDnsProblems({ features }: Machine): string[] {
  const { enabled = false, forwardKubeDNSToHost = false } = features?.hostDNS ?? {};
  return forwardKubeDNSToHost && !enabled ? ["feature hostDNS.forwardKubeDNSToHost requires hostDNS.enabled to be true (.machine.features.hostDNS)"] : [];
}

function roleProblems({ type, ca, network }: Machine, cluster: Cluster | undefined, controls: boolean): string[] {
  if (controls) {
    const cni = cluster?.network?.cni?.name ?? "flannel";
    return [
      ...(["flannel", "custom", "none"].includes(cni) ? [] : ['cni name should be one of ["flannel", "custom", "none"]']),
      ...(ca === undefined ? ["issuing CA is required (.machine.ca)"] : (ca.key ?? "") === "" ? ["issuing CA key is required for controlplane nodes (.machine.ca.key)"] : []),
    ];
  }
  if (type !== "worker") return [`unknown machine type "${type}"`];
  return [
    ...(network?.interfaces.some(({ vip }) => vip !== undefined) === true ? ["virtual (shared) IP is not allowed on non-controlplane nodes"] : []),
    ...((ca?.key ?? "") === "" ? [] : ["issuing Talos API CA key is not allowed on non-controlplane nodes (.machine.ca)"]),
    ...((cluster?.ca?.key ?? "") === "" ? [] : ["issuing Kubernetes API CA key is not allowed on non-controlplane nodes (.cluster.ca)"]),
  ];
}

type Device = NonNullable<Machine["network"]>["interfaces"][number];

function deviceProblems({ interface: name = "", deviceSelector, addresses, routes, ignore = false, vip }: Device, macs: readonly string[]): string[] {
  if (ignore) return [];
  const both = "[networking.os.device.interface], [networking.os.device.deviceSelector]";
  const mac = deviceSelector?.hardwareAddr?.toLowerCase();
  return [
    ...(name === "" && deviceSelector === undefined ? [`${both}: required either config section to be set`] : []),
    ...(name !== "" && deviceSelector !== undefined ? [`${both}: config sections are mutually exclusive`] : []),
    ...(deviceSelector !== undefined && Object.keys(deviceSelector).length === 0 ? ["[networking.os.device.deviceSelector]: config section should contain at least one field"] : []),
    // A real machine is not to be reached any more after this.
    ...(mac !== undefined && !mac.includes("*") && macs.length > 0 && !macs.some((own) => own.toLowerCase() === mac) ? [`no network card of this machine has the address ${mac}; they have ${macs.join(", ")}`] : []),
    ...addresses.filter((address) => !isAddress(address)).map((address) => `[networking.os.device.addresses] "${name}": failed to parse IP address "${address}"`),
    ...(vip === undefined || isIP(vip.ip) !== 0 ? [] : [`[networking.os.device.vip] failed to parse "${vip.ip}" as IP address`]),
    ...routes.flatMap(({ network = "", gateway = "" }, index) => [
      ...(network === "" || isNetwork(network) ? [] : [`[networking.os.device.route[${index}].network] "${network}": invalid network address`]),
      ...(gateway === "" || isIP(gateway) !== 0 ? [] : [`[networking.os.device.route[${index}].gateway] "${gateway}": invalid network address`]),
      ...(network === "" && gateway === "" ? [`[networking.os.device.route[${index}]]: either network or gateway should be set`] : []),
    ]),
  ];
}

const isAddress = (text: string): boolean => isIP(text) !== 0 || isNetwork(text);

function isNetwork(text: string): boolean {
  const [address = "", prefix = "", ...more] = text.split("/");
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && /^\d+$/.test(prefix) && Number(prefix) <= bits;
}

function imageProblems({ kubelet }: Machine, cluster: Cluster | undefined, version: string, controls: boolean): string[] {
  const images = { kubelet: kubelet?.image, ...(controls ? { "kube-apiserver": cluster?.apiServer?.image, "kube-controller-manager": cluster?.controllerManager?.image, "kube-scheduler": cluster?.scheduler?.image } : {}) };
  return Object.entries(images).flatMap(([name, image]) => {
    const problem = image === undefined ? undefined : kubernetesProblem(image, version);
    return problem === undefined ? [] : [`${name} image is not valid: ${problem}`];
  });
}

/** Talos looks into them only when it uses them, and then a part of it does not start. */
function certificateProblems({ type, ca }: Machine, cluster: Cluster | undefined): string[] {
  const pairs = { "machine.ca": ca, ...(type === "worker" ? {} : { "cluster.ca": cluster?.ca, "cluster.aggregatorCA": cluster?.aggregatorCA, "cluster.etcd.ca": cluster?.etcd?.ca }) };
  return Object.entries(pairs).flatMap(([path, found]) => {
    const problem = found === undefined ? undefined : pairProblem(found);
    return problem === undefined ? [] : [`.${path}: ${problem}`];
  });
}

function pairProblem({ crt, key = "" }: { crt?: string | undefined; key?: string | undefined }): string | undefined {
  try {
    const certificate = new X509Certificate(pem(crt));
    if (!certificate.ca) return "certificate is invalid: it is none of an authority";
    if (Date.parse(certificate.validTo) < Date.now()) return `certificate is invalid: it ended on ${certificate.validTo}`;
    if (key !== "" && !certificate.publicKey.equals(createPublicKey(readKey(pem(key))))) return "the key is not the certificate's";
    return undefined;
  } catch (error) {
    return `failed to parse PEM block: ${(error as Error).message}`;
  }
}

function documentProblems({ kind, name = "", auto = "", hostname = "" }: Document): string[] {
  if (kind === "HostnameConfig") {
    const [first = ""] = hostname.split(".");
    return [
      ...(["", "off", "stable"].includes(auto) ? [] : [`invalid value for 'auto': ${auto}`]),
      ...(auto !== "stable" && hostname === "" ? ["either 'auto' or 'hostname' must be set"] : []),
      ...(auto === "stable" && hostname !== "" ? ["'auto' and 'hostname' cannot be set at the same time"] : []),
      ...(hostname !== "" && (first === "" || first.length > 63) ? [`invalid hostname "${first}"`] : []),
    ];
  }
  if (kind !== "UserVolumeConfig") return [];
  return [...(name === "" || name.length > 34 ? ["name must be between 1 and 34 characters long"] : []), ...(/^[-a-zA-Z0-9]*$/.test(name) ? [] : ["name can only contain lowercase and uppercase ASCII letters, digits, and hyphens"])];
}

function conflicts({ machine }: Main, documents: readonly Document[]): string[] {
  return documents.some(({ kind }) => kind === "HostnameConfig") && (machine?.network?.hostname ?? "") !== "" ? ["static hostname is already set in v1alpha1 config"] : [];
}
