import type { RecordingJson } from "../json.ts";
import type { Change } from "./change.ts";
import { effect } from "./effect.ts";
import { compareRecordings } from "./machines.ts";
import { compareObjects, type TreeObject } from "./objects.ts";

/** One state of the repository: what its program asks for, and what is rendered. */
export interface Side {
  recording: RecordingJson;
  objects: readonly TreeObject[];
}

/** What a commit does to both planes. */
export interface Plan {
  machines: Change[];
  cluster: Change[];
}

/** Compares two states of a homelab, with nothing but what stands in them. */
export function comparePlanes(base: Side, head: Side): Plan {
  return { machines: quorum(compareRecordings(base.recording, head.recording), head.recording), cluster: compareObjects(base.objects, head.objects) };
}

/** Changes that somebody has to want, with the name by which they are accepted. */
export function guardedChanges({ machines, cluster }: Plan): Change[] {
  return [...machines, ...cluster].filter(({ effect: { guarded } }) => guarded);
}

/** Tag of the machines that hold etcd. */
const CONTROL_PLANE = "controlplane";

/**
 * The engine changes what does not depend on one another at the same time, so one change of memory takes all control planes down together and etcd loses its
 * quorum. One after the other is well: each waits for the one before.
 */
function quorum(changes: Change[], { resources }: RecordingJson): Change[] {
  const members = resources.filter(({ type, inputs }) => type === "proxmoxve:index/vmLegacy:VmLegacy" && Array.isArray(inputs.tags) && inputs.tags.includes(CONTROL_PLANE));
  const down = members.filter(({ name }) => changes.some((change) => change.kind === "VmLegacy" && change.name === name && ["restart", "replace"].includes(change.effect.severity)));
  if (down.length <= Math.floor((members.length - 1) / 2)) return changes;
  const inOrder = down.every((one) => down.every((other) => one === other || waitsFor(one.urn, other.urn, resources) || waitsFor(other.urn, one.urn, resources)));
  return changes.map((change) => {
    if (change.kind !== "VmLegacy" || change.effect.guarded || !down.some(({ name }) => name === change.name)) return change;
    const says = `${change.effect.says}; ${down.length} of ${members.length} members of etcd in this run`;
    return { ...change, effect: inOrder ? effect(change.effect.severity, `${says}, one after the other`) : effect(change.effect.severity, `${says}, at the same time: it loses its quorum`, true) };
  });
}

function waitsFor(urn: string, other: string, resources: RecordingJson["resources"], seen = new Set<string>()): boolean {
  if (seen.has(urn)) return false;
  seen.add(urn);
  const dependencies = resources.find((resource) => resource.urn === urn)?.dependencies ?? [];
  return dependencies.includes(other) || dependencies.some((dependency) => waitsFor(dependency, other, resources, seen));
}
