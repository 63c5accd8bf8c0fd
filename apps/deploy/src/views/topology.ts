import { hostOf, type ServiceFacts } from "@rzp/workload/manifests";
import type { Homelab } from "../homelab.ts";
import { NAMES } from "../site.ts";
import { blocks, code, mermaid, nodeId, REFERENCE, section, table, type Page } from "./markdown.ts";

/** Networks, machines and the ways in, as diagrams. */
export function networkTopology(home: Homelab): Page {
  const text = blocks(
    "# Network",
    section("Networks", table(["network", "addresses", "what for"], networksOf(home).map(({ name, addresses, purpose }) => [name, code(addresses), purpose]))),
    section("Machines and addresses", mermaid(machines(home))),
    section("Routes", mermaid(routes(home))),
    section("Who talks to whom", "Between services everything else is closed. Whose policy is switched off, and why, stands on its page.", mermaid(talks(home))),
  );
  return { path: `${REFERENCE}/network-topology/index.md`, text, source: "apps/deploy/src/views/topology.ts" };
}

/** Every network there is, and what lies in it. */
export function networksOf({ stack: { network, proxmox } }: Homelab): { name: string; addresses: string; purpose: string }[] {
  const vlans = [...new Set(Object.values(proxmox.hosts).map(({ vlan }) => (vlan === undefined ? "untagged" : `VLAN ${vlan}`)))].sort();
  return [
    { name: `nodes (${vlans.join(", ")})`, addresses: network.nodes, purpose: "machines and load balancers" },
    { name: "gateway", addresses: network.gateway, purpose: "the way out" },
    ...(network.dhcp === undefined ? [] : [{ name: "DHCP", addresses: network.dhcp, purpose: "given out by the router: nothing fixed lies in it" }]),
    { name: "load balancers", addresses: network.loadBalancers, purpose: "services with an address of their own" },
    { name: "Kubernetes API", addresses: network.vip, purpose: "answered by whichever control plane is alive" },
    { name: "pods", addresses: network.pods, purpose: "inside the cluster" },
    { name: "services", addresses: network.services, purpose: "inside the cluster" },
  ];
}

function machines({ stack, context }: Homelab): string[] {
  const { network, proxmox } = stack;
  const all = Object.entries(stack.machines);
  const balanced = context.services.flatMap(({ name, loadBalancer }) => (loadBalancer === undefined ? [] : [{ name, address: loadBalancer.address }]));
  return [
    "flowchart TB",
    `  gateway["gateway ${network.gateway}"] --- lan["nodes ${network.nodes}"]`,
    ...Object.keys(proxmox.hosts).flatMap((host) => [
      `  subgraph ${nodeId(host)}["${host}"]`,
      ...all.filter(([, machine]) => machine.host === host).map(([name, { address, role }]) => `    ${nodeId(name)}["${name}<br/>${role}<br/>${address}"]`),
      "  end",
      `  lan --- ${nodeId(host)}`,
    ]),
    `  vip(["Kubernetes API ${network.vip}:6443"])`,
    ...all.filter(([, { role }]) => role === "controlplane").map(([name]) => `  vip -.-> ${nodeId(name)}`),
    ...balanced.map(({ name, address }) => `  lan --- ${nodeId(`lb-${name}`)}(["${name} ${address}"])`),
  ];
}

function routes({ stack, context }: Homelab): string[] {
  const routed = context.services.filter(({ host }) => host !== undefined);
  const address = context.services.find(({ name }) => name === NAMES.ingress.app)?.loadBalancer?.address ?? "";
  const isPublic = ({ exposure }: ServiceFacts): boolean => exposure === "public";
  return [
    "flowchart LR",
    `  home(["home network"]) -->|"${address}:443"| ingress["${NAMES.ingress.app}"]`,
    ...(routed.some(isPublic) ? [`  internet(["internet"]) --> edge["Cloudflare"] -->|"tunnel ${stack.cloudflare.tunnel}"| ingress`] : []),
    ...routed.map((one) => `  ingress -->|"${hostOf(one, context.site) ?? ""}${isPublic(one) ? ", public" : ""}${one.auth === undefined ? "" : ", password"}"| ${nodeId(one.name)}["${one.name}"]`),
  ];
}

function talks({ context: { services } }: Homelab): string[] {
  return ["flowchart LR", ...services.flatMap(({ name, talksTo }) => talksTo.map((peer) => `  ${nodeId(name)}["${name}"] --> ${nodeId(peer)}["${peer}"]`))];
}
