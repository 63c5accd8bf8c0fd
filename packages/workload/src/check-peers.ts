import { didYouMean } from "@rzp/core";
import type { At } from "./check-registry.ts";
import { LAYERS, peerPorts, type ServiceFacts } from "./service.ts";

/** Services that are named by others: they exist, answer, are up in time, and no layer waits for a later one that waits for it. */
export function peerProblems(facts: readonly ServiceFacts[], at: At, switchedOff: readonly string[]): string[] {
  const names = facts.map(({ name }) => name);
  const absent = (peer: string): string => (switchedOff.includes(peer) ? "is switched off. Switch it on, or leave its name out." : `is no service. ${didYouMean(peer, names)}`);
  const byName = new Map(facts.map((one) => [one.name, one]));
  const talk = (one: ServiceFacts, peer: string): string | undefined => {
    const other = byName.get(peer);
    if (other === undefined) return `${at(one)} talks to ${peer}, which ${absent(peer)}`;
    if (peerPorts(other).length === 0) return `${at(one)} talks to ${at(other)}, which names no port to dial.`;
    const way = isLater(other, one) ? wayBack(other, one, byName) : undefined;
    return way === undefined ? undefined : `${at(one)} talks to ${at(other)}, whose layer ${other.layer} comes up after ${one.layer} and leads back: ${way.join(" -> ")}.`;
  };
  const need = (one: ServiceFacts, peer: string): string | undefined => {
    const other = byName.get(peer);
    if (other === undefined) return `${at(one)} needs ${peer}, which ${absent(peer)}`;
    return isLater(other, one) ? `${at(one)} needs ${at(other)}, whose layer ${other.layer} comes up after ${one.layer}.` : undefined;
  };
  const all = facts.flatMap((one) => [...one.talksTo.map((peer) => talk(one, peer)), ...one.needs.map((peer) => need(one, peer))]);
  return all.filter((problem) => problem !== undefined);
}

function isLater(one: ServiceFacts, than: ServiceFacts): boolean {
  return LAYERS.indexOf(one.layer) > LAYERS.indexOf(than.layer);
}

/** The names on the shortest way from a service to another, over what each talks to or needs; from the goal to the goal. */
function wayBack(from: ServiceFacts, goal: ServiceFacts, byName: ReadonlyMap<string, ServiceFacts>): string[] | undefined {
  const ways = [[goal.name, from.name]];
  const seen = new Set<string>();
  for (const way of ways) {
    const last = way.at(-1) ?? "";
    if (last === goal.name) return way;
    if (seen.has(last)) continue;
    seen.add(last);
    const { talksTo = [], needs = [] } = byName.get(last) ?? {};
    for (const next of new Set([...talksTo, ...needs])) ways.push([...way, next]);
  }
  return undefined;
}
