import { VmLegacy, type VmLegacyArgs } from "@muhlba91/pulumi-proxmoxve";
import { ComponentResource, type ComponentResourceOptions, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { applyTransform, parseBytes, parseDuration, refusal, type Bytes, type Duration, type Transform } from "@rzp/core";
import { checkVm } from "./check.ts";
import { macAddress } from "./mac.ts";

/** One disk of a machine. */
export interface VmDisk {
  /** Whole GiB; `scsi0` at least 10Gi. Growing is done in place. **Shrinking is never done: preview shows it as an update, `up` fails, and afterwards the state holds the wrong size until a refresh.** */
  size: Bytes;
  /** Datastore on the machine's host. A change moves the disk while the machine runs; that of `scsi0` takes the firmware's and the address's disk along, which needs a power cycle. */
  datastore: string;
  /** Part of Proxmox's backups of the machine. A change is made in place. @default true */
  backup?: boolean;
}

/** How a machine is connected. */
export interface VmNetwork {
  /** Bridge of the host, such as `vmbr0`. A change is made in place, and drops connections. */
  bridge: string;
  /** VLAN that the bridge tags, 1 to 4094. A change is made in place, and drops connections. @default untagged */
  vlan?: number;
  /** MAC address, upper case. A change is made in place, and a DHCP server then sees another machine. @default {@link macAddress} of the machine's name */
  mac?: string;
  /**
   * Static IPv4 address with its prefix, such as `10.0.20.11/24`, which Talos's nocloud image takes from a small extra drive at each boot: this is how a machine
   * without configuration has an address to be configured at. A change, also from or to DHCP, powers the machine off and on. @default DHCP
   */
  address?: string;
  /** Default gateway, inside the network of `address`. A change powers the machine off and on. @default none */
  gateway?: string;
  /** DNS servers until the machine has its own configuration. A change powers the machine off and on. @default the host's own (Proxmox's default) */
  nameservers?: readonly string[];
}

/** Arguments of a virtual machine. Its name in Proxmox is the component's name: a DNS label, changed in place. */
export interface ProxmoxVmArgs {
  /** Proxmox host that it runs on. A change migrates it live with its disks; see `migrate`. */
  node: string;
  /**
   * Proxmox's number for the machine, unique in the Proxmox cluster. A change replaces the machine and its data.
   * **One that another machine has is not refused by the provider: it adopts that machine.** Ask Proxmox for its numbers before an `up`.
   */
  vmId: number;
  /** CPU cores, on one socket. A change powers the machine off and on. */
  cores: number;
  /** Memory in whole MiB, at least 1Gi, all of it always the machine's own (no ballooning). A change powers the machine off and on. */
  memory: Bytes;
  /** Image that `scsi0` is made of: the `fileId` of a `ProxmoxImage` on the same host. Read once, when the machine is made; a change does nothing to it. */
  image: Input<string>;
  /** Disks by slot, which is a disk's identity. `scsi0` is booted from. Adding one is done in place; **removing one deletes it and its data in place, at once.** */
  disks: Readonly<{ scsi0: VmDisk; [slot: `scsi${number}`]: VmDisk }>;
  network: VmNetwork;
  /**
   * CPU type. The default runs on any host of the last fifteen years and so can be migrated live between unlike ones; `host` or `x86-64-v3` gives workloads
   * AVX, at the price that a live migration to an older host crashes the machine. A change powers the machine off and on. @default "x86-64-v2-AES"
   */
  cpu?: string;
  /** Tags in lower case; their order does not matter. A change is made in place. @default none */
  tags?: readonly string[];
  /**
   * The image has the QEMU guest agent (Talos extension `siderolabs/qemu-guest-agent`). With it a power cycle is an orderly shutdown; `false` pulls the plug,
   * and `true` without an agent waits for `shutdownTimeout` first. A change powers the machine off and on. @default true
   */
  agent?: boolean;
  /** How long an orderly shutdown may take before the machine is killed. Only read when a shutdown is due. @default "10m" (the provider's own is 30m) */
  shutdownTimeout?: Duration;
  /** Start it with its host. A change is made in place. @default true */
  onBoot?: boolean;
  /** Whether it runs. `false` shuts it down, `true` starts it. One that somebody stopped by hand is started by the `up` after a refresh. @default true */
  started?: boolean;
  /** Make changes that need it effective at once, by powering the machine off and on. `false` lets them wait unseen for the next one by hand, and what cannot wait (a new datastore for the address's drive) fails. @default true */
  rebootAfterUpdate?: boolean;
  /** Migrate live when `node` changes. `false` replaces the machine: it is deleted with its data and made anew (refused while it is protected). @default true */
  migrate?: boolean;
  transform?: { vm?: Transform<VmLegacyArgs> };
}

/**
 * A virtual machine on Proxmox VE: UEFI, q35, SCSI disks, made from an image and never from an installer.
 *
 * Protected unless the options say `protect: false`: a machine whose replacement fails half-way is gone. Machines that form a quorum depend on one another
 * (`dependsOn`), or one `up` powers them all off together.
 */
export class ProxmoxVm extends ComponentResource {
  /** Known once the machine runs; its agent need not have answered yet. */
  readonly vmId: Output<number>;
  readonly macAddress: string;
  /** The static address without its prefix, or undefined with DHCP. Known at once; what talks to it depends on this component. */
  readonly address: string | undefined;
  readonly nodes: Readonly<{ vm: VmLegacy }>;

  constructor(name: string, args: ProxmoxVmArgs, opts: ComponentResourceOptions = {}) {
    const vmArgs = vmLegacyArgs(name, args);
    // The machine below inherits it. Only the word `false` turns it off, not an option that happens to be undefined.
    super("rzp:proxmox:ProxmoxVm", name, { node: args.node, vmId: args.vmId }, { ...opts, protect: opts.protect ?? true });

    const vm = new VmLegacy(name, vmArgs, { parent: this, ignoreChanges: speedPaths(vmArgs), ...ordering(opts) });

    this.nodes = { vm };
    this.vmId = vm.vmId;
    this.macAddress = args.network.mac ?? macAddress(name);
    this.address = args.network.address?.split("/")[0];
    this.registerOutputs({ vmId: this.vmId, macAddress: this.macAddress, address: this.address });
  }
}

function vmLegacyArgs(name: string, args: ProxmoxVmArgs): VmLegacyArgs {
  checkVm(name, args, refusal("ProxmoxVm", name));
  const vm = applyTransform({ ...hardware(args), ...devices(name, args), ...lifecycle(args) }, args.transform?.vm);
  // Not for a transform to change. Without a name the provider makes one up and replaces by creating first, which adopts the old machine under the same
  // vmId and then deletes it; without a vmId it takes a random one, and nobody can check beforehand that it is free.
  return { ...vm, name, vmId: args.vmId, nodeName: args.node };
}

function hardware({ node, cores, cpu = "x86-64-v2-AES", memory, disks }: ProxmoxVmArgs): VmLegacyArgs {
  return {
    nodeName: node,
    machine: "q35",
    bios: "ovmf",
    operatingSystem: { type: "l26" },
    // Talos is not signed with Microsoft's keys. Changing `type` replaces the machine.
    efiDisk: { datastoreId: disks.scsi0.datastore, type: "4m", fileFormat: "raw", preEnrolledKeys: false },
    cpu: { cores, sockets: 1, type: cpu },
    // The wire's unit is MiB. No ballooning: the kubelet takes what it sees at boot for its own.
    memory: { dedicated: bytes(memory) / 2 ** 20, floating: 0 },
  };
}

function devices(name: string, { image, disks, network }: ProxmoxVmArgs): Omit<VmLegacyArgs, "nodeName"> {
  return {
    // One controller a disk, which is what gives each its own I/O thread.
    scsiHardware: "virtio-scsi-single",
    disks: Object.entries<VmDisk>(disks)
      .sort(([a], [b]) => Number(a.slice(4)) - Number(b.slice(4)))
      .map(([slot, { size, datastore, backup = true }]) => ({
        interface: slot,
        datastoreId: datastore,
        size: bytes(size) / 2 ** 30,
        iothread: true,
        discard: "on",
        ssd: true,
        backup,
        ...(slot === "scsi0" ? { importFrom: image } : {}),
      })),
    // Left out, the provider adds a phantom drive on ide3, which q35 does not have, and puts it first in the boot order.
    cdrom: { fileId: "none", interface: "ide2" },
    bootOrders: ["scsi0"],
    networkDevices: [{ bridge: network.bridge, model: "virtio", macAddress: network.mac ?? macAddress(name), ...(network.vlan === undefined ? {} : { vlanId: network.vlan }) }],
    ...(network.address === undefined ? {} : { initialization: addressDrive(network.address, disks.scsi0.datastore, network) }),
    // The provider adds it anyway. Talos's nocloud image has its console there (`qm terminal`).
    serialDevices: [{ device: "socket" }],
  };
}

function addressDrive(address: string, datastoreId: string, { gateway, nameservers = [] }: VmNetwork): NonNullable<VmLegacyArgs["initialization"]> {
  return {
    datastoreId,
    // Not ide2, the provider's default: the empty cdrom there would win without a word. q35 has no other ide slot than these two.
    interface: "ide0",
    // No `type`: Proxmox takes nocloud for l26 by itself, and setting it later would replace a machine that had no address.
    ipConfigs: [{ ipv4: { address, ...(gateway === undefined ? {} : { gateway }) } }],
    ...(nameservers.length === 0 ? {} : { dns: { servers: [...nameservers] } }),
  };
}

function lifecycle(args: ProxmoxVmArgs): Omit<VmLegacyArgs, "nodeName"> {
  const { agent = true, shutdownTimeout = "10m", onBoot = true, started = true, rebootAfterUpdate = true, migrate = true, tags = [] } = args;
  return {
    // With its wait for an address every read of a machine without a talking agent takes 15 minutes.
    agent: { enabled: agent, waitForIp: { disabled: true } },
    timeoutShutdownVm: (parseDuration(shutdownTimeout) ?? 0) / 1000,
    onBoot,
    started,
    rebootAfterUpdate,
    migrate,
    // A machine that is deleted needs no orderly shutdown, and one with a mute agent would hold up a destroy for half an hour.
    stopOnDestroy: true,
    // Disks that carry this vmId but are not in its configuration: somebody kept them on purpose, such as those of a former machine.
    deleteUnreferencedDisksOnDestroy: false,
    // Sorted as Proxmox gives them back.
    tags: [...tags].sort(),
  };
}

// The provider reads "no limit" as an absent block and the bridge fills the input with zeros: without this every preview shows an update. One path a disk,
// because a wildcard is not understood, and ignoring `disks` as a whole would hide growth.
function speedPaths({ disks }: VmLegacyArgs): string[] {
  return Array.isArray(disks) ? disks.map((_, index) => `disks[${index}].speed`) : [];
}

// A component's own dependsOn delays its children, but only a child's own is kept in the state, where a destroy reads it.
function ordering({ dependsOn }: ComponentResourceOptions): Pick<CustomResourceOptions, "dependsOn"> {
  return dependsOn === undefined ? {} : { dependsOn };
}

function bytes(quantity: Bytes): number {
  return parseBytes(quantity) ?? Number.NaN;
}
