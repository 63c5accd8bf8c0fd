import { addressAfter, contains, didYouMean, isIpv4, overlaps, parseBytes, parseCidr, parseRange, type AddressRange, type Network } from "@rzp/core";
import { versionMistakes } from "@rzp/talos/versions";
import type { Stack } from "./schema.ts";

/** One mistake in the configuration: where, and what is wrong with it. */
export interface Mistake {
  path: (string | number)[];
  message: string;
}

/** Talos' documented minimum for a system disk (system requirements, v1.13). */
const SYSTEM_DISK_MINIMUM = "10Gi";
/** Talos' documented minimum of memory (system requirements, v1.13). */
const MEMORY_MINIMUM = { controlplane: "2Gi", worker: "1Gi" } as const;
/** The smallest disk that TalosCluster takes for Longhorn's volume. */
const DATA_DISK_MINIMUM = "10Gi";

/** What no single field can tell: values that must fit one another. Every mistake is reported, not only the first. */
export function crossCheck(stack: Stack): Mistake[] {
  return [...checkNetworks(stack), ...checkAddresses(stack), ...checkVersions(stack), ...checkMachines(stack), ...checkZone(stack)];
}

function checkNetworks(stack: Stack): Mistake[] {
  const { network } = stack;
  const networks = (["nodes", "pods", "services"] as const).map((name) => [name, network[name], rangeOf(network[name])] as const);
  const outside = addressesOutside(stack);
  return networks.flatMap(([name, cidr, range], index) => {
    const overlapped = networks.slice(0, index).filter(([, , other]) => overlaps(range, other));
    // Pods and services are routed inside the cluster: what has such an address elsewhere is out of its reach. The nodes' own network is real.
    const hidden = name === "nodes" ? [] : outside.filter(([, address]) => contains(range, address));
    return [
      ...overlapped.map(([other, otherCidr]) => `${cidr} overlaps network.${other} (${otherCidr})`),
      ...hidden.map(([path, address]) => `${cidr} holds ${address} (${path}), which the cluster could then not reach`),
    ].map((message) => ({ path: ["network", name], message }));
  });
}

/** Addresses beyond the cluster that something inside it, or a node, talks to; names are left to DNS. */
function addressesOutside({ network, proxmox, infisical, git, media, backups }: Stack): [path: string, address: string][] {
  const hosts: [string, string | undefined][] = [
    ...network.nameservers.map((server, index): [string, string] => [`network.nameservers[${index}]`, server]),
    ["proxmox.endpoint", new URL(proxmox.endpoint).hostname],
    ["infisical.siteUrl", new URL(infisical.siteUrl).hostname],
    ["git.repoURL", new URL(git.repoURL).hostname],
    ["media.server", media?.server],
    ["backups.target", /^\w+:\/\/([^/:]+)/.exec(backups?.target ?? "")?.[1]],
  ];
  return hosts.flatMap(([path, host]): [string, string][] => (host !== undefined && isIpv4(host) ? [[path, host]] : []));
}

function checkAddresses(stack: Stack): Mistake[] {
  const nodes = parseCidr(stack.network.nodes) as Network;
  const { dhcp, loadBalancers, vip, gateway } = stack.network;
  const pool = rangeOf(loadBalancers);
  const mistakes: Mistake[] = [];

  // Every fixed address: in the subnet, usable, outside what the router and MetalLB hand out, and given once.
  const fixed: [string, (string | number)[], boolean][] = [
    [gateway, ["network", "gateway"], false],
    [vip, ["network", "vip"], true],
    ...Object.entries(stack.machines).map(([name, { address }]): [string, string[], boolean] => [address, ["machines", name, "address"], true]),
  ];
  const seen = new Map<string, string>();
  for (const [address, path, ours] of fixed) {
    const say = (message: string): unknown => mistakes.push({ path, message: `${address} ${message}` });
    if (!contains(nodes, address)) say(`lies outside network.nodes (${nodes.cidr})`);
    else if (address === nodes.first || address === nodes.last) say(`is the network or broadcast address of ${nodes.cidr}`);
    if (ours && dhcp !== undefined && contains(rangeOf(dhcp), address)) say(`lies inside network.dhcp (${dhcp}): the router may give it away`);
    if (contains(pool, address)) say(`lies inside network.loadBalancers (${loadBalancers}): MetalLB may give it away`);
    const other = seen.get(address);
    if (other !== undefined) say(`is already ${other}`);
    seen.set(address, path.join("."));
  }

  if (dhcp !== undefined && !(contains(nodes, rangeOf(dhcp).first) && contains(nodes, rangeOf(dhcp).last))) {
    mistakes.push({ path: ["network", "dhcp"], message: `${dhcp} lies outside network.nodes (${nodes.cidr})` });
  }
  const path = ["network", "loadBalancers"];
  if (!contains(nodes, pool.first) || !contains(nodes, pool.last)) {
    mistakes.push({ path, message: `${loadBalancers} lies outside network.nodes (${nodes.cidr}): nobody would answer ARP for it` });
  } else if (contains(pool, nodes.first) || contains(pool, nodes.last)) {
    mistakes.push({ path, message: `${loadBalancers} holds the network or broadcast address of ${nodes.cidr}; start at ${addressAfter(nodes.first, 1)}` });
  }
  if (dhcp !== undefined && overlaps(pool, rangeOf(dhcp))) {
    mistakes.push({ path, message: `${loadBalancers} overlaps network.dhcp (${dhcp})` });
  }
  return mistakes;
}

