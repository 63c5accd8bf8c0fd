import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { status } from "@grpc/grpc-js";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MACHINE_SERVICE, STATE_SERVICE, STORAGE_SERVICE } from "../../talos-protocol.ts";
import { TalosClient, type TalosCredentials } from "../../talos-client.ts";
import { configure, endpointOf, eventually, testCluster, type TestCluster } from "./cluster.test-data.ts";
import type { TalosNode } from "./node.ts";
import { startTalos, type Talos } from "./talos.ts";

const FOLDER = join(process.env.RZP_LAB_FACTS ?? resolve(import.meta.dirname, "../../../../../../shared/facts"), "traces");
const hasTraces = existsSync(FOLDER);

type Tree = Record<string, unknown>;

/** A line of a trace: a call of the real provider and the answer that satisfied it, or something that happened to a connection. */
interface Line {
  n: number;
  node?: string;
  mode?: "maintenance" | "mtls" | "http";
  event?: string;
  error?: string;
  method?: string;
  metadata?: { node?: string[]; nodes?: string[] };
  request?: Tree;
  response?: unknown;
  status?: string | number;
}

function scenarios(): [string, Line[]][] {
  if (!hasTraces) return [];
  const read = (file: string): Line[] => readFileSync(join(FOLDER, file), "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Line);
  const files = readdirSync(FOLDER).filter((file) => file.startsWith("talos-"));
  return files.map((file): [string, Line[]] => [file.slice("talos-".length, -".jsonl".length), read(file).filter(({ node }) => node !== undefined)]).filter(([, lines]) => lines.length > 0);
}

describe.skipIf(!hasTraces)(`against what the real Talos provider asked (needs ${hasTraces ? "shared/facts" : "shared/facts, which is not here"})`, () => {
  let cluster: TestCluster;
  let strangers: Record<"otherAuthority" | "otherClient", TalosCredentials>;
  let talos: Talos;

  beforeAll(async () => {
    cluster = await testCluster();
    const forged = await cluster.stranger.client("admin", "os:admin");
    strangers = { otherAuthority: { ...cluster.administrator, authority: cluster.stranger.certificate }, otherClient: { ...cluster.administrator, certificate: forged.certificate, key: forged.key } };
  });

  beforeEach(async () => {
    talos = await startTalos();
    // Whatever a scenario begins with: the authority's key is known, so that a worker alone can be configured.
    await configuredAs(await talos.boot({ address: "127.0.10.9", port: 0 }), "controlplane");
  });

  afterEach(() => talos.close());

  it("has all calls that the provider makes", () => {
    const methods = new Set(scenarios().flatMap(([, lines]) => lines.map(({ method = "" }) => method.slice(method.lastIndexOf("/") + 1))));
    expect([...methods].filter((method) => method !== "").sort()).toEqual(["ApplyConfiguration", "Bootstrap", "Disks", "EtcdMemberList", "Events", "Kubeconfig", "List", "Read", "Reset", "ServiceList", "Version", "Watch", "schematics"]);
  });

  it.each(scenarios())("%s", async (_, lines) => {
    for (const line of lines) {
      const node = line.node === "image-factory" ? undefined : (talos.nodes.get(line.node ?? "") ?? (await talos.boot({ address: line.node ?? "", port: 0 })));
      const { said, expected } = node === undefined ? await toFactory(line) : await toNode(node, line);
      expect([line.n, said]).toEqual([line.n, expected]);
    }
  });

  interface Compared {
    said: unknown;
    expected: unknown;
  }

  async function toFactory({ request, status: expected, response }: Line): Promise<Compared> {
    const { contentType, body } = request as { contentType: string; body: string };
    const answer = await fetch(`${talos.url}/schematics`, { method: "POST", headers: { "content-type": contentType }, body });
    return { said: [answer.status, await answer.json()], expected: [expected, response] };
  }

  async function toNode(node: TalosNode, line: Line): Promise<Compared> {
    await put(node, line);
    if (line.method !== undefined) return call(node, line);
    if (line.event !== "tls handshake refused by server") return { said: "", expected: "" };
    const as = line.error?.includes("DID_NOT_RETURN_A_CERTIFICATE") === true ? undefined : line.mode === "mtls" && line.error?.includes("BAD_CERTIFICATE") === true ? strangers.otherAuthority : line.mode === "mtls" ? strangers.otherClient : cluster.administrator;
    return { said: await refusalOf(node, as), expected: status.UNAVAILABLE };
  }

  /** The status that somebody meets who asks with these credentials, or without any. */
  async function refusalOf(node: TalosNode, as: TalosCredentials | undefined): Promise<number> {
    const client = as === undefined ? undefined : TalosClient.withCertificate({ endpoint: endpointOf(node), credentials: as });
    const asked = client === undefined ? TalosClient.connect({ endpoint: endpointOf(node) }) : client.call(STORAGE_SERVICE, "Disks", {});
    const code = await asked.then(() => status.OK, (error: unknown) => (error as { code: number }).code);
    client?.close();
    return code;
  }

  async function configuredAs(node: TalosNode, type: "controlplane" | "worker"): Promise<void> {
    if (node.phase === "running" && node.isControlPlane === (type === "controlplane")) return;
    if (node.phase !== "maintenance") await emptied(node);
    (await configure(node, cluster, cluster.configuration(type, "machine"))).close();
  }

  async function emptied(node: TalosNode): Promise<void> {
    node.reset({ partitions: [], reboot: true });
    await eventually(() => (node.phase === "maintenance" ? Promise.resolve() : Promise.reject(new Error(node.phase))));
  }

  /** Makes of a machine what the other one was when it was asked, as far as its answer tells. */
  async function put(node: TalosNode, { mode, method = "", status: expected, response }: Line): Promise<void> {
    talos.faults.clear();
    if (mode === "maintenance" && node.phase !== "maintenance") await emptied(node);
    if (mode === "mtls") await configuredAs(node, expected === "UNIMPLEMENTED" || !node.address.endsWith(".1") ? "worker" : "controlplane");
    if (expected === "UNAVAILABLE") talos.faults.add("shutting-down");
    const answered = JSON.stringify(response ?? "");
    if (answered.includes('"error"')) talos.faults.add("apply-fails");
    const etcd = method.endsWith("Bootstrap") ? expected === "ALREADY_EXISTS" : /ServiceList|EtcdMemberList/.test(method);
    if (etcd && !node.hasEtcd) node.bootstrap();
    if (method.endsWith("Bootstrap") && !etcd && node.hasEtcd) {
      await emptied(node);
      await configuredAs(node, "controlplane");
    }
    // Alone in its cluster, but for what only had the key.
    if (etcd) await talos.nodes.get("127.0.10.9")?.powerOff();
    for (const other of answered.match(/127\.0\.10\.[23]/g) ?? []) await configuredAs(talos.nodes.get(other) ?? (await talos.boot({ address: other, port: 0 })), "worker");
  }

  async function call(node: TalosNode, line: Line): Promise<Compared> {
    const { method = "", metadata = {}, request = {}, status: expected } = line;
    const client = line.mode === "maintenance" ? await TalosClient.connect({ endpoint: endpointOf(node), ...named(metadata) }) : TalosClient.withCertificate({ endpoint: endpointOf(node), ...named(metadata), credentials: cluster.administrator });
    const name = method.slice(method.lastIndexOf("/") + 1);
    const nodes = (metadata.nodes ?? []).flatMap((names) => names.split(", "));
    try {
      const answer = await answerOf(client, name, node, request, nodes, line);
      return { said: ["OK", answer], expected: [expected, expectedOf(name, line)] };
    } catch (error) {
      const { code, details } = error as { code?: status; details: string };
      if (code === undefined) throw error;
      // Why a configuration is wrong each of them says in its own words.
      const exact = code === status.INVALID_ARGUMENT ? {} : { details };
      return { said: [status[code], exact], expected: [expected, code === status.INVALID_ARGUMENT ? {} : line.response] };
    } finally {
      client.close();
    }
  }

  async function answerOf(client: TalosClient, name: string, node: TalosNode, request: Tree, nodes: string[], line: Line): Promise<unknown> {
    if (name === "Kubeconfig") return (await client.kubeconfig()).includes("current-context: admin@homelab");
    if (name === "Watch") return (await client.stream(STATE_SERVICE, name, { namespace: request["1"], type: request["2"], id: request["3"], api_version: 1 }, 2)).length;
    if (name === "List") return client.stream(STATE_SERVICE, name, { namespace: request["1"], type: request["2"] });
    if (name === "Events") return (await client.stream(MACHINE_SERVICE, name, request, 1)).length;
    if (name === "Read") return (await client.stream(MACHINE_SERVICE, name, request)).map(({ bytes }) => /^[-0-9a-f]{36}\n$/.test((bytes as Buffer).toString()));
    const sent = name === "ApplyConfiguration" ? { ...request, data: Buffer.from(configurationFor(node, line)) } : request;
    const { messages } = (await client.call(name === "Disks" ? STORAGE_SERVICE : MACHINE_SERVICE, name, sent, nodes)) as { messages: Tree[] };
    return summaryOf(name, messages);
  }

  /** Of the same kind and with the same documents as the one that was sent; of that the trace has only a summary. */
  function configurationFor(node: TalosNode, { request, response, status: expected }: Line): string {
    const summary = typeof request?.data === "object" ? (request.data as { machine: { type: "controlplane" | "worker"; nodeLabels: Tree }; other_documents: Tree[] }) : undefined;
    const type = summary?.machine.type ?? (node.address.endsWith(".1") ? "controlplane" : "worker");
    const needsReboot = JSON.stringify(response ?? "").includes('"mode":"REBOOT"');
    return cluster.configuration(type, "machine", ({ machine }, documents) => {
      if (summary !== undefined) Object.assign(machine, { nodeLabels: summary.machine.nodeLabels });
      if (summary !== undefined) documents.splice(0, documents.length, ...summary.other_documents);
      if (needsReboot) machine.udev = { rules: [String(Math.random())] };
      if (expected === "INVALID_ARGUMENT") machine.install = {};
    });
  }
});

const named = ({ node }: NonNullable<Line["metadata"]>): { node?: string } => (node?.[0] === undefined ? {} : { node: node[0] });

/** What the trace keeps of an answer. */
function summaryOf(name: string, messages: Tree[]): unknown {
  if (name === "Disks") return { messages: messages.length, disks: (messages[0]?.disks as unknown[]).length };
  const each = messages.map(({ metadata, ...message }) => {
    const { hostname = "", error = "" } = (metadata ?? {}) as { hostname?: string; error?: string };
    const from = hostname === "" ? {} : { hostname };
    if (error !== "") return { metadata: { ...from, error } };
    return { ...(hostname === "" ? {} : { metadata: from }), ...ofOne(name, message) };
  });
  return { messages: each };
}

function ofOne(name: string, message: Tree): Tree {
  if (name === "ApplyConfiguration") return { mode: message.mode, mode_details: typeof message.mode_details, warnings: message.warnings };
  if (name === "ServiceList") return { services: (message.services as { id: string; state: string; health: { healthy: boolean } }[]).map(({ id, state, health }) => `${id}:${state}:${health.healthy ? "healthy" : "sick"}`) };
  if (name === "EtcdMemberList") return { members: (message.members as Tree[]).map((one) => ({ ...one, hostname: "" })) };
  if (name === "Version") return { version: Object.fromEntries(Object.entries(message.version as Tree).filter(([, value]) => value !== "")), platform: message.platform, features: message.features };
  if (name === "Reset") return { actor_id: typeof message.actor_id };
  return message;
}

/** The same of what was answered then. */
function expectedOf(name: string, { request, response }: Line): unknown {
  if (typeof response === "string") return { Watch: 2, Events: 1, Read: [true] }[name];
  if (name === "Kubeconfig") return true;
  if (name === "Disks") return response;
  const { messages } = response as { messages: Tree[] };
  const each = messages.map((message) => {
    // What was staged the other stand-in said to have applied; a machine says that it was staged.
    if (name === "ApplyConfiguration" && message.metadata === undefined) return { ...message, mode: request?.mode === "STAGED" ? "STAGED" : message.mode, mode_details: "string" };
    if (name === "EtcdMemberList") return { members: (message.members as Tree[]).map((one) => ({ ...one, hostname: "" })), metadata: message.metadata };
    if (name === "Reset") return { actor_id: "string" };
    return message;
  });
  return { messages: each };
}
