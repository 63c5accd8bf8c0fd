import { status, type Metadata, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { setTimeout as sleep } from "node:timers/promises";
import type { CheckedFault, Faults } from "../faults.ts";
import { MACHINE_SERVICE, STATE_SERVICE, STORAGE_SERVICE } from "../../talos-protocol.ts";
import { MACHINE, MACHINE_STREAMS, notAuthorized, STATE, STORAGE, type Message, type Stream, type Unary } from "./handlers.ts";
import type { Service } from "./listener.ts";
import type { TalosNode } from "./node.ts";
import { RpcError } from "./rpc-error.ts";

/** A call to a machine and how it ended; the log has them in the order in which they came. */
export interface RpcCall {
  /** Address of the machine that was called. */
  address: string;
  /** Such as `/machine.MachineService/Bootstrap`. */
  method: string;
  /** Machines that it was to pass it on to. */
  nodes: readonly string[];
  /** Name of the status, such as `OK`. */
  status: string;
  details: string;
}

export interface Answering {
  faults: Faults;
  log: RpcCall[];
  nodes: ReadonlyMap<string, TalosNode>;
}

/** All that a machine answers. */
export function services(node: TalosNode, answering: Answering): Service[] {
  const implement = (name: string, unary: Record<string, Unary>, streams: Record<string, Stream>): UntypedServiceImplementation => ({
    ...Object.fromEntries(Object.entries(unary).map(([method, handler]) => [method, answerOnce(node, `/${name}/${method}`, handler, answering)])),
    ...Object.fromEntries(Object.entries(streams).map(([method, handler]) => [method, answerStream(node, `/${name}/${method}`, handler, answering)])),
  });
  return [
    [MACHINE_SERVICE, implement("machine.MachineService", MACHINE, MACHINE_STREAMS)],
    [STORAGE_SERVICE, implement("storage.StorageService", STORAGE, {})],
    [STATE_SERVICE, implement("cosi.resource.State", {}, STATE)],
  ];
}

type UnaryCall = ServerUnaryCall<Message, Message>;
type StreamCall = ServerWritableStream<Message, Message>;

function answerOnce(node: TalosNode, method: string, { roles, answer }: Unary, answering: Answering) {
  return (call: UnaryCall, done: sendUnaryData<Message>): void => {
    void settle(node, method, call, answering, async (fault) => {
      const own = rolesOf(node, call);
      allow(own, roles);
      const nodes = namesIn(call.metadata, "nodes");
      const target = targetOf(node, call.metadata, answering);
      const asked = nodes.length === 0 ? [[undefined, target] as const] : nodes.map((name) => [name, answering.nodes.get(name)] as const);
      const messages = asked.map(([hostname, one]) => {
        const metadata = { ...(hostname === undefined ? {} : { hostname }), ...(fault?.task === undefined ? {} : { hostname: node.address, error: fault.task }) };
        const described = Object.keys(metadata).length === 0 ? {} : { metadata };
        if (fault?.task !== undefined) return described;
        if (one === undefined || one.phase === "off") return { metadata: { hostname, error: `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp ${hostname ?? ""}:50000: connect: connection refused"` } };
        return { ...answer(one, call.request, own), ...described };
      });
      done(null, { messages });
      return Promise.resolve();
    }, done);
  };
}

function answerStream(node: TalosNode, method: string, { roles, answer }: Stream, answering: Answering) {
  return (call: StreamCall): void => {
    const fail = (error: RpcError): void => {
      call.emit("error", error);
    };
    void settle(node, method, call, answering, async () => {
      allow(rolesOf(node, call), roles);
      for await (const message of answer(targetOf(node, call.metadata, answering), call.request)) call.write(message);
      call.end();
    }, fail);
  };
}

/** Answers, or refuses, or fails as it was told to; and writes down which. */
async function settle(node: TalosNode, method: string, call: UnaryCall | StreamCall, { faults, log }: Answering, answer: (fault: CheckedFault | undefined) => Promise<void>, fail: (error: RpcError) => void): Promise<void> {
  const fault = faults.hit("POST", method);
  const entry = { address: node.address, method, nodes: [...namesIn(call.metadata, "nodes"), ...namesIn(call.metadata, "node")], status: "OK", details: "" };
  log.push(entry);
  try {
    if (fault?.delay !== undefined) await sleep(fault.delay, undefined, { ref: false });
    if (fault?.cut === "before") {
      Object.assign(entry, { status: "CUT" });
      node.cut();
      return;
    }
    if (fault?.status !== undefined) throw new RpcError(fault.code ?? codeOf(fault.status), fault.message ?? "it was told to fail");
    await answer(fault);
    if (fault?.cut === "after") node.cut();
  } catch (error) {
    const refusal = error instanceof RpcError ? error : new RpcError(status.INTERNAL, (error as Error).message);
    Object.assign(entry, { status: status[refusal.code], details: refusal.details });
    fail(refusal);
  }
}

/** A fault says a status of HTTP, as everywhere in the lab; this is what gRPC calls it. */
function codeOf(http: number): status {
  const codes: Readonly<Record<number, status>> = { 400: status.INVALID_ARGUMENT, 401: status.UNAUTHENTICATED, 403: status.PERMISSION_DENIED, 404: status.NOT_FOUND, 409: status.ALREADY_EXISTS, 412: status.FAILED_PRECONDITION, 429: status.RESOURCE_EXHAUSTED, 501: status.UNIMPLEMENTED, 503: status.UNAVAILABLE };
  return codes[http] ?? status.INTERNAL;
}

function allow(own: readonly string[], allowed: readonly string[]): void {
  if (!own.some((role) => allowed.includes(role))) throw notAuthorized();
}

/** What the certificate of a client says that it may do; without a configuration everybody may read. */
function rolesOf({ configuration }: TalosNode, call: UnaryCall | StreamCall): string[] {
  if (configuration === undefined) return ["os:reader"];
  const subject = call.getAuthContext().sslPeerCertificate?.subject as { O?: string | string[] } | undefined;
  return [subject?.O ?? []].flat();
}

/** Several names may come as one text. */
function namesIn(metadata: Metadata, key: string): string[] {
  return metadata.get(key).flatMap((value) => value.toString().split(/,\s*/));
}

/** The machine that a call is for: another one that this one knows, or itself, by whatever name it was called. */
function targetOf(node: TalosNode, metadata: Metadata, { nodes }: Answering): TalosNode {
  const [name] = namesIn(metadata, "node");
  return (name === undefined ? undefined : nodes.get(name)) ?? node;
}
