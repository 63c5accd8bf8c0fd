import { parseBytes, parseCpu } from "@rzp/core";
import type { At } from "./check-registry.ts";
import type { ServiceFacts, ServiceVolume } from "./service.ts";
import type { Capacity, Site } from "./site.ts";

const GIBIBYTE = 2 ** 30;
/** How many of the largest are named where a sum is too much. */
const NAMED = 5;

/** What a pod or node has of one resource, and how it is written. */
interface Resource {
  what: string;
  asked: (facts: ServiceFacts) => number;
  has: (node: Capacity["nodes"][number]) => number;
  show: (amount: number) => string;
}

const RESOURCES: readonly Resource[] = [
  { what: "memory", asked: ({ requests }) => parseBytes(requests.memory) ?? 0, has: ({ memory }) => parseBytes(memory) ?? 0, show: gibibytes },
  { what: "CPU", asked: ({ requests }) => parseCpu(requests.cpu) ?? 0, has: ({ cpu }) => parseCpu(cpu) ?? 0, show: (amount) => `${round(amount)}` },
];

/** What the services ask for against what the machines have. */
export function capacityProblems(facts: readonly ServiceFacts[], { capacity, storage }: Pick<Site, "capacity"> & Partial<Pick<Site, "storage">>, at: At): string[] {
  if (capacity === undefined) return [];
  return [...RESOURCES.flatMap((resource) => nodeProblems(facts, capacity, resource, at)), ...diskProblems(facts, capacity, storage, at)];
}

/** Each pod must fit on some machine, and all of them on the others when the largest is lost. */
function nodeProblems(facts: readonly ServiceFacts[], { nodes }: Capacity, { what, asked, has, show }: Resource, at: At): string[] {
  const [largest, ...others] = [...nodes].sort((a, b) => has(b) - has(a));
  if (largest === undefined) return [];
  const tooLarge = facts.filter((one) => one.requests.replicas > 0 && asked(one) > has(largest));
  const left = others.length === 0 ? has(largest) : sum(others, has);
  const total = sum(facts, (one) => asked(one) * one.requests.replicas);
  const where = others.length === 0 ? `${largest.name} has ${show(left)}` : `without ${largest.name} the others (${others.map(({ name }) => name).sort().join(", ")}) have ${show(left)}`;
  return [
    ...tooLarge.map((one) => `${at(one)} asks for ${show(asked(one))} of ${what}, and no machine has more than ${show(has(largest))} (${largest.name}).`),
    ...(total <= left ? [] : [`The services ask for ${show(total)} of ${what}, but ${where}. The most by ${most(facts, (one) => asked(one) * one.requests.replicas, show, at)}.`]),
  ];
}

/** Each volume must fit on a disk, and all copies of all of them on all disks. */
function diskProblems(facts: readonly ServiceFacts[], { dataDisks }: Capacity, storage: Site["storage"] | undefined, at: At): string[] {
  const { className, replicas = 1 } = storage ?? {};
  const copies = ({ storageClass = className }: ServiceVolume): number => (storageClass === className ? replicas : 1);
  const size = (volume: ServiceVolume): number => parseBytes(volume.size) ?? 0;
  const largest = Math.max(0, ...dataDisks.map((disk) => parseBytes(disk) ?? 0));
  const disks = sum(dataDisks, (disk) => parseBytes(disk) ?? 0);
  const taken = (one: ServiceFacts): number => sum(one.volumes, (volume) => size(volume) * copies(volume));
  const total = sum(facts, taken);
  const tooLarge = facts.flatMap((one) => one.volumes.filter((volume) => size(volume) > largest).map((volume) => `${at(one)} wants ${volume.size} for ${volume.name}, and no data disk has more than ${gibibytes(largest)}.`));
  if (total <= disks || tooLarge.length > 0) return tooLarge;
  return [`The volumes take ${gibibytes(total)} with ${replicas} ${replicas === 1 ? "copy" : "copies"} of each, but the data disks have ${gibibytes(disks)}. The most by ${most(facts, taken, gibibytes, at)}.`];
}

function most(facts: readonly ServiceFacts[], amount: (one: ServiceFacts) => number, show: (amount: number) => string, at: At): string {
  const largest = facts.filter((one) => amount(one) > 0).sort((a, b) => amount(b) - amount(a));
  return largest.slice(0, NAMED).map((one) => `${at(one)} with ${show(amount(one))}`).join(", ");
}

function sum<T>(all: readonly T[], amount: (one: T) => number): number {
  return all.reduce((total, one) => total + amount(one), 0);
}

function gibibytes(bytes: number): string {
  return `${round(bytes / GIBIBYTE)}Gi`;
}

function round(amount: number): number {
  return Math.round(amount * 100) / 100;
}
