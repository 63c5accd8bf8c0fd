import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient } from "../client.ts";
import { isUp, listApplications, refresh, stateOf, type Application } from "./applications.ts";
import { findCauses, type Cause } from "./causes.ts";

/** When an Application was first seen, in sync and up: seconds since the root was applied. */
export interface Arrival {
  application: string;
  seen?: number;
  synced?: number;
  up?: number;
}

export interface Watched {
  arrivals: Arrival[];
  /** Not up at the end. */
  missing: string[];
  /** What stands in the way; empty where everything came up. */
  causes: Cause[];
  seconds: number;
}

export interface WatchOptions {
  client: KubeClient;
  expected: readonly string[];
  /** Seconds after which it is given up. */
  patience: number;
  /** Seconds for which a cause must stay the same before it counts: what a retry mends is none. */
  settle: number;
  /** Told of every change. */
  onChange?: (line: { application: string; state: string; seconds: number; up: number }) => void;
}

const EVERY_MS = 1000;
/** Seconds between two looks for what is wrong. */
const ASK_S = 3;
/**
 * Seconds without a change after which Argo CD is asked to look again at an Application that is not up. By itself it does so when its time has come, up to three
 * minutes later with its usual settings: nobody tells it when a CRD becomes healthy, which carries no mark of its Application, and a controller that starts
 * takes up what was left in the middle only then. A rehearsal does not wait for that; what is found is the same.
 */
const NUDGE_S = 10;

/** Waits until the Applications are up, or until something stands in the way that does not go away. */
export async function watchApplications({ client, expected, patience, settle, onChange }: WatchOptions): Promise<Watched> {
  const started = performance.now();
  const clock = (): number => (performance.now() - started) / 1000;
  const arrivals = new Map<string, Arrival>(expected.map((application) => [application, { application }]));
  const states = new Map<string, string>();
  const changed = new Map<string, number>();
  const lasting = lastingCauses(settle);
  let asked = -Infinity;
  for (;;) {
    const all = (await listApplications(client)).filter(({ metadata }) => arrivals.has(metadata.name));
    const up = all.filter(isUp).length;
    for (const one of all) {
      arrive(arrivals.get(one.metadata.name), one, clock());
      const state = stateOf(one);
      if (states.get(one.metadata.name) !== state) {
        changed.set(one.metadata.name, clock());
        onChange?.({ application: one.metadata.name, state, seconds: clock(), up });
      }
      states.set(one.metadata.name, state);
      if (!isUp(one) && clock() - (changed.get(one.metadata.name) ?? 0) > NUDGE_S) {
        changed.set(one.metadata.name, clock());
        await refresh(client, one.metadata.name, "normal");
      }
    }
    const missing = expected.filter((name) => !all.some((one) => one.metadata.name === name && isUp(one)));
    const result = { arrivals: [...arrivals.values()], missing, seconds: clock() };
    if (missing.length === 0) return { ...result, causes: [] };
    // Asking every object costs the server more than asking for the Applications.
    if (clock() - asked < ASK_S) {
      await sleep(EVERY_MS);
      continue;
    }
    asked = clock();
    const causes = await findCauses(client, all);
    const counted = lasting(causes, clock());
    if (counted.length > 0) return { ...result, causes: counted };
    if (clock() > patience) return { ...result, causes: causes.length > 0 ? causes : missing.map((application) => ({ application, object: `Application ${application}`, message: `${states.get(application) ?? "was never there"} after ${patience} s` })) };
    await sleep(EVERY_MS);
  }
}

/** Told of what is wrong again and again, it says what of it counts: what lasts. One that went away starts anew when it comes back. */
export function lastingCauses(settle: number): (causes: readonly Cause[], seconds: number) => Cause[] {
  let since = new Map<string, number>();
  return (causes, seconds) => {
    since = new Map(causes.map((cause) => [keyOf(cause), since.get(keyOf(cause)) ?? seconds]));
    return causes.filter((cause) => seconds - (since.get(keyOf(cause)) ?? seconds) >= settle);
  };
}

function arrive(arrival: Arrival | undefined, one: Application, seconds: number): void {
  if (arrival === undefined) return;
  arrival.seen ??= seconds;
  if (one.status?.sync?.status === "Synced") arrival.synced ??= seconds;
  if (isUp(one)) arrival.up ??= seconds;
}

function keyOf({ application, object }: Cause): string {
  return `${application} ${object}`;
}
