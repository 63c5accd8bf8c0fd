import { afterEach, describe, expect, it } from "vitest";
import { CLOUDFLARE_LAB_TOKEN, startCloudflare } from "../stand-ins/cloudflare/cloudflare.ts";
import { LAB_SECRET, startProxmox } from "../stand-ins/proxmox/proxmox.ts";
import { startTalos } from "../stand-ins/talos/talos.ts";
import { HAVE_TRACES, traces } from "../stand-ins/traces.test-data.ts";
import { calledFor, type Made } from "./made.ts";
import { makersOf } from "./makers.ts";

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Machines as the traces' program has them. */
const vm = (change: object = {}): Record<string, unknown> => ({
  name: "cp-1",
  nodeName: "pve1",
  vmId: 102,
  machine: "q35",
  bios: "ovmf",
  operatingSystem: { type: "l26" },
  efiDisk: { datastoreId: "local-lvm", type: "4m", fileFormat: "raw", preEnrolledKeys: false },
  cpu: { cores: 4, sockets: 1, type: "host" },
  memory: { dedicated: 8192, floating: 0 },
  scsiHardware: "virtio-scsi-single",
  disks: [
    { interface: "scsi0", datastoreId: "local-lvm", size: 40, importFrom: "local:import/talos-v1.13.0-metal-amd64.raw", iothread: true, discard: "on", ssd: true },
    { interface: "scsi1", datastoreId: "local-lvm", size: 100, iothread: true, discard: "on", ssd: true },
  ],
  cdrom: { fileId: "none", interface: "ide2" },
  bootOrders: ["ide2", "scsi0", "net0"],
  networkDevices: [{ bridge: "vmbr0", model: "virtio", macAddress: "BC:24:11:00:00:02" }],
  serialDevices: [{ device: "socket" }],
  agent: { enabled: true, waitForIp: { disabled: true } },
  tags: ["controlplane", "talos"],
  onBoot: true,
  started: true,
  ...change,
});
const image = { contentType: "import", datastoreId: "local", nodeName: "pve1", fileName: "talos-v1.13.0-metal-amd64.raw", url: "https://factory.talos.dev/image/aaaa/v1.13.0/metal-amd64.raw", overwrite: false };

const FILE = "proxmoxve:download/file:File";
const VM = "proxmoxve:index/vmLegacy:VmLegacy";

/** The makers with stand-ins for all vendors, configured as a program would. */
async function lab() {
  const [proxmox, cloudflare, talos] = [await startProxmox(), await startCloudflare(), await startTalos()];
  const made: Made[] = [];
  const makers = makersOf({ imageFactory: talos.url, install: () => Promise.resolve(), made: (one) => made.push(one) });
  open.push(proxmox, cloudflare, talos, makers);
  const make = (type: string, name: string, inputs: Record<string, unknown>): Promise<{ id: string }> => {
    const maker = makers.resources[type];
    if (maker === undefined) throw new Error(`no maker of ${type}`);
    return maker({ name, inputs });
  };
  await make("pulumi:providers:proxmoxve", "proxmox", { endpoint: proxmox.url, apiToken: `root@pam!lab=${LAB_SECRET}`, insecure: "true" });
  await make("pulumi:providers:cloudflare", "cloudflare", { apiToken: CLOUDFLARE_LAB_TOKEN, baseUrl: `${cloudflare.url}/client/v4` });
  const called = (): string[][] => made.map((one) => calledFor(one, { proxmox, cloudflare, talos }));
  return { proxmox, cloudflare, talos, makers, make, made, called };
}

