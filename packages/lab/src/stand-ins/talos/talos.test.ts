import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { freePort } from "../../processes.ts";
import { MACHINE_SERVICE, STATE_SERVICE, STORAGE_SERVICE } from "../../talos-protocol.ts";
import { TalosClient } from "../../talos-client.ts";
import { configure, endpointOf, eventually, member, testCluster, type TestCluster } from "./cluster.test-data.ts";
import type { TalosNode } from "./node.ts";
import { startTalos, type Talos, type TalosArgs } from "./talos.ts";

const run = promisify(execFile);

let cluster: TestCluster;
let talos: Talos;
const clients: TalosClient[] = [];

beforeAll(async () => {
  cluster = await testCluster();
});

const start = async (args: TalosArgs = {}): Promise<void> => {
  talos = await startTalos(args);
};

beforeEach(() => start());
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await talos.close();
});

// Ports that nobody has: two runs of these tests may meet on one machine.
const boot = (address: string): Promise<TalosNode> => talos.boot({ address, port: 0, macs: ["BC:24:11:00:00:02"] });
const kept = async (opened: Promise<TalosClient>): Promise<TalosClient> => {
  const client = await opened;
  clients.push(client);
  return client;
};
const stranger = (node: TalosNode): Promise<TalosClient> => kept(TalosClient.connect({ endpoint: endpointOf(node) }));
const joined = (node: TalosNode, type: "controlplane" | "worker", name: string): Promise<TalosClient> => kept(configure(node, cluster, cluster.configuration(type, name)));
const disks = (client: TalosClient, nodes?: readonly string[]): Promise<unknown> => client.call(STORAGE_SERVICE, "Disks", {}, nodes);

describe("a machine without a configuration", () => {
  it("shows its disks and its version to anybody", async () => {
    const client = await stranger(await talos.boot({ address: "127.0.10.1", port: 0, version: "v1.13.5", disks: [{ device: "/dev/sda", size: 2 ** 35 }, { device: "/dev/sr0", size: 2 ** 30, readonly: true }] }));
    expect(await disks(client)).toMatchObject({ messages: [{ metadata: null, disks: [{ device_name: "/dev/sda", size: 2 ** 35, readonly: false }, { device_name: "/dev/sr0", type: "CD", readonly: true }] }] });
    expect(await client.call(MACHINE_SERVICE, "Version", {})).toMatchObject({ messages: [{ version: { tag: "v1.13.5", os: "linux" }, features: null }] });
  });

  it.each(["Bootstrap", "Reset", "Reboot"])("does not let a stranger %s it", async (call) => {
    await expect((await stranger(await boot("127.0.10.1"))).call(MACHINE_SERVICE, call, {})).rejects.toMatchObject({ code: 7, details: "not authorized" });
  });

  it("gives no kubeconfig to a stranger", async () => {
    await expect((await stranger(await boot("127.0.10.1"))).kubeconfig()).rejects.toMatchObject({ code: 7 });
  });

  it("says what is wrong with a configuration, and stays as it is", async () => {
    const node = await boot("127.0.10.1");
    const client = await stranger(node);
    const wrong = cluster.configuration("controlplane", "cp-1", ({ machine }) => {
      machine.install = { disk: "/dev/nvme0n1" };
    });
    await expect(client.applyConfiguration(wrong)).rejects.toMatchObject({ code: 3, details: expect.stringContaining("install disk /dev/nvme0n1 is not on this machine, which has /dev/sda") as string });
    expect(node.phase).toBe("maintenance");
  });

  it("only looks at a configuration that is a dry run", async () => {
    const node = await boot("127.0.10.1");
    const answer = await (await stranger(node)).applyConfiguration(cluster.configuration("controlplane", "cp-1"), { dryRun: true });
    expect([answer.mode, answer.mode_details, node.phase]).toEqual(["NO_REBOOT", expect.stringMatching(/^Dry run summary:\nApplied configuration without a reboot \(skipped in dry-run\)\.\n/), "maintenance"]);
  });

  it.each(["AUTO", "REBOOT"])("takes its first configuration without a reboot, asked for %s", async (mode) => {
    const answer = await (await stranger(await boot("127.0.10.1"))).applyConfiguration(cluster.configuration("controlplane", "cp-1"), { mode });
    expect(answer).toMatchObject({ mode: "NO_REBOOT", mode_details: "Applied configuration without a reboot" });
  });
});

