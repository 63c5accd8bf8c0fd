import { contains, parseCidr, type KubernetesObject } from "@rzp/core";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { commonLabels, peerPorts, type RenderContext, type ServiceFacts, type ServicePort } from "./service.ts";
import type { Site } from "./site.ts";

/** What a service's pods may do beyond what its facts say. */
export interface Reach {
  internet: boolean;
  lan: boolean;
  /** Dials the Kubernetes API. */
  api: boolean;
  /** Ports that the API server itself dials: admission webhooks. */
  webhooks: readonly number[];
  /** Ports of the pod that everybody may dial, through a load balancer. */
  open: readonly Port[];
}

type Port = Pick<ServicePort, "port" | "protocol">;
type Spec = NonNullable<INetworkPolicy["spec"]>;
type Ingress = NonNullable<Spec["ingress"]>[number];
type Egress = NonNullable<Spec["egress"]>[number];
type Peer = NonNullable<Ingress["from"]>[number];
type Ports = NonNullable<Ingress["ports"]>;

/** Addresses that are not the internet (RFC 6890): this network, private, shared, loopback, link-local, protocol, benchmark and multicast. */
const NOT_INTERNET = [
  "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
]; // prettier-ignore

const DNS: readonly Port[] = [{ port: 53, protocol: "UDP" }, { port: 53 }];

/**
 * Nothing in and nothing out, but for name resolution and what the service itself says. Replies to what is allowed need no rule of their own, and neither do a
 * kubelet's probes: kube-network-policies lets through what root on the pod's node sends. It judges a packet with the pod's own address on it, after a
 * Service was translated and before the source is: a rule for a Service's address would never match, and a client behind a load balancer is itself.
 */
export function networkPolicy(facts: ServiceFacts, context: RenderContext, reach: Reach, labels: Record<string, string>): KubernetesObject {
  return policy(facts, facts.name, labels, { policyTypes: ["Ingress", "Egress"], ingress: ingress(facts, context, reach), egress: egress(facts, context, reach) });
}

/**
 * What the services beside one ask of it: its callers come in, an ingress controller dials the pods behind every route, an operator those it runs. Policies
 * add up; in one of its own this changes with the services beside it while their own folders stay as they are. None where nobody asks, and none where no
 * policy applies, for it would be the one that closes the door.
 */
export function peersPolicy(facts: ServiceFacts, { site, services }: RenderContext): KubernetesObject[] {
  const callers = callersOf(facts.name, services).flatMap((caller) => callerPeers(caller, site));
  const from = rule(peerPorts(facts), (ports) => (callers.length === 0 ? undefined : { from: callers, ports }));
  const to = [...services.filter(({ managedBy }) => managedBy === facts.name).map((one) => ({ to: [podsOf(one)] })), ...(facts.dialsRoutes === true ? toRoutes(services, site) : [])];
  if (!hasPolicy(facts) || from.length + to.length === 0) return [];
  const spec = { ...(from.length === 0 ? {} : { ingress: from }), ...(to.length === 0 ? {} : { egress: to }) };
  return [policy(facts, `${facts.name}-peers`, commonLabels(facts), { policyTypes: [...(from.length === 0 ? [] : ["Ingress" as const]), ...(to.length === 0 ? [] : ["Egress" as const])], ...spec })];
}

/** False for pods that have their nodes' addresses, which nobody enforces a policy on, and for a service that has a reason to have none. */
export function hasPolicy({ hostNetwork, relaxations }: Pick<ServiceFacts, "hostNetwork" | "relaxations">): boolean {
  return hostNetwork !== true && !relaxations.some(({ what }) => what === "network");
}

function policy(facts: ServiceFacts, name: string, labels: Record<string, string>, rules: Omit<Spec, "podSelector">): KubernetesObject {
  const object: INetworkPolicy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: facts.namespace, labels },
    spec: { podSelector: isNamespaceWide(facts) ? {} : { matchLabels: { ...facts.podLabels } }, ...rules },
  };
  return object as unknown as KubernetesObject;
}

function ingress(facts: ServiceFacts, context: RenderContext, { webhooks, open }: Reach): Ingress[] {
  const { site } = context;
  return [
    ...(isNamespaceWide(facts) ? [{ from: [{ podSelector: {} }] }] : []),
    ...(facts.managedBy === undefined ? [] : [{ from: [podsOf(context.service(facts.managedBy))] }]),
    ...rule(routePorts(facts).map((port) => ({ port })), (ports) => ({ from: [ingressController(site)], ports })),
    // The home network and, through the router, whoever it lets in: the service decides by which ports it opens here.
    ...rule(open, (ports) => ({ ports })),
    ...rule(webhooks.map((port) => ({ port })), (ports) => ({ from: nodePeers(site, controlPlanes(site)), ports })),
  ];
}

