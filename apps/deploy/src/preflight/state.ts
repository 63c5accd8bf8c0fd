import { z } from "zod";
import type { Problem } from "./check.ts";
import { imageOf, machineOf, text, TYPES, type Image, type Inputs, type Machine } from "./wanted.ts";

const RESOURCE = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().nullish(),
  parent: z.string().nullish(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  initErrors: z.array(z.string()).nullish(),
});

/** What `pulumi stack export` prints, as far as it is looked at. */
export const EXPORT = z.object({
  version: z.number(),
  deployment: z
    .object({
      resources: z.array(RESOURCE).nullish(),
      pending_operations: z.array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) })).nullish(),
    })
    .nullish(),
});

/** What `pulumi stack history --json` prints, newest first. */
export const HISTORY = z.array(z.object({ kind: z.string(), result: z.string().optional(), startTime: z.string().optional(), environment: z.record(z.string(), z.string()).optional() }));
export type History = z.output<typeof HISTORY>;

/** What the engine knows of a stack. */
export interface EngineState {
  machines: readonly Machine[];
  images: readonly Image[];
  /** Talos configurations that were sent: to which address, and where that is reached from here. */
  configurations: readonly { urn: string; node: string; endpoint: string | undefined }[];
  resources: readonly { urn: string; type: string; id: string }[];
  /** Resources of which the last change failed: their state holds what was wanted, not what is. */
  broken: readonly string[];
  pending: readonly { urn: string; type: string }[];
}

export function stateOf({ deployment }: z.output<typeof EXPORT>): EngineState {
  const resources = deployment?.resources ?? [];
  const versions = new Map(resources.filter(({ type }) => type === TYPES.imageOf).map(({ urn, inputs }) => [urn, text(inputs?.version)]));
  const named = <T>(wanted: string, read: (resource: z.output<typeof RESOURCE>, inputs: Inputs) => T): T[] => resources.filter(({ type }) => type === wanted).map((resource) => read(resource, resource.inputs ?? {}));
  return {
    // The id is the machine's number as Proxmox has it; inputs hold what was asked for.
    machines: named(TYPES.machine, ({ urn, id }, inputs) => machineOf({ urn, aliases: [] }, { ...inputs, vmId: id ?? inputs.vmId })),
    images: named(TYPES.image, ({ urn, parent }, inputs) => imageOf({ urn, aliases: [], parent: parent ?? undefined }, inputs, versions)),
    configurations: named(TYPES.configuration, ({ urn }, { node, endpoint }) => ({ urn, node: text(node), endpoint: typeof endpoint === "string" ? endpoint : undefined })),
    resources: resources.map(({ urn, type, id }) => ({ urn, type, id: id ?? "" })),
    broken: resources.filter(({ initErrors }) => (initErrors ?? []).length > 0).map(({ urn }) => urn),
    pending: (deployment?.pending_operations ?? []).map(({ type, resource }) => ({ type, urn: resource.urn })),
  };
}

/** Options with which a refresh looks at a part of the stack, or writes nothing down; the engine keeps with each run which ones it was given. */
const PARTIAL = ["target", "exclude", "preview-only"].map((option) => `pulumi.flag.${option}`);

function isWholeRefresh({ kind, result, environment = {} }: History[number]): boolean {
  return kind === "refresh" && result === "succeeded" && PARTIAL.every((flag) => ["false", undefined].includes(environment[flag]));
}

/**
 * A failed change of a machine is kept as if it had been made, and the next `up` then has nothing to do. So every failed run has to be followed by a refresh of everything that went
 * well: a later `up` that went well proves nothing.
 */
export function failedRuns({ history, state, stack }: { history: History; state: EngineState; stack: string }): Problem[] {
  const refreshed = history.findIndex(isWholeRefresh);
  const sinceRefresh = history.slice(0, refreshed === -1 ? undefined : refreshed);
  const failed = sinceRefresh.find(({ kind, result }) => kind !== "preview" && result !== "succeeded");
  const remedy = `Check that the tokens work ("./rzp preflight"), then "./rzp refresh --stack ${stack}": it reads into the state what is really there.`;
  // An empty stack has nothing that could be wrong, and nothing to refresh.
  if (failed !== undefined && state.resources.length > 0) {
    const [kind, when] = [failed.kind === "update" ? "up" : failed.kind, failed.startTime === undefined ? "" : ` of ${failed.startTime}`];
    return [{ problem: `The ${kind}${when} ${failed.result === "in-progress" ? "has not ended" : "failed"}, and no refresh has followed it: the state may call changes done that were never made.`, remedy }];
  }
  return state.broken.length === 0 ? [] : [{ problem: `The last change of ${shortList(state.broken.map(nameIn))} failed, and the state holds what was wanted as if it were so.`, remedy }];
}

/** Operations that were under way when a run was killed: nobody knows how they ended. */
export function pendingOperations({ state: { pending }, stack }: { state: EngineState; stack: string }): Problem[] {
  if (pending.length === 0) return [];
  const what = shortList(pending.map(({ type, urn }) => `${type} ${nameIn(urn)}`));
  return [{ problem: `A run was killed in the middle of ${what}.`, remedy: `Look in Proxmox what became of it, then "./rzp refresh --stack ${stack}", which asks about each.` }];
}

export function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

export function shortList(words: readonly string[]): string {
  return words.length > 4 ? `${words.slice(0, 3).join(", ")} and ${words.length - 3} more` : words.join(", ");
}