describe("a machine with a configuration", () => {
  it("lets nobody in without a certificate of its own authority, nor with another's", async () => {
    const node = await boot("127.0.10.1");
    await joined(node, "controlplane", "cp-1");
    await expect(TalosClient.connect({ endpoint: endpointOf(node) })).rejects.toMatchObject({ code: 14 });
    const wrong = await cluster.stranger.client("admin", "os:admin");
    const forged = await kept(TalosClient.connect({ endpoint: endpointOf(node), credentials: { ...cluster.administrator, certificate: wrong.certificate, key: wrong.key } }));
    await expect(disks(forged)).rejects.toMatchObject({ code: 14 });
    const distrustful = await kept(TalosClient.connect({ endpoint: endpointOf(node), credentials: { ...cluster.administrator, authority: cluster.stranger.certificate } }));
    await expect(disks(distrustful)).rejects.toMatchObject({ code: 14 });
  });

  it("lets a reader read, and do no more", async () => {
    const node = await boot("127.0.10.1");
    await joined(node, "controlplane", "cp-1");
    const { certificate, key } = await cluster.os.client("reader", "os:reader");
    const reader = await kept(TalosClient.connect({ endpoint: endpointOf(node), credentials: { ...cluster.administrator, certificate, key } }));
    expect(await disks(reader)).toMatchObject({ messages: [{}] });
    for (const attempt of [reader.bootstrap(), reader.kubeconfig(), reader.applyConfiguration(cluster.configuration("controlplane", "cp-1"))]) await expect(attempt).rejects.toMatchObject({ code: 7, details: "not authorized" });
  });

  it("shows a certificate of the cluster's authority, good for its address and names (openssl)", async () => {
    const node = await boot("127.0.10.1");
    await kept(configure(node, cluster, cluster.configuration("controlplane", "cp-1", ({ machine }) => (machine.certSANs = ["talos.example.com"]))));
    const folder = mkdtempSync(join(tmpdir(), "rzp-talos-"));
    const file = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const [ca, cert, key] = [file("ca.crt", cluster.administrator.authority), file("admin.crt", cluster.administrator.certificate), file("admin.key", cluster.administrator.key)];
    const session = run("openssl", ["s_client", "-connect", endpointOf(node), "-CAfile", ca, "-cert", cert, "-key", key, "-verify_return_error", "-verify_ip", "127.0.10.1", "-alpn", "h2", "-showcerts"]);
    session.child.stdin?.end();
    const { stdout } = await session;
    const shown = file("shown.crt", /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(stdout)?.[0] ?? "");
    const { stdout: text } = await run("openssl", ["x509", "-in", shown, "-noout", "-subject", "-issuer", "-ext", "subjectAltName", "-text"]);
    expect(stdout).toContain("Verify return code: 0 (ok)");
    expect(text).toMatch(/subject=CN ?= ?cp-1\n/);
    expect(text).toMatch(/issuer=CN ?= ?talos\n/);
    expect(text).toContain("IP Address:127.0.10.1, DNS:cp-1, DNS:talos.example.com, DNS:localhost");
    expect(text).toContain("Public Key Algorithm: ED25519");
    rmSync(folder, { recursive: true });
  });

  it("is a worker that answers only when a control plane can sign for it", async () => {
    const [worker, controls] = [await boot("127.0.10.2"), await boot("127.0.10.1")];
    await (await stranger(worker)).applyConfiguration(cluster.configuration("worker", "worker-1"));
    await eventually(() => (worker.configuration !== undefined && worker.phase === "booting" ? Promise.resolve() : Promise.reject(new Error(worker.phase))));
    await expect(TalosClient.connect({ endpoint: endpointOf(worker) })).rejects.toMatchObject({ code: 14 });
    await joined(controls, "controlplane", "cp-1");
    expect(await disks(await kept(member(worker, cluster)))).toMatchObject({ messages: [{}] });
  });

  it("takes a change at once, with a reboot or with the next one", async () => {
    const node = await boot("127.0.10.1");
    const client = await joined(node, "controlplane", "cp-1");
    const before = node.bootId;
    const labelled = cluster.configuration("controlplane", "cp-1", ({ machine }) => (machine.nodeLabels = { "homelab/zone": "b" }));
    expect(await client.applyConfiguration(labelled)).toMatchObject({ mode: "NO_REBOOT" });
    const audited = cluster.configuration("controlplane", "cp-1", ({ machine }) => (machine.udev = { rules: ['SUBSYSTEM=="tty"'] }));
    expect(await (await kept(member(node, cluster))).applyConfiguration(audited, { mode: "STAGED" })).toMatchObject({ mode: "STAGED", mode_details: "Staged configuration to be applied after the next reboot" });
    expect(node.configuration?.source).toBe(labelled);
    await expect((await kept(member(node, cluster))).applyConfiguration(audited, { mode: "NO_REBOOT" })).rejects.toMatchObject({ code: 3, details: "this config change can't be applied in immediate mode" });
    await (await kept(member(node, cluster))).call(MACHINE_SERVICE, "Reboot", {});
    await eventually(() => (node.configuration?.source === audited ? Promise.resolve() : Promise.reject(new Error("not rebooted yet"))));
    expect(node.bootId).not.toBe(before);
    expect(await (await kept(member(node, cluster))).applyConfiguration(labelled)).toMatchObject({ mode: "REBOOT", mode_details: "Applied configuration with a reboot" });
  });

  it("is as new after a reset", async () => {
    const node = await boot("127.0.10.1");
    const client = await joined(node, "controlplane", "cp-1");
    await client.bootstrap();
    const wipe = ["STATE", "EPHEMERAL"].map((label) => ({ label, wipe: true }));
    expect(await client.call(MACHINE_SERVICE, "Reset", { reboot: true, system_partitions_to_wipe: wipe })).toMatchObject({ messages: [{ actor_id: expect.any(String) as string }] });
    await eventually(() => stranger(node));
    expect(node.phase).toBe("maintenance");
    await (await joined(node, "controlplane", "cp-1")).bootstrap();
  });

  it("has what is on its disks after it was off, and after a restart of the lab", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rzp-talos-"));
    await talos.close();
    await start({ folder });
    const node = await boot("127.0.10.1");
    await (await joined(node, "controlplane", "cp-1")).bootstrap();
    const { port } = node;
    await node.powerOff();
    await expect(TalosClient.connect({ endpoint: `127.0.10.1:${port}` })).rejects.toMatchObject({ code: 14 });
    await boot("127.0.10.1");
    await expect((await kept(member(node, cluster))).bootstrap()).rejects.toMatchObject({ code: 6 });
    await talos.close();
    let started = 0;
    await start({ folder, onBootstrap: ({ endpoint }) => Promise.resolve({ endpoint: `${endpoint}/${(started += 1)}` }) });
    const again = await kept(member(await boot("127.0.10.1"), cluster));
    await expect(again.bootstrap()).rejects.toMatchObject({ code: 6 });
    // Its cluster is started again with it.
    expect(await again.kubeconfig()).toContain("server: https://10.9.0.2:6443/1\n");
    rmSync(folder, { recursive: true });
  });
});