/** TalosCluster's own rules, found before anything is registered. */
function checkVersions({ cluster }: Stack): Mistake[] {
  return versionMistakes(cluster).map(({ field, problem, expected }) => ({ path: ["cluster", field], message: `${problem}. ${expected}` }));
}

function checkMachines({ machines, proxmox }: Stack): Mistake[] {
  const mistakes: Mistake[] = [];
  const vmIds = new Map<number, string>();
  const asked = new Map<string, number>();
  const controlPlanes = Object.values(machines).filter(({ role }) => role === "controlplane").length;

  if (controlPlanes % 2 === 0) {
    const reason = controlPlanes === 0 ? "etcd needs one" : `etcd with ${controlPlanes} members survives no more failures than with ${controlPlanes - 1}`;
    mistakes.push({ path: ["machines"], message: `has ${controlPlanes} control planes; ${reason}. Use ${controlPlanes + 1}${controlPlanes > 2 ? ` or ${controlPlanes - 1}` : ""}` });
  }
  for (const [name, machine] of Object.entries(machines)) {
    const say = (field: string, message: string): unknown => mistakes.push({ path: ["machines", name, field], message });
    const other = vmIds.get(machine.vmId);
    if (other !== undefined) say("vmId", `${machine.vmId} is already the id of ${other}`);
    vmIds.set(machine.vmId, name);

    if (proxmox.hosts[machine.host] === undefined) {
      say("host", `"${machine.host}" is not a host under proxmox.hosts. ${didYouMean(machine.host, Object.keys(proxmox.hosts))}`);
    }
    asked.set(machine.host, (asked.get(machine.host) ?? 0) + size(machine.memory));
    if (size(machine.disk) < size(SYSTEM_DISK_MINIMUM)) say("disk", `${machine.disk} is less than the ${SYSTEM_DISK_MINIMUM} that Talos needs`);
    const least = MEMORY_MINIMUM[machine.role];
    if (size(machine.memory) < size(least)) say("memory", `${machine.memory} is less than the ${least} that Talos needs on a ${machine.role}`);
    if (size(machine.memory) % size("1Mi") !== 0) say("memory", `${machine.memory} is not whole MiB, as Proxmox counts memory`);
    if (size(machine.disk) % size("1Gi") !== 0) say("disk", `${machine.disk} is not whole GiB, as Proxmox counts disks`);
    const { dataDisk } = machine;
    if (dataDisk !== undefined && size(dataDisk) % size("1Gi") !== 0) say("dataDisk", `${dataDisk} is not whole GiB, as Proxmox counts disks`);
    if (dataDisk !== undefined && size(dataDisk) < size(DATA_DISK_MINIMUM)) say("dataDisk", `${dataDisk} is less than the ${DATA_DISK_MINIMUM} that Longhorn's volume asks for`);
  }
  for (const [name, host] of Object.entries(proxmox.hosts)) {
    const sum = asked.get(name) ?? 0;
    if (sum > size(host.memory)) {
      mistakes.push({ path: ["proxmox", "hosts", name, "memory"], message: `${host.memory} is less than the ${sum / size("1Gi")}Gi its machines ask for` });
    }
  }
  return mistakes;
}

function checkZone({ domain, cloudflare }: Stack): Mistake[] {
  const { zone, certificateNames = [] } = cloudflare;
  const names: [(string | number)[], string][] = [[["domain"], domain], ...certificateNames.map((name, index): [(string | number)[], string] => [["cloudflare", "certificateNames", index], name])];
  return names.filter(([, name]) => name !== zone && !name.endsWith(`.${zone}`)).map(([path, name]) => ({ path, message: `${name} lies outside cloudflare.zone (${zone})` }));
}

// The schema has checked the syntax before, so these cannot fail here.
function rangeOf(text: string): AddressRange {
  return parseRange(text) as AddressRange;
}

function size(bytes: string): number {
  return parseBytes(bytes) as number;
}
