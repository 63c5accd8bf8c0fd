import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Authority } from "../certificates.ts";
import { LabError } from "../errors.ts";
import { Faults } from "../stand-ins/faults.ts";

/** Answers what is asked of one host. */
export type HostHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What stands in for the internet: a proxy on the loopback, behind which a few hosts answer and no other can be reached. */
export interface Outside {
  /** Environment of a program that is to see it: the proxy, and the authority that the hosts' certificates are from. */
  environment: Readonly<Record<string, string>>;
  /** Hosts that were asked for and are not there, or could not be reached, each once. */
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
    const target = connect(isPlayed ? tlsPort : Number(port), isPlayed ? "127.0.0.1" : host);
    const refuse = (error: Error): void => {
      unknown.add(host);
      socket.end(`HTTP/1.1 502 ${host} could not be reached: ${error.message}\r\n\r\n`);
    };
    target.once("error", refuse).once("connect", () => {
      target.off("error", refuse);
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    for (const one of [socket, target]) {
      sockets.add(one);
      // A program that was killed leaves its connection in the middle of anything.
      one.on("error", () => { socket.destroySoon(); target.destroy(); });
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

/** A host that is played by a server of the lab elsewhere; undefined as long as that server does not run. */
export function forwardTo(target: () => string | undefined): HostHandler {
  return async (request, response) => {
    const url = target();
    if (url === undefined) throw new LabError(`The lab has nothing in the place of ${hostOf(request)}`);
    const answered = await new Promise<IncomingMessage>((resolve, reject) => {
      request.pipe(ask(new URL(request.url ?? "/", url), { method: request.method, headers: request.headers }, resolve).on("error", reject));
    });
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    await pipeline(answered, response);
  };
}

/** Says which of these hosts cannot be reached, before anything waits for them. */
export async function assertReachable(addresses: readonly string[]): Promise<void> {
  const reasons = await Promise.all([...new Set(addresses)].sort().map(async (address) => {
    const { hostname, port } = new URL(address.includes("://") ? address : `https://${address}`);
    const reason = await unreachable(hostname, port === "" ? 443 : Number(port));
    return reason === undefined ? [] : [`  ${hostname} (${reason})`];
  }));
  const lines = [...new Set(reasons.flat())];
  if (lines.length > 0) throw new LabError(`The real charts cannot be had, these hosts could not be reached:\n${lines.join("\n")}\nRun it where there is a network, or without --charts=upstream: the lab has stand-ins for all of them.`);
}

function unreachable(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5_000 }, () => { end(); });
    const end = (reason?: string): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.on("timeout", () => { end("no answer within 5 s"); }).on("error", ({ message }) => { end(message); });
  });
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
