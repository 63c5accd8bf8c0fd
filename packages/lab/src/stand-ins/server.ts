import { createServer, STATUS_CODES, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { isIPv4, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import Router, { type HTTPMethod } from "find-my-way";
import type { Identity } from "../certificates.ts";
import { LabError } from "../errors.ts";
import { controlRoutes, isControl } from "./control.ts";
import { Faults, type CheckedFault, type Fault } from "./faults.ts";
import { Refusal } from "./refusal.ts";

/** A request, read. */
export interface Call {
  method: HTTPMethod;
  /** As it was sent, without the query. */
  path: string;
  /** Parts of the path that the route names, decoded. */
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  headers: IncomingHttpHeaders;
  /** Of a form its fields, of JSON its value, else the text; undefined without a body. */
  body: unknown;
  /** Why a task that this call starts must fail. */
  failTask?: string | undefined;
}

export interface Answer {
  /** @default 200 */
  status?: number;
  /** An object is sent as JSON, a text as it is; without one nothing is. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Said after the status, where a vendor puts its message there too. */
  reason?: string;
}

/** One line of a vendor's table of calls. */
export interface Route {
  method: HTTPMethod;
  /** Below the base; `{name}` takes one part of the path. */
  path: string;
  /** Nobody is asked who he is: logging in. */
  open?: boolean;
  /** Throws a `Refusal` where the vendor would refuse. */
  handle: (call: Call) => Answer | Promise<Answer>;
}

/** What makes a server a stand-in of one vendor. */
export interface Vendor {
  name: string;
  /** Where its API begins, such as `/api2/json`; empty for the root. */
  base: string;
  routes: readonly Route[];
  /** What a call is refused with that is in no line of the table. */
  unknown: (call: Call) => Refusal;
  /** Throws a `Refusal` when the caller may not call. */
  authenticate: (call: Call) => void;
  /** A refusal in the vendor's own shape. */
  refuse: (refusal: Refusal) => Answer;
  /** Usual faults by their name. */
  faults: Readonly<Record<string, Fault>>;
  /** Called after each call that may have changed something. */
  save: () => void;
}

/** How any stand-in is started. */
export interface StandInArgs {
  /** @default 0: any that is free */
  port?: number;
  /** An IPv4 address of the loopback. @default 127.0.0.1 */
  host?: string;
  /** Keeps the state, which is read again at the next start. @default it is forgotten */
  folder?: string;
  /** Each a name, YAML or JSON, or the thing itself. */
  faults?: readonly (Fault | string)[];
}

/** A call and its answer; the log has them in the order in which they were answered. */
export interface LoggedCall extends Pick<Call, "method" | "path" | "query" | "body"> {
  /** 0 when the connection was cut. */
  status: number;
  answer: unknown;
}

export interface StandIn {
  /** With scheme and port, without the vendor's base. */
  url: string;
  calls: readonly LoggedCall[];
  faults: Faults;
  close: () => Promise<void>;
}

/** Starts a vendor's stand-in on the loopback; with an identity it speaks TLS. */
export async function serve(vendor: Vendor, { port = 0, host = "127.0.0.1", faults: planned = [], identity }: StandInArgs & { identity?: Identity }): Promise<StandIn> {
  const calls: LoggedCall[] = [];
  const faults = new Faults(vendor.faults, planned);
  const find = routesOf([...controlRoutes(faults, calls), ...vendor.routes.map((route) => ({ ...route, path: `${vendor.base}${route.path}` }))]);

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request);
    const fault = isControl(call.path) ? undefined : faults.hit(call.method, call.path.slice(vendor.base.length).replace(/\/$/, ""));
    if (fault?.delay !== undefined) await sleep(fault.delay, undefined, { ref: false });
    const answer = fault?.cut === "before" ? "cut" : await answerTo(vendor, find, call, fault);
    const lost = answer === "cut" || fault?.cut === "after";
    if (!isControl(call.path)) calls.push({ method: call.method, path: call.path, query: call.query, body: call.body, status: lost ? 0 : (answer.status ?? 200), answer: lost ? undefined : answer.body });
    if (lost) request.socket.destroy();
    else send(response, answer);
  };
  return { calls, faults, ...(await listen(vendor.name, host, port, identity, (request, response) => void respond(request, response))) };
}

type Find = (call: Call) => { route: Route; params: Record<string, string> } | undefined;

function routesOf(routes: readonly Route[]): Find {
  const router = Router({ ignoreTrailingSlash: true, maxParamLength: 2048 });
  for (const route of routes) router.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ":$1"), () => undefined, route);
  return ({ method, path }) => {
    const found = router.find(method, path);
    return found === null ? undefined : { route: found.store as Route, params: found.params as Record<string, string> };
  };
}

async function answerTo(vendor: Vendor, find: Find, call: Call, fault: CheckedFault | undefined): Promise<Answer> {
  try {
    if (fault?.status !== undefined) throw new Refusal(fault.status, fault.message ?? STATUS_CODES[fault.status] ?? "it was told to fail", { code: fault.code });
    const found = find(call);
    if (found === undefined) throw vendor.unknown(call);
    const { route, params } = found;
    if (route.open !== true) vendor.authenticate(call);
    if (call.body instanceof Refusal) throw call.body;
    const answer = await route.handle({ ...call, params, failTask: fault?.task });
    if (call.method !== "GET") vendor.save();
    return answer;
  } catch (error) {
    return vendor.refuse(error instanceof Refusal ? error : new Refusal(500, error instanceof LabError ? error.message : `the stand-in itself failed: ${(error as Error).stack ?? String(error)}`));
  }
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const [path = "/", query = ""] = (request.url ?? "/").split(/\?(.*)/s);
  const { method = "GET", headers } = request;
  return { method: method as HTTPMethod, path, params: {}, query: fieldsOf(query), headers, body: bodyOf(headers["content-type"] ?? "", await text(request)) };
}

/** What cannot be read is a refusal already. */
function bodyOf(type: string, content: string): unknown {
  if (content === "") return undefined;
  if (type.startsWith("application/x-www-form-urlencoded")) return fieldsOf(content);
  if (!type.startsWith("application/json")) return content;
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    return new Refusal(400, `the body is not JSON: ${(error as Error).message}`);
  }
}

const fieldsOf = (encoded: string): Record<string, string> => Object.fromEntries(new URLSearchParams(encoded));

function send(response: ServerResponse, { status = 200, body, headers = {}, reason = STATUS_CODES[status] ?? "" }: Answer): void {
  const [type, content] = typeof body === "string" ? ["text/plain; charset=utf-8", body] : ["application/json;charset=UTF-8", body === undefined ? "" : JSON.stringify(body)];
  // What a status line cannot hold would end the connection.
  response.writeHead(status, reason.replaceAll(/[^\x20-\x7e]+/g, " ").trim(), { "content-type": type, ...headers });
  response.end(content);
}

async function listen(name: string, host: string, port: number, identity: Identity | undefined, listener: RequestListener): Promise<Pick<StandIn, "url" | "close">> {
  if (!isIPv4(host) || !host.startsWith("127.")) throw new LabError(`${name}: ${host} is not on the loopback. Give an address in 127.0.0.0/8.`);
  const server: Server = identity === undefined ? createServer(listener) : createTlsServer({ cert: identity.certificate, key: identity.key }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new LabError(`${name}: somebody listens on ${host}:${port} already. Give another port, or 0 for any that is free.`) : error);
    });
    server.listen(port, host, resolve);
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http${identity === undefined ? "" : "s"}://${host}:${(server.address() as AddressInfo).port}`, close };
}
