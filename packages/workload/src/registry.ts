import { didYouMean } from "@rzp/core";
import type { Category } from "./category.ts";
import { pathOf, registryProblems, type Room } from "./check-registry.ts";
import { LAYERS, type RenderContext, type Service, type ServiceFacts } from "./service.ts";
import type { Site } from "./site.ts";
import { wavesOf } from "./waves.ts";

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
  /** Names of Applications that are no services, besides the layers': no service may have one. @default none */
  reserved?: readonly string[];
  /** Services that are declared, but not wanted this time: whoever names one is told so. @default none */
  switchedOff?: readonly string[];
}

/** Puts the categories together and refuses what does not fit, everything at once and before anything is written. */
export function registry(categories: readonly Category[], site: Room, options: RegistryOptions = {}): Registry {
  const { fileOf = pathOf, reserved = [], switchedOff = [] } = options;
  const order = ({ facts }: Service): string => `${LAYERS.indexOf(facts.layer)}/${pathOf(facts)}`;
  const services = categories.flatMap((category) => category.services).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const facts = services.map((service) => service.facts);
  const at = ({ name, category }: ServiceFacts): string => `${name} (${fileOf({ name, category })})`;

  const problems = registryProblems(facts, site, at, { reserved, switchedOff });
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