it("is as many machines on one address as there are ports", async () => {
  const ports = [await freePort(), await freePort()];
  const [first, second] = [await talos.boot({ address: "127.0.0.1", port: ports[0] as number }), await talos.boot({ address: "127.0.0.1", port: ports[1] as number })];
  await joined(first, "controlplane", "cp-1");
  expect([first.phase, second.phase, [...talos.nodes.keys()]]).toEqual(["running", "maintenance", ports.map((port) => `127.0.0.1:${port}`)]);
});

it("is another machine at the same address once the first was taken away, and both were called", async () => {
  const node = await boot("127.0.10.1");
  await joined(node, "controlplane", "cp-1");
  await talos.remove("127.0.10.1");
  const fresh = await boot("127.0.10.1");
  await stranger(fresh);
  expect([fresh === node, fresh.phase, talos.nodes.size]).toEqual([false, "maintenance", 1]);
  expect(talos.rpcs.map(({ method, status }) => `${method} ${status}`)).toEqual(["/storage.StorageService/Disks OK", "/machine.MachineService/ApplyConfiguration OK", "/storage.StorageService/Disks OK"]);
});

describe("a cluster", () => {
  it("is started once, by a control plane", async () => {
    const [controls, worker] = [await boot("127.0.10.1"), await boot("127.0.10.2")];
    const client = await joined(controls, "controlplane", "cp-1");
    await client.bootstrap();
    await expect(client.bootstrap()).rejects.toMatchObject({ code: 6, details: "etcd data directory is not empty" });
    const other = await joined(worker, "worker", "worker-1");
    await expect(other.bootstrap()).rejects.toMatchObject({ code: 12, details: "bootstrap is only available on control plane nodes" });
    await expect(other.kubeconfig()).rejects.toMatchObject({ code: 12, details: "kubeconfig is only available on control plane nodes" });
  });

  it("is joined by further control planes", async () => {
    const nodes = [await boot("127.0.10.1"), await boot("127.0.10.3")];
    const [first, second] = [await joined(nodes[0] as TalosNode, "controlplane", "cp-1"), await joined(nodes[1] as TalosNode, "controlplane", "cp-2")];
    await expect(second.call(MACHINE_SERVICE, "EtcdMemberList", {})).rejects.toMatchObject({ code: 14 });
    await first.bootstrap();
    await expect(second.bootstrap()).rejects.toMatchObject({ code: 6 });
    const { messages } = (await second.call(MACHINE_SERVICE, "EtcdMemberList", {})) as { messages: { members: { hostname: string; peer_urls: string[] }[] }[] };
    expect(messages[0]?.members.map(({ hostname, peer_urls: [url] }) => `${hostname} ${url ?? ""}`)).toEqual(["cp-1 https://127.0.10.1:2380", "cp-2 https://127.0.10.3:2380"]);
  });

  it("gives a kubeconfig that its own authority signed, for a year (openssl)", async () => {
    const node = await boot("127.0.10.1");
    const client = await joined(node, "controlplane", "cp-1");
    const config = parse(await client.kubeconfig()) as { "current-context": string; clusters: [{ name: string; cluster: Record<string, string> }]; users: [{ user: Record<string, string> }] };
    expect([config["current-context"], config.clusters[0].name, config.clusters[0].cluster.server]).toEqual(["admin@homelab", "homelab", "https://10.9.0.2:6443"]);
    const folder = mkdtempSync(join(tmpdir(), "rzp-talos-"));
    const file = (name: string, data: string | undefined): string => {
      writeFileSync(join(folder, name), Buffer.from(data ?? "", "base64"));
      return join(folder, name);
    };
    const [ca, crt] = [file("ca.crt", config.clusters[0].cluster["certificate-authority-data"]), file("admin.crt", config.users[0].user["client-certificate-data"])];
    const key = file("admin.key", config.users[0].user["client-key-data"]);
    expect((await run("openssl", ["verify", "-CAfile", ca, "-purpose", "sslclient", crt])).stdout).toContain("admin.crt: OK");
    expect((await run("openssl", ["x509", "-in", crt, "-noout", "-subject", "-nameopt", "RFC2253"])).stdout.trim()).toBe("subject=CN=admin,O=system:masters");
    // 364 days from now it is good, 366 days from now it is not.
    expect((await run("openssl", ["x509", "-in", crt, "-noout", "-checkend", String(364 * 86_400)])).stdout).toContain("will not expire");
    await expect(run("openssl", ["x509", "-in", crt, "-noout", "-checkend", String(366 * 86_400)])).rejects.toMatchObject({ stdout: expect.stringContaining("will expire") as string });
    const [ofKey, ofCertificate] = [await run("openssl", ["pkey", "-in", key, "-pubout"]), await run("openssl", ["x509", "-in", crt, "-noout", "-pubkey"])];
    expect(ofKey.stdout).toBe(ofCertificate.stdout);
    rmSync(folder, { recursive: true });
  });

  it("says in the kubeconfig's place why it did not start", async () => {
    await talos.close();
    await start({ onBootstrap: () => Promise.reject(new Error("etcd ended (code 1)")) });
    const client = await joined(await boot("127.0.10.1"), "controlplane", "cp-1");
    await client.bootstrap();
    await expect(client.kubeconfig()).rejects.toMatchObject({ details: "etcd ended (code 1)" });
  });

  it("tells its health to one machine for all, as the provider asks", async () => {
    const [controls, worker] = [await boot("127.0.10.1"), await boot("127.0.10.2")];
    const client = await joined(controls, "controlplane", "cp-1");
    await joined(worker, "worker", "worker-1");
    await client.bootstrap();
    const services = await client.call(MACHINE_SERVICE, "ServiceList", {}, ["127.0.10.1"]);
    expect(services).toMatchObject({ messages: [{ metadata: { hostname: "127.0.10.1" }, services: ["apid", "etcd", "kubelet"].map((id) => ({ id, state: "Running", health: { healthy: true } })) }] });
    const versions = (await client.call(MACHINE_SERVICE, "Version", {}, ["127.0.10.1", "127.0.10.2", "127.0.10.9"])) as { messages: { metadata: { hostname: string; error: string } }[] };
    expect(versions.messages.map(({ metadata: { hostname, error } }) => [hostname, error === ""])).toEqual([["127.0.10.1", true], ["127.0.10.2", true], ["127.0.10.9", false]]);
    await expect(client.stream(STATE_SERVICE, "List", { namespace: "runtime", type: "Diagnostics.runtime.talos.dev" })).rejects.toMatchObject({ code: 7, details: "not authorized" });
    const [acknowledged, created] = await client.stream(STATE_SERVICE, "Watch", { namespace: "runtime", type: "MachineStatuses.runtime.talos.dev", id: "machine", api_version: 1 }, 2);
    expect(acknowledged).toEqual({ event: [] });
    // MachineStatusSpec, byte by byte: field 1 is 4 (running), field 2 is a message whose field 1 is true (ready).
    expect(created).toMatchObject({ event: [{ event_type: "CREATED", resource: { metadata: { id: "machine", version: "1", phase: "running" }, spec: { proto_spec: Buffer.from([0x08, 0x04, 0x12, 0x02, 0x08, 0x01]) } } }] });
  });
});

