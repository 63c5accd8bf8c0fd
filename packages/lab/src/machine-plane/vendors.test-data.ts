import { CLOUDFLARE_LAB_TOKEN, startCloudflare, type Cloudflare } from "../stand-ins/cloudflare/cloudflare.ts";
import { LAB_SECRET, startProxmox, type Proxmox } from "../stand-ins/proxmox/proxmox.ts";
import { startTalos, type Talos } from "../stand-ins/talos/talos.ts";
import { calledFor, type Made } from "./made.ts";
import type { Makers } from "./maker.ts";
import { makersOf } from "./makers.ts";

const open: { close: () => Promise<void> }[] = [];

export async function closeAll(): Promise<void> {
  for (const one of open.splice(0)) await one.close();
}

/** Machines as the traces' program has them. */
export const vm = (change: object = {}): Record<string, unknown> => ({
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
export const image = { contentType: "import", datastoreId: "local", nodeName: "pve1", fileName: "talos-v1.13.0-metal-amd64.raw", url: "https://factory.talos.dev/image/aaaa/v1.13.0/metal-amd64.raw", overwrite: false };

export const FILE = "proxmoxve:download/file:File";
export const VM = "proxmoxve:index/vmLegacy:VmLegacy";

export interface Vendors {
  proxmox: Proxmox;
  cloudflare: Cloudflare;
  talos: Talos;
  makers: Makers;
  make: (type: string, name: string, inputs: Record<string, unknown>) => Promise<{ id: string }>;
  made: Made[];
  /** What was called for each that was made. */
  called: () => string[][];
}

/** The makers with stand-ins for all vendors, configured as a program would. */
export async function lab(): Promise<Vendors> {
  const [proxmox, cloudflare, talos] = [await startProxmox(), await startCloudflare(), await startTalos()];
  const made: Made[] = [];
  const makers = makersOf({ imageFactory: talos.url, install: () => Promise.resolve(), made: (one) => made.push(one) });
  open.push(proxmox, cloudflare, talos, makers);
  const make: Vendors["make"] = (type, name, inputs) => {
    const maker = makers.resources[type];
    if (maker === undefined) throw new Error(`no maker of ${type}`);
    return maker({ name, inputs });
  };
  await make("pulumi:providers:proxmoxve", "proxmox", { endpoint: proxmox.url, apiToken: `root@pam!lab=${LAB_SECRET}`, insecure: "true" });
  await make("pulumi:providers:cloudflare", "cloudflare", { apiToken: CLOUDFLARE_LAB_TOKEN, baseUrl: `${cloudflare.url}/client/v4` });
  const called = (): string[][] => made.map((one) => calledFor(one, { proxmox, cloudflare, talos }));
  return { proxmox, cloudflare, talos, makers, make, made, called };
}
