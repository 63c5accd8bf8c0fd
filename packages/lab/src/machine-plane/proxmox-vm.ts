import { z } from "zod";

const DISK = z.strictObject({
  interface: z.string(),
  datastoreId: z.string(),
  /** GiB. */
  size: z.number(),
  importFrom: z.string().optional(),
  iothread: z.boolean().default(false),
  discard: z.string().default("ignore"),
  ssd: z.boolean().default(false),
  backup: z.boolean().default(true),
});

/** Inputs of a machine, as far as a homelab's are sent. */
export const VM = z.strictObject({
  name: z.string(),
  nodeName: z.string(),
  vmId: z.number(),
  machine: z.string(),
  bios: z.string(),
  operatingSystem: z.strictObject({ type: z.string() }),
  efiDisk: z.strictObject({ datastoreId: z.string(), type: z.string(), fileFormat: z.string(), preEnrolledKeys: z.boolean() }),
  cpu: z.strictObject({ cores: z.number(), sockets: z.number(), type: z.string() }),
  memory: z.strictObject({ dedicated: z.number(), floating: z.number() }),
  scsiHardware: z.string(),
  disks: z.array(DISK),
  cdrom: z.strictObject({ fileId: z.string(), interface: z.string() }),
  bootOrders: z.array(z.string()),
  networkDevices: z.array(z.strictObject({ bridge: z.string(), model: z.string(), macAddress: z.string(), vlanId: z.number().optional() })),
  initialization: z
    .strictObject({
      datastoreId: z.string(),
      interface: z.string(),
      ipConfigs: z.array(z.strictObject({ ipv4: z.strictObject({ address: z.string(), gateway: z.string().optional() }) })),
      dns: z.strictObject({ servers: z.array(z.string()) }).optional(),
    })
    .optional(),
  serialDevices: z.array(z.strictObject({ device: z.string() })),
  agent: z.strictObject({ enabled: z.boolean(), waitForIp: z.strictObject({ disabled: z.boolean() }) }),
  tags: z.array(z.string()).default([]),
  onBoot: z.boolean().default(true),
  started: z.boolean().default(true),
  // What the provider alone looks at, later.
  stopOnDestroy: z.boolean().optional(),
  deleteUnreferencedDisksOnDestroy: z.boolean().optional(),
  rebootAfterUpdate: z.boolean().optional(),
  migrate: z.boolean().optional(),
  timeoutShutdownVm: z.number().optional(),
});

type Vm = z.output<typeof VM>;

const bit = (on: boolean): string => (on ? "1" : "0");

/** The form of `POST /nodes/{node}/qemu`, with all that the provider adds to what it was asked for. */
export function qemuParameters(vm: Vm): Record<string, string> {
  const { cpu, memory, efiDisk, agent, cdrom, initialization, tags } = vm;
  return {
    vmid: String(vm.vmId),
    name: vm.name,
    acpi: "1",
    agent: `enabled=${bit(agent.enabled)},fstrim_cloned_disks=0,type=virtio`,
    balloon: String(memory.floating),
    bios: vm.bios,
    boot: `order=${vm.bootOrders.join(";")}`,
    cores: String(cpu.cores),
    cpu: cpu.type,
    sockets: String(cpu.sockets),
    memory: String(memory.dedicated),
    keyboard: "en-us",
    machine: vm.machine,
    numa: "0",
    onboot: bit(vm.onBoot),
    ostype: vm.operatingSystem.type,
    protection: "0",
    scsihw: vm.scsiHardware,
    tablet: "1",
    template: "0",
    ...(tags.length === 0 ? {} : { tags: tags.join(";") }),
    efidisk0: `file=${efiDisk.datastoreId}:1,format=${efiDisk.fileFormat},efitype=${efiDisk.type},pre-enrolled-keys=${bit(efiDisk.preEnrolledKeys)}`,
    [cdrom.interface]: `file=${cdrom.fileId},media=cdrom,`,
    ...Object.fromEntries(vm.disks.map((disk) => [disk.interface, drive(disk)])),
    ...Object.fromEntries(vm.networkDevices.map((card, index) => [`net${index}`, networkCard(card)])),
    ...Object.fromEntries(vm.serialDevices.map(({ device }, index) => [`serial${index}`, device])),
    ...(initialization === undefined ? {} : cloudInit(initialization)),
  };
}

function drive({ datastoreId, size, importFrom, discard, iothread, ssd, backup }: Vm["disks"][number]): string {
  const [file, source] = importFrom === undefined ? [`${datastoreId}:${size}`, ""] : [`${datastoreId}:0`, `,import-from=${importFrom}`];
  return `file=${file}${source},size=${size * 2 ** 30},aio=io_uring,backup=${bit(backup)},iothread=${bit(iothread)},ssd=${bit(ssd)},discard=${discard},cache=none,replicate=1`;
}

function networkCard({ model, bridge, macAddress, vlanId }: Vm["networkDevices"][number]): string {
  return `model=${model},bridge=${bridge},firewall=0,macaddr=${macAddress}${vlanId === undefined ? "" : `,tag=${vlanId}`}`;
}

function cloudInit({ datastoreId, interface: slot, ipConfigs, dns }: NonNullable<Vm["initialization"]>): Record<string, string> {
  const addresses = ipConfigs.map(({ ipv4 }, index) => [`ipconfig${index}`, `${ipv4.gateway === undefined ? "" : `gw=${ipv4.gateway},`}ip=${ipv4.address}`] as const);
  return { [slot]: `file=${datastoreId}:cloudinit,media=cdrom,`, ...Object.fromEntries(addresses), ...(dns === undefined ? {} : { nameserver: dns.servers.join(" ") }) };
}
