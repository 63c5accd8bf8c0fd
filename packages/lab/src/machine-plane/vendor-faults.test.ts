import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../stand-ins/faults.ts";
import { testCluster } from "../stand-ins/talos/cluster.test-data.ts";
import { closeAll, FILE, image, lab, VM, vm, type Vendors } from "./vendors.test-data.ts";

afterEach(closeAll);

type Vendor = "proxmox" | "cloudflare" | "talos";
const TUNNEL = "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared";
const RECORD = "cloudflare:index/dnsRecord:DnsRecord";

const makeImage = ({ make }: Vendors): Promise<unknown> => make(FILE, "talos", image);
const makeMachine = ({ make }: Vendors): Promise<unknown> => make(VM, "cp-1", vm());
const makeTunnel = ({ make, cloudflare }: Vendors): Promise<unknown> => make(TUNNEL, "homelab", { accountId: cloudflare.state.zones[0]?.account.id, name: "homelab", configSrc: "cloudflare" });
const makeRecord = ({ make, cloudflare }: Vendors): Promise<unknown> => make(RECORD, "nas", { zoneId: cloudflare.state.zones[0]?.id, name: "nas.example.com", type: "A", content: "192.0.2.10", proxied: false, ttl: 300 });

/** What is there, as somebody who looks at the vendors' own pages would see it. */
const there = ({ proxmox, cloudflare }: Vendors): object => ({
  machines: Object.values(proxmox.cluster.vms).map(({ vmid, running }) => `${vmid} ${running === undefined ? "off" : "on"}`),
  records: cloudflare.state.records.map(({ name }) => name),
  tunnels: cloudflare.state.tunnels.filter(({ deleted_at }) => deleted_at === null).map(({ name }) => name),
});
const isDestruction = ({ method }: { method: string }): boolean => method === "DELETE";