function egress(facts: ServiceFacts, context: RenderContext, { internet, lan, api }: Reach): Egress[] {
  const { site } = context;
  const peers = facts.talksTo.map((name) => context.service(name));
  return [
    ...rule(DNS, (ports) => ({ to: [pod("kube-system", { "k8s-app": "kube-dns" })], ports })),
    ...(isNamespaceWide(facts) ? [{ to: [{ podSelector: {} }] }] : []),
    ...peers.flatMap((peer) => rule(peerPorts(peer), (ports) => ({ to: [calleePeer(peer, site)], ports }))),
    ...rule(api ? [{ port: site.network.apiServer.port }] : [], (ports) => ({ to: controlPlanes(site), ports })),
    ...(lan ? [{ to: [block(site.network.lan)] }] : []),
    ...(internet ? [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: notInternet(site) } }] }] : []),
  ];
}

/** A rule for these ports, or none where there are none: an empty list of ports would mean all of them. */
function rule<T>(ports: readonly Port[], make: (ports: Ports) => T | undefined): T[] {
  if (ports.length === 0) return [];
  const made = make(ports.map(({ port, protocol = "TCP" }) => ({ port, protocol })));
  return made === undefined ? [] : [made];
}

// Made once for a registry: looking through all services for each of them would be the square of their number.
const callerIndex = new WeakMap<readonly ServiceFacts[], Map<string, { caller: ServiceFacts; callee: string }[]>>();

/** Those who dial a service. */
function callersOf(name: string, services: readonly ServiceFacts[]): ServiceFacts[] {
  const index = callerIndex.get(services) ?? Map.groupBy(services.flatMap(callsOf), ({ callee }) => callee);
  callerIndex.set(services, index);
  return (index.get(name) ?? []).map(({ caller }) => caller);
}

function callsOf(caller: ServiceFacts): { caller: ServiceFacts; callee: string }[] {
  return caller.talksTo.map((callee) => ({ caller, callee }));
}

/** A pod on the nodes' network has a node's address, and no selector finds it. */
function callerPeers(caller: ServiceFacts, site: Site): Peer[] {
  return caller.hostNetwork === true ? nodePeers(site, [block(site.network.lan)]) : [pod(caller.namespace, caller.podLabels)];
}

function calleePeer(callee: ServiceFacts, site: Site): Peer {
  return callee.hostNetwork === true ? block(site.network.lan) : pod(callee.namespace, callee.podLabels);
}

/** Flannel gives what a node sends to another node's pod the node's address in the pod network, and not its own. */
function nodePeers(site: Site, nodes: readonly Peer[]): Peer[] {
  return [...nodes, block(site.network.pods)];
}

/** One rule a port: a rule a service would make a policy of thousands too large for the server. */
function toRoutes(services: readonly ServiceFacts[], site: Site): Egress[] {
  const byPort = Map.groupBy(services.flatMap((one) => routePorts(one).map((port) => ({ one, port }))), ({ port }) => port);
  return [...byPort].sort(([a], [b]) => a - b).flatMap(([port, behind]) => rule([{ port }], (ports) => ({ to: behind.map(({ one }) => calleePeer(one, site)), ports })));
}

/** Ports of a service's pods that the ingress controller dials, each once. */
function routePorts({ routePort, pathPorts = [] }: ServiceFacts): number[] {
  return [...new Set(routePort === undefined ? [] : [routePort, ...pathPorts])];
}

function controlPlanes({ network }: Site): Peer[] {
  return network.apiServer.addresses.map((address) => block(`${address}/32`));
}

function ingressController({ ingress: { namespace, app } }: Site): Peer {
  return pod(namespace, { "app.kubernetes.io/name": app });
}

function podsOf({ namespace, podLabels }: ServiceFacts): Peer {
  return pod(namespace, podLabels);
}

function pod(namespace: string, labels: Readonly<Record<string, string>>): Peer {
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  return Object.keys(labels).length === 0 ? { namespaceSelector } : { namespaceSelector, podSelector: { matchLabels: { ...labels } } };
}

function block(cidr: string): Peer {
  return { ipBlock: { cidr } };
}

// The site's own networks are not the internet either, whatever addresses they were given.
function notInternet({ network: { lan, pods, services } }: Site): string[] {
  const isCovered = (cidr: string): boolean => NOT_INTERNET.some((known) => isWithin(cidr, known));
  return [...NOT_INTERNET, ...[lan, pods, services].filter((cidr) => !isCovered(cidr))].sort();
}

function isWithin(inner: string, outer: string): boolean {
  const [small, large] = [parseCidr(inner), parseCidr(outer)];
  return small !== undefined && large !== undefined && contains(large, small.first) && contains(large, small.last);
}

/** A chart has a namespace of its own: its pods are all pods of the namespace, and talk among themselves. */
function isNamespaceWide({ podLabels }: ServiceFacts): boolean {
  return Object.keys(podLabels).length === 0;
}
