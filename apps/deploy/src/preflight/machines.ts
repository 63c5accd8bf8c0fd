import type { Problem } from "./check.ts";
import type { ActualMachine } from "./proxmox.ts";
import type { EngineState } from "./state.ts";
import { isKnown, type Machine } from "./wanted.ts";

/** What is known of machines: wanted, in the state (undefined where nobody could say), and there. */
export interface MachineFacts {
  wanted: readonly Machine[];
  state: Pick<EngineState, "machines"> | undefined;
  actual: readonly ActualMachine[];
  stack: string;
}

/**
 * Every number, name and MAC address of a machine is free or ours.
 *
 * Ours is what the state knows under its number AND carries our mark. The state alone is no proof: after the provider has adopted a machine, the state knows it. The mark
 * alone is none either: what the state does not know is created, and creating on a taken number is adopting.
 */
export function machineProblems(facts: MachineFacts): Problem[] {
  const { wanted, state } = facts;
  // A machine that is no longer wanted is about to be deleted: that, too, has to be ours.
  const leaving = (state?.machines ?? []).filter((known) => !wanted.some(({ vmId }) => vmId === known.vmId));
  return [...wanted.flatMap((machine) => [...numberProblems(machine, facts), ...doubleProblems(machine, facts)]), ...leaving.flatMap((machine) => numberProblems(machine, facts))];
}

function numberProblems(machine: Machine, { wanted, state, actual, stack }: MachineFacts): Problem[] {
  const { vmId, name } = machine;
  const there = actual.find((one) => one.vmId === vmId);
  const known = state?.machines.some((one) => one.vmId === vmId) === true;
  if (there === undefined) {
    if (!known) return [];
    return [{ problem: `${name} (${vmId}) is gone from Proxmox, and the state still knows it: nothing would make it anew.`, remedy: `"./rzp refresh --stack ${stack}", then up makes it again.` }];
  }
  const who = `"${there.name}" on ${there.node}`;
  const marked = isMarked(there, machine);
  if (known && marked) return [];
  if (known) {
    return [
      {
        problem: `${vmId} is ${who}, and has neither the MAC address nor the tags of ${name}: the state calls it ours, and a change or a destroy would hit it.`,
        // Taking it out of the state takes what depends on it out, too: all later machines.
        remedy: `If it is not ours, move that machine to another number in Proxmox (back it up, restore it as ${freeId(vmId, wanted, actual)}, and only then remove ${vmId}); "./rzp refresh --stack ${stack}" then drops it from the state.`,
      },
    ];
  }
  const other = `Give ${name} another vmId in Pulumi.${stack}.yaml (${freeId(vmId, wanted, actual)} is free)`;
  if (!marked) return [{ problem: `${vmId} (${name}) is taken by ${who}: the provider would adopt that machine, and a destroy would delete it.`, remedy: `${other}, or take that machine away in Proxmox if nobody needs it.` }];
  if (state === undefined) return [{ problem: `${vmId} (${name}) is ${who}, which looks like ours; only the state can tell.`, remedy: "Install pulumi and log in to the backend of the stack.", unsure: true }];
  return [
    {
      problem: `${vmId} (${name}) is ${who}: it looks like ours, but the state does not know it, and the provider would adopt it unseen.`,
      remedy: `If a run was broken off, delete it in Proxmox. If the state was lost, restore it, or import the machine (pulumi import, id ${there.node}/${vmId}).`,
    },
  ];
}

/** Name or card of a machine on another one. */
function doubleProblems(machine: Machine, { state, actual, stack }: MachineFacts): Problem[] {
  // The same machine under the number that it had before is replaced, and deleted first.
  const before = state?.machines.find((one) => isKnown(machine, [one]))?.vmId;
  const others = actual.filter(({ vmId }) => vmId !== machine.vmId && vmId !== before);
  return others.flatMap((other) => {
    const mac = other.macs.find((one) => machine.macs.includes(one));
    const same = [...(other.name === machine.name ? ["its name"] : []), ...(mac === undefined ? [] : [`the MAC address ${mac}`])];
    if (same.length === 0) return [];
    const remedy = mac === undefined ? `Rename that machine in Proxmox, or ${machine.name} in Pulumi.${stack}.yaml.` : "Two cards with one address break the network for both: give that machine another one in Proxmox, or take it away.";
    return [{ problem: `${machine.name} (${machine.vmId}) shares ${same.join(" and ")} with ${other.vmId} ("${other.name}" on ${other.node}).`, remedy }];
  });
}

/** A machine made by us has the card that follows from its name and, should somebody have changed that by hand or renamed the machine in the stack, still its tags. */
function isMarked({ macs, tags }: ActualMachine, machine: Machine): boolean {
  return macs.some((mac) => machine.macs.includes(mac)) || (machine.tags.length > 0 && machine.tags.every((tag) => tags.includes(tag)));
}

function freeId(from: number, wanted: readonly Machine[], actual: readonly ActualMachine[]): number {
  const taken = new Set([...wanted, ...actual].map(({ vmId }) => vmId));
  let id = from + 1;
  while (taken.has(id)) id += 1;
  return id;
}

/** A disk that gets smaller fails in the middle of an update, and the state then calls it done. */
export function shrinkingDisks({ wanted, actual, stack }: Omit<MachineFacts, "state">): Problem[] {
  return wanted.flatMap((machine) => {
    const there = actual.find(({ vmId }) => vmId === machine.vmId);
    if (there === undefined || !isMarked(there, machine)) return [];
    return machine.disks
      .filter(({ slot, bytes }) => bytes < (there.disks[slot] ?? 0))
      .map(({ slot, bytes }) => {
        const [now, then] = [there.disks[slot] ?? 0, bytes].map((size) => `${Math.ceil(size / 2 ** 30)}Gi`);
        return { problem: `${slot} of ${machine.name} is ${now ?? ""} and would become ${then ?? ""}: no disk gets smaller, and the state would say that it did.`, remedy: `Write ${now ?? ""} in Pulumi.${stack}.yaml.` };
      });
  });
}
