import type { Cause } from "./causes.ts";
import type { Arrival } from "./watch.ts";

/** What each Application needs to be up before it is applied, by name. */
export type Needs = Readonly<Record<string, readonly string[]>>;

/** Something that was up and is looked at in the very moment in which it syncs once more does not count. */
const LENIENCE_S = 5;

/** Applications that were there before what they need was up: their wave is missing, or does not hold. Only what was looked at together is compared. */
export function outOfOrder(arrivals: readonly Arrival[], needs: Needs): Cause[] {
  const byName = new Map(arrivals.map((one) => [one.application, one]));
  return arrivals.flatMap(({ application, seen }) =>
    (needs[application] ?? []).flatMap((need) => {
      const up = byName.get(need)?.up;
      if (seen === undefined || up === undefined || up - seen <= LENIENCE_S) return [];
      return [{ application, object: `Application ${application}`, message: `was applied ${seen.toFixed(0)} s after the start, ${(up - seen).toFixed(0)} s before ${need}, which it needs, was up: its sync wave is missing, or Argo CD does not wait for it` }];
    }),
  );
}
