import { parseBytes, type Bytes, type Cpu } from "@rzp/core";
import type { PodExtras, WorkloadArgs } from "./args.ts";

/** Memory a service may use, in multiples of what it asks for, when nothing else is said. */
const LIMIT_FACTOR = 4;
const MEBIBYTE = 2 ** 20;

/** What a pod asks for. Memory is limited to protect the node; CPU is not, because a limit only throttles a machine that has time. */
export function requests({ cpu = "50m", memory = "128Mi", memoryLimit }: NonNullable<WorkloadArgs["resources"]> = {}): { cpu: Cpu; memory: Bytes; memoryLimit: Bytes } {
  return { cpu, memory, memoryLimit: memoryLimit ?? limitOf(memory) };
}

/** A container's requests and limits, as manifests and the values of charts write them; devices can only be limits, which are their requests too. */
export function containerResources(resources: WorkloadArgs["resources"], devices: PodExtras["devices"] = {}): { requests: Record<string, string>; limits: Record<string, string | number> } {
  const { cpu, memory, memoryLimit } = requests(resources);
  return { requests: { cpu, memory }, limits: { memory: memoryLimit, ...devices } };
}

// Whole mebibytes: the server would write a fraction of a byte in thousandths, and differ from the tree for ever.
function limitOf(memory: Bytes): Bytes {
  return `${Math.ceil(((parseBytes(memory) ?? 0) * LIMIT_FACTOR) / MEBIBYTE)}Mi`;
}