describe("what it was told to do wrong", () => {
  it("is refused, delayed, or an error inside of an answer", async () => {
    const client = await joined(await boot("127.0.10.1"), "controlplane", "cp-1");
    talos.faults.add({ on: "POST /machine.MachineService/Bootstrap", status: 412, message: "bootstrap is not available yet", times: 1 });
    await expect(client.bootstrap()).rejects.toMatchObject({ code: 9, details: "bootstrap is not available yet" });
    await client.bootstrap();
    talos.faults.add({ on: "POST /machine.MachineService/Kubeconfig", status: 503, code: 8, delay: 1, times: 1 });
    await expect(client.kubeconfig()).rejects.toMatchObject({ code: 8, details: "it was told to fail" });
    talos.faults.add("apply-fails");
    await expect(client.applyConfiguration(cluster.configuration("controlplane", "cp-1"))).rejects.toThrow("rpc error: code = Internal desc = boom");
  });

  it.each([["before", false], ["after", true]] as const)("cuts the connection %s the call is made", async (cut, made) => {
    const node = await boot("127.0.10.1");
    const client = await joined(node, "controlplane", "cp-1");
    talos.faults.add({ on: "POST /machine.MachineService/Bootstrap", cut, times: 1 });
    await client.bootstrap().catch(() => undefined);
    expect(node.hasEtcd || made).toBe(made);
    const again = await kept(member(node, cluster));
    expect(await again.bootstrap().catch((error: unknown) => (error as { code: number }).code)).toBe(made ? 6 : undefined);
  });
});

describe("the image factory", () => {
  const post = (body: string): Promise<Response> => fetch(`${talos.url}/schematics`, { method: "POST", headers: { "content-type": "application/yaml" }, body });

  it("gives the same description the id that it has everywhere", async () => {
    const answer = await post("customization:\n    systemExtensions:\n        officialExtensions:\n            - siderolabs/iscsi-tools\n            - siderolabs/util-linux-tools\n");
    expect([answer.status, await answer.json()]).toEqual([201, { id: "613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245" }]);
  });

  it("refuses what it does not know", async () => {
    const answer = await post("customization:\n    systemExtension: {}\n");
    expect([answer.status, await answer.text()]).toEqual([400, 'invalid schematic: unknown fields {"customization":{"systemExtension":{}}}']);
  });
});
