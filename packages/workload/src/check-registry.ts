import { contains, parseRange, type AddressRange } from "@rzp/core";
import { capacityProblems } from "./check-capacity.ts";
import { peerProblems } from "./check-peers.ts";
import { remoteProblems } from "./check-remotes.ts";
import { claimName, loadBalancerName, secretFilesName, tlsSecretName } from "./names.ts";
import { LAYERS, type ServiceFacts } from "./service.ts";
import type { Site } from "./site.ts";

/** What of a site the services must fit into. */
export type Room = Pick<Site, "loadBalancerPool" | "capacity"> & Partial<Pick<Site, "storage">>;

/** What does not fit among all services of a homelab, and into the site. */
export function registryProblems(facts: readonly ServiceFacts[], site: Room, at: At, names: Names): string[] {
  const { reserved, switchedOff } = names;
  return [
    ...checkNames(facts, at, reserved),
    ...checkUnique(facts, at),
    ...checkNodePorts(facts, at),
    ...checkPlaces(facts, at),
    ...peerProblems(facts, at, switchedOff),
    ...remoteProblems(facts, at, switchedOff),
    ...checkPool(facts, site, at),
    ...capacityProblems(facts, site, at),
  ];
}

/** Names that are taken, and names of services that are declared but switched off. */
interface Names {
  reserved: readonly string[];
  switchedOff: readonly string[];
}

/** How a service is told to a person: its name, and the file it is declared in. */
export type At = (facts: ServiceFacts) => string;

/** A service's place, as one word. */
export function pathOf({ category, name }: Pick<ServiceFacts, "name" | "category">): string {
  return `${category}/${name}`;
}

/** A service's Application has its name, and so have the root Applications of the layers: one of a name replaces the other. */
function checkNames(facts: readonly ServiceFacts[], at: At, reserved: readonly string[]): string[] {
  const taken: readonly string[] = [...LAYERS, ...reserved];
  return facts.flatMap((one) => (taken.includes(one.name) ? [`${at(one)} has the name of a root Application, which its own would replace. Call it something else.`] : []));
}

/** What only one service may have. */
function checkUnique(facts: readonly ServiceFacts[], at: At): string[] {
  const owners = new Map<string, ServiceFacts>();
  return facts.flatMap((one) =>
    [...ownershipsOf(one), ...objectsOf(one)].flatMap((thing) => {
      const owner = owners.get(thing) ?? one;
      owners.set(thing, owner);
      return owner === one ? [] : [`${at(one)} wants ${thing}, which ${at(owner)} has.`];
    }),
  );
}

/** Ports of every node, or of control planes, that Kubernetes and Talos answer on (kubernetes.io/docs/reference/networking/ports-and-protocols, Talos' network connectivity). */
const NODE_PORTS: ReadonlyMap<number, string> = new Map([
  [2379, "etcd"], [2380, "etcd"], [6443, "the Kubernetes API"], [10_249, "kube-proxy"], [10_250, "the kubelet"], [10_256, "kube-proxy"], [10_257, "the controller manager"], [10_259, "the scheduler"], [50_000, "Talos"], [50_001, "Talos"],
]); // prettier-ignore

function checkNodePorts(facts: readonly ServiceFacts[], at: At): string[] {
  return facts.flatMap((one) =>
    one.hostPorts.flatMap((port) => {
      const owner = NODE_PORTS.get(port);
      return owner === undefined ? [] : [`${at(one)} wants the node port ${port}, which ${owner} has.`];
    }),
  );
}

function ownershipsOf({ name, host, loadBalancer, hostPorts }: ServiceFacts): string[] {
  return [
    `the name ${name}`,
    ...(host === undefined ? [] : [`the host ${host}`]),
    // The whole address: MetalLB shares one only among Services of the very same pods when the client's address is to be kept.
    ...(loadBalancer === undefined ? [] : [`the address ${loadBalancer.address}`]),
    ...hostPorts.map((port) => `the node port ${port}`),
  ];
}

/** Objects whose names end in a suffix, and might be another service's whose name does: the claims of a, b-c and a-b, c. */
function objectsOf({ name, namespace, podLabels, volumes, secrets, host, loadBalancer, chart }: ServiceFacts): string[] {
  const cluster = podLabels["cnpg.io/cluster"];
  return [
    // Its operator makes them, for those who write, who read, and who read from anywhere.
    ...(cluster === undefined ? [] : ["rw", "ro", "r"].map((role) => `the Service ${namespace}/${cluster}-${role}`)),
    ...(chart === undefined ? [`the Service ${namespace}/${name}`] : []),
    ...(chart === undefined && loadBalancer !== undefined ? [`the Service ${namespace}/${loadBalancerName(name)}`] : []),
    ...(chart === undefined && secrets.some(({ file }) => file === undefined) ? [`the Secret ${namespace}/${name}`] : []),
    ...(secrets.some(({ file }) => file !== undefined) ? [`the Secret ${namespace}/${secretFilesName(name)}`] : []),
    ...(host === undefined ? [] : [`the Secret ${namespace}/${tlsSecretName(name)}`]),
    ...(chart === undefined ? volumes : []).map((volume) => `the claim ${namespace}/${claimName(name, volume.name)}`),
  ];
}

/** A folder is one service's or a category's, and a chart's namespace is its own: its policy covers every pod there. */
function checkPlaces(facts: readonly ServiceFacts[], at: At): string[] {
  const folders = new Map(facts.flatMap((one) => ancestorsOf(one.category).map((folder) => [folder, one] as const)));
  const namespaces = Map.groupBy(facts, ({ namespace }) => namespace);
  return facts.flatMap((one) => {
    const inside = folders.get(pathOf(one));
    const beside = one.chart === undefined ? undefined : namespaces.get(one.namespace)?.find((other) => other !== one);
    return [
      ...(inside === undefined ? [] : [`${at(one)} is in the way of ${at(inside)}, whose folder is below it.`]),
      ...(beside === undefined ? [] : [`${at(one)} is a chart and needs a namespace of its own: ${at(beside)} is in ${one.namespace}, too.`]),
    ];
  });
}

/** A folder and all that it lies in. */
function ancestorsOf(category: string): string[] {
  const folders = category.split("/");
  return folders.map((_, depth) => folders.slice(0, depth + 1).join("/"));
}

function checkPool(facts: readonly ServiceFacts[], { loadBalancerPool }: Pick<Site, "loadBalancerPool">, at: At): string[] {
  const pool = loadBalancerPool.map((text) => parseRange(text)).filter((range): range is AddressRange => range !== undefined);
  return facts.flatMap((one) => {
    const address = one.loadBalancer?.address;
    if (address === undefined || pool.some((range) => contains(range, address))) return [];
    return [`${at(one)} wants the address ${address}, which lies outside the pool ${loadBalancerPool.join(", ")}. Set ${pathOf(one).replaceAll("/", ".")}.address in the stack.`];
  });
}
