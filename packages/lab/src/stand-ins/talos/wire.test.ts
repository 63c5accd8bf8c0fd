import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configure, endpointOf, testCluster, type TestCluster } from "./cluster.test-data.ts";
import type { TalosNode } from "./node.ts";
import { startTalos, type Talos } from "./talos.ts";
import { readKey } from "../../certificates.ts";

// Messages put together byte by byte, with the numbers that the API gives its fields: what a wrong number in a .proto would hide from a client that reads the same file.
const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))]);
const number = (field: number, value: number): Buffer => Buffer.from([...varint(field << 3), ...varint(value)]);
const bytes = (field: number, ...content: (Buffer | string)[]): Buffer => {
  const all = Buffer.concat(content.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(all.length)]), all]);
};
// A field that says no more than its absence would is written out, as protobufjs does it; whoever reads it may not care.
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);

let cluster: TestCluster;
let talos: Talos;
let node: TalosNode;
let client: Client;

const asIs = (content: Buffer): Buffer => content;

function ask(path: string, request: Buffer, nodes: readonly string[] = []): Promise<Buffer> {
  const metadata = new Metadata();
  for (const name of nodes) metadata.add("nodes", name);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, asIs, asIs, request, metadata, (error, answer) => {
      if (error === null) resolve(answer as Buffer);
      else reject(error);
    });
  });
}

beforeAll(async () => {
  cluster = await testCluster();
  talos = await startTalos();
  node = await talos.boot({ address: "127.0.10.1", port: 0, disks: [{ device: "/dev/sda", size: 300 }] });
  (await configure(node, cluster, cluster.configuration("controlplane", "cp-1"))).close();
  const { authority, certificate, key } = cluster.administrator;
  client = new Client(endpointOf(node), credentials.createSsl(Buffer.from(authority), Buffer.from(readKey(key).export({ type: "pkcs8", format: "pem" })), Buffer.from(certificate)));
});

afterAll(async () => {
  client.close();
  await talos.close();
});

describe("on the wire", () => {
  it("a configuration is field 1, its mode field 4 and a dry run field 5; the mode is answered as field 3, its details as field 4", async () => {
    const configuration = cluster.configuration("controlplane", "cp-1");
    const answer = await ask("/machine.MachineService/ApplyConfiguration", message(bytes(1, configuration), number(4, 1), number(5, 1)));
    expect(answer).toEqual(bytes(1, number(3, 2), bytes(4, "Dry run summary:\nApplied configuration without a reboot (skipped in dry-run).\nNo changes.")));
    const staged = await ask("/machine.MachineService/ApplyConfiguration", message(bytes(1, configuration), number(4, 3)));
    expect(staged).toEqual(bytes(1, number(3, 3), bytes(4, "Staged configuration to be applied after the next reboot")));
  });

  it("a disk has its size, device, name, type and subsystem in fields 1, 3, 4, 9 and 12", async () => {
    expect(await ask("/storage.StorageService/Disks", Buffer.alloc(0))).toEqual(bytes(1, bytes(2, number(1, 300), bytes(3, "/dev/sda"), bytes(4, "sda"), number(9, 1), bytes(12, "/sys/class/block"), number(13, 0))));
  });

  it("a version has tag, system and architecture in fields 1, 5 and 6, beside platform and features", async () => {
    const version = bytes(2, bytes(1, "v1.13.0"), bytes(5, "linux"), bytes(6, "amd64"));
    expect(await ask("/machine.MachineService/Version", Buffer.alloc(0))).toEqual(bytes(1, version, bytes(3, bytes(1, "container"), bytes(2, "container")), bytes(4, number(1, 1))));
  });

  it("a service has its name, state, events and health in fields 1 to 4, and a machine that was asked through another its address", async () => {
    const service = (id: string, state: string, healthy: number): Buffer => bytes(2, bytes(1, id), bytes(2, state), bytes(3, bytes(1, bytes(1, state), bytes(2, state))), bytes(4, number(1, 0), number(2, healthy), bytes(3)));
    const services = [service("apid", "Running", 1), service("etcd", "Preparing", 0), service("kubelet", "Running", 1)];
    expect(await ask("/machine.MachineService/ServiceList", Buffer.alloc(0), ["127.0.10.1"])).toEqual(bytes(1, bytes(1, bytes(1, "127.0.10.1")), ...services));
  });

  it("a start of etcd is asked for with nothing and answered with an empty message; a member has its id, name and addresses in fields 2 to 5", async () => {
    expect(await ask("/machine.MachineService/Bootstrap", Buffer.alloc(0))).toEqual(bytes(1));
    const member = bytes(3, number(2, 1000), bytes(3, "cp-1"), bytes(4, "https://127.0.10.1:2380"), bytes(5, "https://127.0.10.1:2379"), number(6, 0));
    expect(await ask("/machine.MachineService/EtcdMemberList", Buffer.alloc(0))).toEqual(bytes(1, bytes(1, bytes(1, "127.0.10.1")), member));
  });

  it("an error inside of an answer is field 2 of its metadata", async () => {
    talos.faults.add({ on: "POST /machine.MachineService/Version", task: "boom", times: 1 });
    expect(await ask("/machine.MachineService/Version", Buffer.alloc(0))).toEqual(bytes(1, bytes(1, bytes(1, "127.0.10.1"), bytes(2, "boom"))));
  });

  it("a kubeconfig is field 2, and what is watched comes as an empty message and then with resource and type of the event", async () => {
    const stream = (path: string, request: Buffer, first: number): Promise<Buffer[]> =>
      new Promise((resolve, reject) => {
        const answers: Buffer[] = [];
        const call = client.makeServerStreamRequest(path, asIs, asIs, request, new Metadata());
        call.on("error", (error: Error & { code: number }) => {
          if (error.code !== 1) reject(error);
        });
        call.on("data", (answer: Buffer) => {
          if (answers.push(answer) < first) return;
          call.cancel();
          resolve(answers);
        });
      });
    const [archive = Buffer.alloc(0)] = await stream("/machine.MachineService/Kubeconfig", Buffer.alloc(0), 1);
    // Field 2 of the wire type for bytes; what is in it is gzip.
    expect([archive[0], archive.subarray(-archive.length + 3).indexOf(Buffer.from([0x1f, 0x8b]))]).toEqual([0x12, 0]);
    const kind = "MachineStatuses.runtime.talos.dev";
    const [acknowledged, created] = await stream("/cosi.resource.State/Watch", message(bytes(1, "runtime"), bytes(2, kind), bytes(3, "machine"), bytes(4), number(5, 1)), 2);
    const metadata = bytes(1, bytes(1, "runtime"), bytes(2, kind), bytes(3, "machine"), bytes(4, "1"), bytes(6, "running"));
    const spec = bytes(2, bytes(1, number(1, 4), bytes(2, number(1, 1))));
    expect([acknowledged, created]).toEqual([Buffer.alloc(0), bytes(1, bytes(1, metadata, spec), number(2, 0))]);
  });

  it("partitions to be wiped are field 3 of a reset, and whether it reboots field 2", async () => {
    const answer = await ask("/machine.MachineService/Reset", message(number(2, 1), bytes(3, bytes(1, "EPHEMERAL"), number(2, 1))));
    expect(answer.subarray(0, 4)).toEqual(Buffer.from([0x0a, 38, 0x12, 36]));
    expect([node.phase, node.hasEtcd]).toEqual(["booting", false]);
  });
});
