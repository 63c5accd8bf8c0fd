/**
 * What a change does to a live thing, from harmless to harmful:
 * - `nothing`: the provider does not look at it
 * - `in place`: nobody notices
 * - `restart`: what runs goes down and comes back
 * - `unclear`: nobody has looked up what the provider does with it
 * - `replace`: it is taken away and made anew
 * - `remove`: it goes
 * - `refused`: the vendor does not do it, and may have done half of the rest by then
 */
export type Severity = "nothing" | "in place" | "restart" | "unclear" | "replace" | "remove" | "refused";

export interface Effect {
  severity: Severity;
  /** One clause: what happens, or why it cannot. Empty where the word says all. */
  says: string;
  /** True when data, a machine or a cluster would be lost, or the run would stop half-way: somebody has to want it. */
  guarded: boolean;
}

const ORDER: readonly Severity[] = ["nothing", "in place", "restart", "unclear", "replace", "remove", "refused"];

export function effect(severity: Severity, says = "", guarded = severity === "refused"): Effect {
  return { severity, says, guarded };
}

/** The most harmful one; guarded before not guarded. */
export function worst(effects: readonly Effect[]): Effect {
  const rank = ({ severity, guarded }: Effect): number => ORDER.indexOf(severity) + (guarded ? ORDER.length : 0);
  return effects.reduce((one, other) => (rank(other) > rank(one) ? other : one), effect("nothing"));
}
