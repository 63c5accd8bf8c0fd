import { contains, didYouMean, parseRange, type AddressRange } from "@rzp/core";
import type { Category } from "./category.ts";
import { claimName, loadBalancerName, tlsSecretName } from "./names.ts";
import { LAYERS, type RenderContext, type Service, type ServiceFacts } from "./service.ts";
import type { Site } from "./site.ts";

/** Services that do not fit together. Its message names both sides of every clash, and the declarations' files. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(["The services do not fit together:", ...problems.map((problem) => `  ${problem}`)].join("\n"));
    this.problems = problems;
  }
}

/** All services of a homelab, checked as a whole. */
export interface Registry {
  /** In the order of their folders and names, whatever order they were declared in. */
  services: readonly Service[];
  /** Sync wave of each service inside its layer: one more than the highest wave it needs. */
  waves: ReadonlyMap<string, number>;
  context(site: Site): RenderContext;
}

export interface RegistryOptions {
  /** File of a service's declaration, for errors. @default "<category>/<name>" */
  fileOf?: (facts: Pick<ServiceFacts, "name" | "category">) => string;
}

/** Puts the categories together and refuses what does not fit, everything at once and before anything is written. */
export function registry(categories: readonly Category[], site: Pick<Site, "loadBalancerPool">, options: RegistryOptions = {}): Registry {
  const { fileOf = pathOf } = options;
  const order = ({ facts }: Service): string => `${LAYERS.indexOf(facts.layer)}/${pathOf(facts)}`;
  const services = categories.flatMap((category) => category.services).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const facts = services.map((service) => service.facts);
  const at = ({ name, category }: ServiceFacts): string => `${name} (${fileOf({ name, category })})`;

  const problems = [...checkUnique(facts, at), ...checkPlaces(facts, at), ...checkPeers(facts, at), ...checkPool(facts, site, at)];
  // An order can only be asked for when every name in it exists.
  const { waves, cycles } = problems.length === 0 ? wavesOf(facts, at) : { waves: new Map<string, number>(), cycles: [] };
  if (problems.length + cycles.length > 0) throw new RegistryError([...problems, ...cycles]);

  const byName = new Map(facts.map((each) => [each.name, each]));
  const service = (name: string): ServiceFacts => {
    const found = byName.get(name);
    if (found === undefined) throw new RegistryError([`${name} is not a service. ${didYouMean(name, [...byName.keys()])}`]);
    return found;
  };
  return { services, waves, context: (whole) => ({ site: whole, service, services: facts }) };
}

type At = (facts: ServiceFacts) => string;

function pathOf({ category, name }: Pick<ServiceFacts, "name" | "category">): string {
  return `${category}/${name}`;
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
function objectsOf({ name, namespace, volumes, secrets, host, loadBalancer, chart }: ServiceFacts): string[] {
  return [
    ...(chart === undefined ? [`the Service ${namespace}/${name}`] : []),
    ...(chart === undefined && loadBalancer !== undefined ? [`the Service ${namespace}/${loadBalancerName(name)}`] : []),
    ...(chart === undefined && secrets.length > 0 ? [`the Secret ${namespace}/${name}`] : []),
    ...(host === undefined ? [] : [`the Secret ${namespace}/${tlsSecretName(name)}`]),
    ...volumes.map((volume) => `the claim ${namespace}/${claimName(name, volume.name)}`),
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

function checkPeers(facts: readonly ServiceFacts[], at: At): string[] {
  const names = facts.map(({ name }) => name);
  const byName = new Map(facts.map((one) => [one.name, one]));
  const talk = (one: ServiceFacts, peer: string): string | undefined => {
    const other = byName.get(peer);
    if (other === undefined) return `${at(one)} talks to ${peer}, which is no service. ${didYouMean(peer, names)}`;
    return other.ports.length > 0 ? undefined : `${at(one)} talks to ${at(other)}, which names no port to dial.`;
  };
  const need = (one: ServiceFacts, peer: string): string | undefined => {
    const other = byName.get(peer);
    if (other === undefined) return `${at(one)} needs ${peer}, which is no service. ${didYouMean(peer, names)}`;
    if (LAYERS.indexOf(other.layer) <= LAYERS.indexOf(one.layer)) return undefined;
    return `${at(one)} needs ${at(other)}, whose layer ${other.layer} comes up after ${one.layer}.`;
  };
  const all = facts.flatMap((one) => [...one.talksTo.map((peer) => talk(one, peer)), ...one.needs.map((peer) => need(one, peer))]);
  return all.filter((problem) => problem !== undefined);
}

function checkPool(facts: readonly ServiceFacts[], { loadBalancerPool }: Pick<Site, "loadBalancerPool">, at: At): string[] {
  const pool = loadBalancerPool.map((text) => parseRange(text)).filter((range): range is AddressRange => range !== undefined);
  return facts.flatMap((one) => {
    const address = one.loadBalancer?.address;
    if (address === undefined || pool.some((range) => contains(range, address))) return [];
    return [`${at(one)} wants the address ${address}, which lies outside the pool ${loadBalancerPool.join(", ")}.`];
  });
}

/** Waves by depth: a service comes one wave after the last it needs in its own layer. A declaration that fixes its wave keeps it. */
function wavesOf(facts: readonly ServiceFacts[], at: At): { waves: Map<string, number>; cycles: string[] } {
  const byName = new Map(facts.map((one) => [one.name, one]));
  const waves = new Map<string, number>();
  const cycles: string[] = [];
  const visit = (one: ServiceFacts, path: readonly string[]): number => {
    const known = waves.get(one.name);
    if (known !== undefined) return known;
    if (path.includes(one.name)) {
      cycles.push(`${at(one)} needs itself: ${[...path.slice(path.indexOf(one.name)), one.name].join(" -> ")}.`);
      return 0;
    }
    const inLayer = one.needs.map((name) => byName.get(name)).filter((other) => other?.layer === one.layer) as ServiceFacts[];
    const needed = inLayer.map((other) => ({ other, wave: visit(other, [...path, one.name]) }));
    const late = needed.find(({ wave }) => one.wave !== undefined && wave >= one.wave);
    if (late !== undefined) cycles.push(`${at(one)} is in wave ${one.wave}, but needs ${at(late.other)}, which comes up in wave ${late.wave}.`);
    const wave = one.wave ?? Math.max(0, ...needed.map(({ wave }) => wave + 1));
    waves.set(one.name, wave);
    return wave;
  };
  for (const one of facts) visit(one, []);
  return { waves, cycles: [...new Set(cycles)] };
}
