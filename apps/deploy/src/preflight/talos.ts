import type { Problem } from "./check.ts";
import { portOf } from "./addresses.ts";
import { nameIn, type EngineState } from "./state.ts";

/** Talos' own, where an endpoint names none. */
const PORT = 50_000;
/** Time for one answer, in milliseconds. */
const ANSWER_MS = 3_000;

/** A machine whose configuration the state calls sent, and how its Talos is found. */
export interface TalosMachine {
  urn: string;
  address: string;
  /** `waiting`: it lets in whoever comes, as a machine does that was never configured. */
  mode: "configured" | "waiting" | "silent";
}

/** Machines that the state has both made and configured; one that was lost and is to be made again is not asked for. */
export async function talosMachines({ machines, configurations }: Pick<EngineState, "machines" | "configurations">): Promise<TalosMachine[]> {
  const made = configurations.filter(({ node }) => machines.some(({ address }) => address === node));
  return Promise.all(made.map(async ({ urn, node, endpoint }) => ({ urn, address: node, mode: await modeOf(endpoint ?? node) })));
}

async function modeOf(endpoint: string): Promise<TalosMachine["mode"]> {
  const [host = "", port = PORT] = endpoint.split(":");
  if ((await portOf(host, Number(port))) !== "open") return "silent";
  return (await letsAnybodyIn(`${host}:${port}`)) ? "waiting" : "configured";
}

/** Asks for the disks without a certificate, as the provider does first of all: who answers that waits for a configuration. */
async function letsAnybodyIn(target: string): Promise<boolean> {
  const { Client, credentials } = await import("@grpc/grpc-js");
  // Node warns of an address as the name of a TLS server; nobody looks at the name here.
  const channel = credentials.createSsl(null, null, null, { rejectUnauthorized: false, checkServerIdentity: () => undefined });
  const client = new Client(target, channel, { "grpc.ssl_target_name_override": "talos" });
  const bytes = (message: Buffer): Buffer => message;
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest("/storage.StorageService/Disks", bytes, bytes, Buffer.alloc(0), { deadline: Date.now() + ANSWER_MS }, (error) => {
        resolve(error === null);
      });
    });
  } finally {
    client.close();
  }
}

/** A configuration that is recorded as sent is not sent again: the provider says unchanged of a machine that was made anew, and waits ten minutes for one that is silent. */
export function talosProblems({ machines, stack }: { machines: readonly TalosMachine[]; stack: string }): Problem[] {
  return machines.flatMap(({ urn, address, mode }): Problem[] => {
    const name = nameIn(urn);
    if (mode === "silent") return [{ problem: `Talos at ${address} (${name}) does not answer: a change of its configuration would wait ten minutes and fail.`, remedy: "Start the machine in Proxmox; if it is gone for good, docs/operations/runbooks/node-lost.md." }];
    if (mode === "configured") return [];
    const command = `./rzp up --stack ${stack} --replace '${urn}' --skip "talos: ${name} is sent its configuration"`;
    return [{ problem: `${address} (${name}) waits for a configuration that the state calls sent: nothing would send it again.`, remedy: `${command}.` }];
  });
}
