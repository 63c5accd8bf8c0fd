import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { at, record, type Registration } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { ProxmoxImage, ProxmoxVm, type ProxmoxVmArgs } from "./index.ts";

// What the real provider sent, and Proxmox's own limits; outside the repository, and not needed at a user's.
const FACTS = process.env.RZP_LAB_FACTS ?? resolve(import.meta.dirname, "../../../../shared/facts");
const hasFacts = existsSync(FACTS);

type Body = Record<string, string>;

interface Disk {
  interface: string;
  datastoreId: string;
  /** GiB. */
  size: number;
  importFrom?: string;
  discard: string;
  backup: boolean;
  iothread: boolean;
  ssd: boolean;
}

function sent(scenario: string, path: string, where: Body): Body {
  const lines = readFileSync(resolve(FACTS, "traces", `${scenario}.jsonl`), "utf8").trim().split("\n");
  const bodies = lines.map((line) => JSON.parse(line) as { method: string; path: string; body: Body | null }).filter((call) => call.method === "POST" && call.path.endsWith(path));
  const body = bodies.map((call) => call.body ?? {}).find((candidate) => Object.entries(where).every(([key, value]) => candidate[key] === value));
  if (body === undefined) throw new Error(`no POST ${path} in ${scenario}`);
  return body;
}

/** The fields of a create call that our inputs decide, as the provider writes them. */
function wire({ inputs }: Registration): Body {
  const flag = (value: unknown): string => (value === true ? "1" : "0");
  const disk = (value: Disk): string =>
    [
      `file=${value.datastoreId}:${value.importFrom === undefined ? value.size : 0}`,
      ...(value.importFrom === undefined ? [] : [`import-from=${value.importFrom}`]),
      `size=${value.size * 2 ** 30}`,
      "aio=io_uring",
      `backup=${flag(value.backup)}`,
      `iothread=${flag(value.iothread)}`,
      `ssd=${flag(value.ssd)}`,
      `discard=${value.discard}`,
      "cache=none",
      "replicate=1",
    ].join(",");
  const text = (path: string): string => String(at(inputs, path));
  return {
    agent: `enabled=${flag(at(inputs, "agent.enabled"))},fstrim_cloned_disks=0,type=virtio`,
    balloon: text("memory.floating"),
    bios: text("bios"),
    boot: `order=${(inputs.bootOrders as string[]).join(";")}`,
    cores: text("cpu.cores"),
    cpu: text("cpu.type"),
    efidisk0: `file=${text("efiDisk.datastoreId")}:1,format=${text("efiDisk.fileFormat")},efitype=${text("efiDisk.type")},pre-enrolled-keys=${flag(at(inputs, "efiDisk.preEnrolledKeys"))}`,
    [text("cdrom.interface")]: `file=${text("cdrom.fileId")},media=cdrom,`,
    machine: text("machine"),
    memory: text("memory.dedicated"),
    name: text("name"),
    net0: `model=${text("networkDevices.0.model")},bridge=${text("networkDevices.0.bridge")},firewall=0,macaddr=${text("networkDevices.0.macAddress")}`,
    onboot: flag(inputs.onBoot),
    ostype: text("operatingSystem.type"),
    ...Object.fromEntries((inputs.disks as Disk[]).map((value) => [value.interface, disk(value)])),
    scsihw: text("scsiHardware"),
    serial0: text("serialDevices.0.device"),
    sockets: text("cpu.sockets"),
    tags: (inputs.tags as string[]).join(";"),
    vmid: text("vmId"),
  };
}

const args: ProxmoxVmArgs = {
  node: "pve1",
  vmId: 102,
  cores: 4,
  cpu: "host",
  memory: "8Gi",
  image: "local:import/talos-v1.13.0-metal-amd64.raw",
  disks: { scsi0: { size: "40Gi", datastore: "local-lvm" }, scsi1: { size: "100Gi", datastore: "local-lvm" } },
  network: { bridge: "vmbr0", mac: "BC:24:11:00:00:02" },
  tags: ["talos", "controlplane"],
};

describe.skipIf(!hasFacts)(`against what the real provider sent (needs ${hasFacts ? "shared/facts" : "shared/facts, which is not here"})`, () => {
  it("is the machine of the trace, but for the boot order", async () => {
    const { find } = await record(() => new ProxmoxVm("cp-1", args));
    const { acpi, keyboard, numa, protection, tablet, template, ...ours } = sent("proxmox-create", "/qemu", { vmid: "102" });
    expect(wire(find("proxmoxve:index/vmLegacy:VmLegacy"))).toEqual({ ...ours, boot: "order=scsi0" });
    // Left to the provider; what it makes of them is harmless.
    expect({ acpi, keyboard, numa, protection, tablet, template }).toEqual({ acpi: "1", keyboard: "en-us", numa: "0", protection: "0", tablet: "1", template: "0" });
  });

  it("has no phantom cdrom, as the trace without one has", () => {
    expect(sent("proxmox-create-defaults", "/qemu", { vmid: "102" })).toMatchObject({ ide3: "file=cdrom,media=cdrom,", boot: "order=ide3;scsi0;net0" });
  });

  it("downloads into the import content, as the trace does", async () => {
    const { find } = await record(() => new ProxmoxImage("talos", { node: "pve1", datastore: "local", url: `https://factory.talos.dev/image/${"a".repeat(64)}/v1.13.0/nocloud-amd64.qcow2`, version: "v1.13.0" }));
    const { inputs } = find("proxmoxve:download/file:File");
    const { filename, url, "verify-certificates": verify, ...where } = sent("proxmox-create", "/download-url", {});
    expect({ node: inputs.nodeName, storage: inputs.datastoreId, content: inputs.contentType }).toEqual(where);
    expect([filename, url, verify]).toEqual(["talos-v1.13.0-metal-amd64.raw", "https://factory.talos.dev/image/aaaa/v1.13.0/metal-amd64.raw", "1"]);
    expect(String(inputs.url)).toMatch(/^https:\/\/factory\.talos\.dev\/image\/a{64}\/v1\.13\.0\//);
  });
});

describe.skipIf(!hasFacts)(`against Proxmox's own limits (needs ${hasFacts ? "shared/facts" : "shared/facts, which is not here"})`, () => {
  it("takes the first and the last, and refuses what lies beyond", async () => {
    const endpoints = JSON.parse(readFileSync(resolve(FACTS, "pve-endpoints.json"), "utf8")) as unknown;
    const limit = (...keys: string[]): number => Number(keys.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], endpoints));
    const create = ["POST /nodes/{node}/qemu", "parameters"];
    const vmIds = [limit(...create, "vmid", "minimum"), limit(...create, "vmid", "maximum")];
    const vlans = [limit(...create, "net[n]", "format", "tag", "minimum"), limit(...create, "net[n]", "format", "tag", "maximum")];
    const made = (change: Partial<ProxmoxVmArgs>): Promise<unknown> => record(() => new ProxmoxVm("cp-1", { ...args, ...change }));
    for (const [index, beyond] of [-1, 1].entries()) {
      const [vmId = Number.NaN, vlan = Number.NaN] = [vmIds[index], vlans[index]];
      await expect(made({ vmId, network: { bridge: "vmbr0", vlan } })).resolves.toBeDefined();
      await expect(made({ vmId: vmId + beyond })).rejects.toThrow("vmId is");
      await expect(made({ network: { bridge: "vmbr0", vlan: vlan + beyond } })).rejects.toThrow("network.vlan is");
    }
  });
});
