import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { LabError } from "../../errors.ts";
import type { Identity } from "../../certificates.ts";

/** How long calls that never end by themselves may hold up a machine that goes down. */
const PATIENCE_MS = 200;

export type Service = readonly [ServiceDefinition, UntypedServiceImplementation];

export interface Listener {
  port: number;
  /** Lets calls that are under way be answered, and ends all connections. */
  close: () => Promise<void>;
  /** Ends all connections at once, in the middle of whatever they do. */
  cut: () => void;
}

/** Listens as one machine. With a certificate of its clients' authority it lets nobody in without one. */
export async function listen(address: string, port: number, identity: Identity, clients: string | undefined, services: readonly Service[]): Promise<Listener> {
  const server = new Server();
  for (const [definition, implementation] of services) server.addService(definition, implementation);
  const pair = { private_key: Buffer.from(identity.key), cert_chain: Buffer.from(identity.certificate) };
  const credentials = ServerCredentials.createSsl(clients === undefined ? null : Buffer.from(clients), [pair], clients !== undefined);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${address}:${port}`, credentials, (error, actual) => {
      if (error === null) resolve(actual);
      else reject(new LabError(`talos: cannot listen on ${address}:${port} (${error.message}). Is somebody there already? On Linux all of 127.0.0.0/8 is there, elsewhere give each machine a port.`));
    });
  });
  const cut = (): void => {
    server.forceShutdown();
  };
  const close = async (): Promise<void> => {
    const patience = setTimeout(cut, PATIENCE_MS);
    await new Promise<void>((resolve) => {
      server.tryShutdown(() => {
        resolve();
      });
    });
    clearTimeout(patience);
  };
  return { port: bound, close, cut };
}
