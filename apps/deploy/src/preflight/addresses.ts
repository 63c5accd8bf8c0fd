import { connect } from "node:net";
import type { Problem } from "./check.ts";
import type { ActualMachine } from "./proxmox.ts";
import type { EngineState } from "./state.ts";
import type { Machine } from "./wanted.ts";

/** Ports of which a machine of any kind is likely to answer one; a refusal is an answer, too. */
const PORTS = [50_000, 6443, 22, 80, 443];
/** Longer than any answer in a house takes. */
const ANSWER_MS = 1_500;

/** Those of the addresses from which anything came back. */
export async function answering(addresses: readonly string[]): Promise<string[]> {
  const asked = await Promise.all(addresses.map(async (address) => ({ address, answers: (await Promise.all(PORTS.map((port) => answers(address, port)))).includes(true) })));
  return asked.filter(({ answers: any }) => any).map(({ address }) => address);
}

async function answers(host: string, port: number): Promise<boolean> {
  const state = await portOf(host, port);
  // On the loopback the kernel itself refuses, whether anybody is there or not.
  return state === "open" || (state === "refused" && !host.startsWith("127."));
}

/** What becomes of a connection; nothing is sent on one that is accepted. */
export function portOf(host: string, port: number): Promise<"open" | "refused" | "silent"> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS });
    const end = (state: "open" | "refused" | "silent") => (): void => {
      socket.destroy();
      resolve(state);
    };
    socket.once("connect", end("open")).once("timeout", end("silent"));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => {
      end(code === "ECONNREFUSED" || code === "ECONNRESET" ? "refused" : "silent")();
    });
  });
}

/** A fixed address, and whose it is to be. */
export interface FixedAddress {
  address: string;
  of: string;
  /** The machine that is to have it, if it is a machine's. */
  machine?: Machine;
}

export interface AddressFacts {
  fixed: readonly FixedAddress[];
  state: Pick<EngineState, "machines"> | undefined;
  /** The cluster was started before: its own addresses may answer. */
  started: boolean;
  actual: readonly ActualMachine[];
  answering: readonly string[];
  stack: string;
}

/** Every address that something is to get is free: nobody answers there, and no other machine, running or not, has it in its configuration. */
export function addressProblems({ fixed, state, started, actual, answering: live, stack }: AddressFacts): Problem[] {
  const isOurs = ({ machine }: FixedAddress): boolean => (machine === undefined ? started : (state?.machines.some(({ vmId }) => vmId === machine.vmId) ?? false));
  const remedy = `Give that one another address, or write another one into Pulumi.${stack}.yaml.`;
  return fixed.flatMap((one): Problem[] => {
    const { address, of, machine } = one;
    const other = actual.find(({ vmId, addresses }) => vmId !== machine?.vmId && addresses.includes(address));
    if (other !== undefined) return [{ problem: `${address} (${of}) is the address of ${other.vmId} ("${other.name}" on ${other.node}).`, remedy }];
    if (isOurs(one) || !live.includes(address)) return [];
    return [{ problem: `Somebody answers at ${address}, which ${of} is to get.`, remedy, unsure: state === undefined }];
  });
}