/** What is thrown here is what a run says after the type and the name of the resource. */
describe("a vendor that fails", () => {
  it.each<[what: string, vendor: Vendor, fault: Fault | string, make: (lab: Vendors) => Promise<unknown>, says: RegExp]>([
    ["a download that fails", "proxmox", "download-fails", ({ make }) => make(FILE, "another", { ...image, fileName: "another.raw" }), /^POST \/nodes\/pve1\/storage\/local\/download-url: the task ended with "download failed: 404 Not Found"/],
    ["a full disk", "proxmox", "disk-full", makeMachine, /POST \/nodes\/pve1\/qemu: the task ended with "unable to create VM - lvcreate failed: insufficient free space"/],
    ["a machine that does not start", "proxmox", "start-fails", makeMachine, /POST \/nodes\/pve1\/qemu\/102\/status\/start: the task ended with "start failed/],
    ["an error of the server", "proxmox", { on: "POST /nodes/*/qemu", status: 500, message: "got timeout\n" }, makeMachine, /POST \/nodes\/pve1\/qemu: 500 got timeout/],
    ["a connection that is cut", "proxmox", { on: "POST /nodes/*/qemu", cut: "before" }, makeMachine, /POST \/nodes\/pve1\/qemu: no answer \(.+\)/],
    ["a token that has expired", "proxmox", "token-expired", makeMachine, /POST \/nodes\/pve1\/qemu: 401 /],
    ["a limit of calls", "cloudflare", "rate-limit", makeRecord, /POST \/zones\/\w+\/dns_records: 429 Please wait and consider throttling your request speed \(971\)/],
    ["a record that is there", "cloudflare", "record-taken", makeRecord, /400 Record already exists\. \(81057\)/],
    ["a tunnel that is there", "cloudflare", "tunnel-taken", makeTunnel, /409 You already have a tunnel with this name\. \(1013\)/],
    ["a connection to Cloudflare that is cut", "cloudflare", { on: "POST /zones/*/dns_records", cut: "before" }, makeRecord, /POST \/zones\/\w+\/dns_records: no answer/],
    ["an image factory that is down", "talos", "factory-down", ({ make }) => make("talos:imageFactory/schematic:Schematic", "homelab", { schematic: "customization: {}\n" }), /POST \/schematics: 503/],
  ])("stops the resource with the call and the reason, and destroys nothing: %s", async (_, vendor, fault, make, says) => {
    const all = await lab();
    await makeImage(all);
    await makeTunnel(all);
    all[vendor].faults.add(fault);
    await expect(make(all)).rejects.toThrow(says);
    expect([...all.proxmox.calls, ...all.cloudflare.calls].filter(isDestruction)).toEqual([]);
    expect(there(all)).toMatchObject({ tunnels: ["homelab"] });
  });

  it("is passed by a second run where the first one made nothing", async () => {
    const all = await lab();
    await makeImage(all);
    all.proxmox.faults.add({ on: "POST /nodes/*/qemu", cut: "before", times: 1 });
    all.cloudflare.faults.add({ on: "POST /zones/*/dns_records", status: 429, times: 1 });
    await expect(makeMachine(all)).rejects.toThrow("no answer");
    await expect(makeRecord(all)).rejects.toThrow("429");
    await makeMachine(all);
    await makeRecord(all);
    expect(there(all)).toMatchObject({ machines: ["102 on"], records: ["nas.example.com"] });
  });

  it("leaves what it made though nobody heard of it, and a second run is told so and destroys nothing", async () => {
    const all = await lab();
    await makeImage(all);
    all.proxmox.faults.add({ on: "POST /nodes/*/qemu", cut: "after", times: 1 });
    all.cloudflare.faults.add({ on: "POST /zones/*/dns_records", cut: "after", times: 1 });
    await expect(makeMachine(all)).rejects.toThrow("no answer");
    await expect(makeRecord(all)).rejects.toThrow("no answer");
    const left = there(all);
    expect(left).toMatchObject({ machines: ["102 off"], records: ["nas.example.com"] });
    await expect(makeMachine(all)).rejects.toThrow(/already exists/);
    await expect(makeRecord(all)).rejects.toThrow(/already exists/);
    expect(there(all)).toEqual(left);
    expect([...all.proxmox.calls, ...all.cloudflare.calls].filter(isDestruction)).toEqual([]);
  });
});

describe("a machine's Talos", () => {
  const base64 = (pem: string): string => Buffer.from(pem).toString("base64");

  async function configure(all: Vendors, change?: Parameters<Awaited<ReturnType<typeof testCluster>>["configuration"]>[2]): Promise<unknown> {
    const cluster = await testCluster();
    const { address, port } = await all.talos.boot({ address: "127.0.10.7", port: 0 });
    const { authority, certificate, key } = cluster.administrator;
    const clientConfiguration = { caCertificate: base64(authority), clientCertificate: base64(certificate), clientKey: base64(key) };
    return all.make("talos:machine/configurationApply:ConfigurationApply", "homelab-cp-1", { node: address, endpoint: `${address}:${port}`, clientConfiguration, machineConfigurationInput: cluster.configuration("controlplane", "cp-1", change) });
  }

  it("may not answer at first: it is asked again, and gets its configuration", async () => {
    const all = await lab();
    all.talos.faults.add({ on: "POST /machine.MachineService/ApplyConfiguration", status: 503, message: "node is shutting down", times: 2 });
    await configure(all);
    expect(all.talos.rpcs.filter(({ method }) => method.endsWith("/ApplyConfiguration")).map(({ status }) => status)).toEqual(["UNAVAILABLE", "UNAVAILABLE", "OK"]);
  });

  it("refuses a disk that it has not, and says which it has", async () => {
    const all = await lab();
    const wrong = configure(all, ({ machine }) => {
      machine.install = { disk: "/dev/nvme0n1" };
    });
    await expect(wrong).rejects.toThrow(/127\.0\.10\.7: .*install disk \/dev\/nvme0n1 is not on this machine, which has \/dev\/sda/s);
    expect([...all.talos.nodes.values()].map(({ phase }) => phase)).toEqual(["maintenance"]);
  });
});
