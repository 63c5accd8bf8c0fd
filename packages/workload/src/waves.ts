import type { At } from "./check-registry.ts";
import type { ServiceFacts } from "./service.ts";

/** Waves by depth: a service comes one wave after the last it needs in its own layer. A declaration that fixes its wave keeps it. */
export function wavesOf(facts: readonly ServiceFacts[], at: At): { waves: Map<string, number>; cycles: string[] } {
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
