import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Authority } from "../certificates.ts";
import { Faults } from "../stand-ins/faults.ts";

/** Answers what is asked of one host. */
export type HostHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What stands in for the internet: a proxy on the loopback, behind which a few hosts answer and no other can be reached. */
export interface Outside {
  /** Environment of a program that is to see it: the proxy, and the authority that the hosts' certificates are from. */
  environment: Readonly<Record<string, string>>;
  /** Hosts that were asked for and are not there, each once. */
  unknown: ReadonlySet<string>;
  /** What goes wrong at the hosts; a path begins with the host's name: `GET /git.example.com/**`. */
  faults: Faults;
  stop(): Promise<void>;
}

export interface OutsideArgs {
  hosts: ReadonlyMap<string, HostHandler>;
  /** Signs the hosts' certificates. */
  authority: Authority;
  /** Its certificate as a file, which the programs are told to trust. */
  authorityFile: string;
  /** Whether hosts that are not played are really dialled. @default false */
  open?: boolean;
}

/**
 * Starts it. The programs of the lab ask for `https://charts.example.com` as they would at home, with not one byte of what they were given changed: a proxy
 * is asked to connect them, and connects them to this process, which has a certificate of the lab's own authority for every host it plays.
 */
export async function startOutside({ hosts, authority, authorityFile, open = false }: OutsideArgs): Promise<Outside> {
  const unknown = new Set<string>();
  const faults = new Faults({});
  const contexts = new Map<string, SecureContext>();
  for (const host of hosts.keys()) {
    const { certificate, key } = await authority.server(host, [host]);
    contexts.set(host, createSecureContext({ cert: certificate, key }));
  }
  const inside = createTlsServer({ SNICallback: (name, done) => { done(null, contexts.get(name)); } }, (request, response) => {
    void answer(hosts.get(hostOf(request)), faults, request, response);
  });
  const proxy = createServer((_, response) => {
    response.writeHead(405).end("The lab's proxy connects; it forwards nothing in the clear.\n");
  });
  const sockets = new Set<Socket>();
  const [tlsPort, proxyPort] = [await listen(inside), await listen(proxy)];
  proxy.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const [host = "", port = "443"] = (request.url ?? "").split(":");
    const isPlayed = hosts.has(host);
    if (!isPlayed && !open) {
      unknown.add(host);
      socket.end(`HTTP/1.1 403 ${host} is not in the lab\r\n\r\n`);
      return;
    }
    const target = connect(isPlayed ? tlsPort : Number(port), isPlayed ? "127.0.0.1" : host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    for (const one of [socket, target]) {
      sockets.add(one);
      // A program that was killed leaves its connection in the middle of anything.
      one.on("error", () => { socket.destroy(); target.destroy(); });
      one.on("close", () => sockets.delete(one));
    }
  });
  const address = `http://127.0.0.1:${proxyPort}`;
  return {
    environment: { HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: "127.0.0.1,localhost", SSL_CERT_FILE: authorityFile, GIT_SSL_CAINFO: authorityFile },
    unknown,
    faults,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      inside.closeAllConnections();
      await Promise.all([inside, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function answer(handler: HostHandler | undefined, faults: Faults, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const fault = faults.hit(request.method ?? "GET", `/${hostOf(request)}${new URL(request.url ?? "/", "https://host").pathname}`);
    if (fault?.delay !== undefined) await sleep(fault.delay, undefined, { ref: false });
    if (fault?.cut !== undefined) request.socket.destroy();
    else if (fault?.status !== undefined) response.writeHead(fault.status).end(`${fault.message ?? "it was told to fail"}\n`);
    else if (handler === undefined) response.writeHead(404).end();
    else await handler(request, response);
  } catch (error) {
    if (!response.headersSent) response.writeHead(500);
    response.end(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function hostOf({ headers: { host = "" } }: IncomingMessage): string {
  return host.split(":")[0] ?? "";
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
