import { contains, didYouMean, parseRange, type AddressRange } from "@rzp/core";
import type { Category } from "./category.ts";
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
export function registry(categories: readonly Category[], site: Pick<Site, "loadBalancerPool">, { fileOf = ({ category, name }) => `${category}/${name}` }: RegistryOptions = {}): Registry {
  const order = (service: Service): string => `${LAYERS.indexOf(service.facts.layer)}/${service.facts.category}/${service.facts.name}`;
  const services = categories.flatMap((category) => category.services).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const facts = services.map((service) => service.facts);
  const at = ({ name, category }: ServiceFacts): string => `${name} (${fileOf({ name, category })})`;

  const problems = [...checkUnique(facts, at), ...checkPeers(facts, at), ...checkPool(facts, site, at)];
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

/** What only one service may have: a name, a host, an address and port of the load balancer, a port of the nodes. */
function checkUnique(facts: readonly ServiceFacts[], at: At): string[] {
  const claimsOf = (one: ServiceFacts): string[] => [
    `the name ${one.name}`,
    ...(one.host === undefined ? [] : [`the host ${one.host}`]),
    ...(one.loadBalancer?.ports ?? []).map(({ port, protocol = "TCP" }) => `${one.loadBalancer?.address}:${port}/${protocol}`),
    ...one.hostPorts.map((port) => `the node port ${port}`),
  ];
  const owners = new Map<string, ServiceFacts>();
  return facts.flatMap((one) =>
    claimsOf(one).flatMap((claim) => {
      const owner = owners.get(claim);
      if (owner === undefined) owners.set(claim, one);
      return owner === undefined ? [] : [`${at(one)} wants ${claim}, which ${at(owner)} has.`];
    }),
  );
}

function checkPeers(facts: readonly ServiceFacts[], at: At): string[] {
  const names = facts.map(({ name }) => name);
  const byName = new Map(facts.map((one) => [one.name, one]));
  return facts.flatMap((one) => [
    ...one.talksTo.filter((peer) => !byName.has(peer)).map((peer) => `${at(one)} talks to ${peer}, which is no service. ${didYouMean(peer, names)}`),
    ...one.talksTo.flatMap((peer) => {
      const other = byName.get(peer);
      return other === undefined || other.ports.length > 0 ? [] : [`${at(one)} talks to ${at(other)}, which names no port to dial.`];
    }),
    ...one.needs.filter((peer) => !byName.has(peer)).map((peer) => `${at(one)} needs ${peer}, which is no service. ${didYouMean(peer, names)}`),
    ...one.needs.flatMap((peer) => {
      const other = byName.get(peer);
      if (other === undefined || LAYERS.indexOf(other.layer) <= LAYERS.indexOf(one.layer)) return [];
      return [`${at(one)} needs ${at(other)}, whose layer ${other.layer} comes up after ${one.layer}.`];
    }),
  ]);
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
    const needed = one.needs
      .map((name) => byName.get(name))
      .filter((other): other is ServiceFacts => other?.layer === one.layer)
      .map((other) => ({ other, wave: visit(other, [...path, one.name]) }));
    const late = needed.find(({ wave }) => one.wave !== undefined && wave >= one.wave);
    if (late !== undefined) cycles.push(`${at(one)} is in wave ${one.wave}, but needs ${at(late.other)}, which comes up in wave ${late.wave}.`);
    const wave = one.wave ?? Math.max(0, ...needed.map(({ wave }) => wave + 1));
    waves.set(one.name, wave);
    return wave;
  };
  for (const one of facts) visit(one, []);
  return { waves, cycles: [...new Set(cycles)] };
}
