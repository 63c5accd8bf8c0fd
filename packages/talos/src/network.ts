import { contains, isHostName, isIpv4, overlaps, parseCidr, type Network, type Refuse } from "@rzp/core";
import type { TalosClusterArgs } from "./cluster.ts";
import type { NetworkSpec, NodeSpec } from "./spec.ts";

type Args = Omit<TalosClusterArgs, "transform">;

/** The networks of a cluster: each one valid, none of them overlapping another. */
export function checkNetwork({ network, endpoint, certSans = [] }: Args, refuse: Refuse): NetworkSpec {
  const { gateway, nameservers } = network;
  const nodes = cidr("network.nodes", network.nodes, refuse);
  const pods = cidr("network.pods", network.pods ?? "10.244.0.0/16", refuse);
  const services = cidr("network.services", network.services ?? "10.96.0.0/12", refuse);
  for (const [path, a, other, b] of [["pods", pods, "nodes", nodes], ["services", services, "nodes", nodes], ["services", services, "pods", pods]] as const) {
    if (overlaps(a, b)) refuse(`network.${path}`, `${a.cidr} overlaps network.${other} (${b.cidr})`);
  }
  if (!isIpv4(gateway) || !contains(nodes, gateway)) refuse("network.gateway", `"${gateway}" is not an address in ${nodes.cidr}`);
  if (nameservers.length === 0) refuse("network.nameservers", "is empty", "A machine without one can pull no image.");
  nameservers.forEach((server, index) => {
    if (!isIpv4(server)) refuse(`network.nameservers[${index}]`, `"${server}" is not an IPv4 address`);
  });
  if (endpoint !== undefined && !isHost(endpoint)) refuse("endpoint", `"${endpoint}" is not a host name`, "Write the host alone: scheme and port (https, 6443) are added.");
  certSans.forEach((san, index) => {
    if (!isHost(san)) refuse(`certSans[${index}]`, `"${san}" is neither a host name nor an IPv4 address`);
  });
  return { nodes, gateway, nameservers, pods, services };
}

/** Every fixed address is one of the node network's own, and given once. */
export function checkAddresses({ vip, network }: Args, subnet: Network, nodes: readonly NodeSpec[], refuse: Refuse): void {
  const owners = new Map<string, string>([[network.gateway, "network.gateway"]]);
  for (const [path, address] of [["vip", vip] as const, ...nodes.map((node) => [`nodes.${node.name}.address`, node.address] as const)]) {
    if (!isIpv4(address)) refuse(path, `"${address}" is not an IPv4 address`);
    if (!contains(subnet, address)) refuse(path, `${address} lies outside network.nodes (${subnet.cidr})`);
    if (address === subnet.first || address === subnet.last) refuse(path, `${address} is the network or broadcast address of ${subnet.cidr}`);
    const owner = owners.get(address);
    if (owner !== undefined) refuse(path, `${address} is already ${owner}`);
    owners.set(address, path);
  }
  for (const [index, { name, mac }] of nodes.entries()) {
    const other = nodes.slice(0, index).find((node) => mac !== undefined && node.mac === mac);
    if (other !== undefined) refuse(`nodes.${name}.mac`, `${mac ?? ""} is already nodes.${other.name}.mac`);
  }
}

function cidr(path: string, text: string, refuse: Refuse): Network {
  return parseCidr(text) ?? refuse(path, `"${text}" is not an IPv4 network`, "Write it as 10.0.20.0/24, without host bits.");
}

export function isHost(text: string): boolean {
  return isIpv4(text) || isHostName(text);
}