describe("a machine", () => {
  it("is made of its image, grown and started, and its calls are told apart from another's", async () => {
    const { proxmox, make, called } = await lab();
    await make(FILE, "talos", image);
    expect(await make(VM, "cp-1", vm())).toMatchObject({ id: "102" });
    await make(VM, "cp-2", vm({ name: "cp-2", vmId: 1020, started: false }));
    expect(called()).toEqual([
      ["POST /nodes/pve1/storage/local/download-url", "3 reads"],
      ["POST /nodes/pve1/qemu", "PUT /nodes/pve1/qemu/102/resize", "POST /nodes/pve1/qemu/102/status/start", "6 reads"],
      ["POST /nodes/pve1/qemu", "PUT /nodes/pve1/qemu/1020/resize", "3 reads"],
    ]);
    expect(Object.values(proxmox.cluster.vms).map(({ vmid, running }) => [vmid, running !== undefined])).toEqual([[102, true], [1020, false]]);
  });

  it("fails with what its task says, with a refusal's own words, and with an input that would be left out", async () => {
    const { proxmox, make, made } = await lab();
    await make(FILE, "talos", image);
    proxmox.faults.add("disk-full");
    await expect(make(VM, "cp-1", vm())).rejects.toThrow('POST /nodes/pve1/qemu: the task ended with "unable to create VM - lvcreate failed: insufficient free space"');
    proxmox.faults.clear();
    await expect(make(VM, "cp-1", vm({ machine: "q 35" }))).rejects.toThrow(/POST \/nodes\/pve1\/qemu: 400 Parameter verification failed\. machine: /);
    await expect(make(VM, "cp-1", vm({ hostpcis: [{ device: "hostpci0" }] }))).rejects.toThrow("hostpcis is an input that the lab does not send; only the real engine does.");
    await expect(make(VM, "cp-1", vm({ agent: { enabled: true, waitForIp: { disabled: true }, type: "isa" } }))).rejects.toThrow("agent.type is an input that the lab does not send; only the real engine does.");
    expect(made.map(({ name }) => name)).toEqual(["talos"]);
  });
});

interface Sent {
  method: string;
  path: string;
  body: unknown;
}

/** What the real provider sent, without who asked for it. */
const sentBy = (vendor: string, wanted: (call: Sent) => boolean): Sent[] =>
  (traces(vendor).find(([scenario]) => scenario === "create")?.[1] ?? []).filter(wanted).map(({ method, path, body }) => ({ method, path, body }));
const isWrite = ({ method }: Sent): boolean => method !== "GET";

describe.skipIf(!HAVE_TRACES)(`what the real providers sent (needs ${HAVE_TRACES ? "shared/facts" : "shared/facts, which is not here"})`, () => {
  it("is what is sent for an image and a machine, field by field", async () => {
    const { proxmox, make } = await lab();
    await make(FILE, "talos", image);
    await make(VM, "cp-1", vm());
    const expected = sentBy("proxmox", (call) => isWrite(call) && !call.path.includes("/101/") && (call.body as { vmid?: string } | null)?.vmid !== "101");
    expect(expected).toHaveLength(4);
    expect(proxmox.calls.filter(isWrite).map(({ method, path, body }) => ({ method, path, body }))).toEqual(expected);
  });

  it("is what is sent for a tunnel, its rules and a record", async () => {
    const { cloudflare, make, makers } = await lab();
    const [zone] = cloudflare.state.zones;
    if (zone === undefined) throw new Error("no zone");
    const accountId = zone.account.id;
    const { id: tunnelId } = await make("cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared", "homelab", { accountId, name: "homelab", configSrc: "cloudflare" });
    await make("cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig", "homelab", { accountId, tunnelId, config: { ingresses: [{ hostname: "app.example.com", service: "http://traefik.traefik:80" }, { service: "http_status:404" }] } });
    await make("cloudflare:index/dnsRecord:DnsRecord", "nas", { zoneId: zone.id, name: "nas.example.com", type: "A", content: "192.0.2.10", proxied: false, ttl: 300 });
    const plain = (calls: readonly Sent[]): unknown[] => calls.map(({ method, path, body }) => [method, path.split("/").at(-1), body]).sort();
    const expected = sentBy("cloudflare", (call) => isWrite(call) && (call.body as { name?: string } | null)?.name !== "app.example.com");
    expect(expected).toHaveLength(3);
    expect(plain(cloudflare.calls.filter(isWrite))).toEqual(plain(expected));
    const token = await makers.invokes["cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken"]?.({ accountId, tunnelId });
    expect(JSON.parse(Buffer.from(token?.token as string, "base64").toString())).toMatchObject({ a: accountId, t: tunnelId });
  });
});
