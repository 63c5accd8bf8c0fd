import { contains, isDnsLabel, isIpv4, parseBytes, parseDuration, parseInterface, type Refuse } from "@rzp/core";
import type { ProxmoxVmArgs, VmDisk, VmNetwork } from "./vm.ts";

const MI = 2 ** 20;
const GI = 2 ** 30;

// Talos's system requirements: a worker's memory, and the disk it is installed on.
const MEMORY_MIN = GI;
const BOOT_DISK_MIN = 10 * GI;

/** Refuses what Proxmox, or the provider in the middle of an `up`, would refuse, and what they would take and do harm with. */
export function checkVm(name: string, args: ProxmoxVmArgs, refuse: Refuse): void {
  if (!isDnsLabel(name)) refuse("", "is not a name for a machine", "Use a-z, 0-9 and -, a letter or digit at both ends, 63 at most.");
  checkNode("node", args.node, refuse);
  // 100 to 999999999: limits of Proxmox VE 9.1; below 100 is its own.
  if (!Number.isInteger(args.vmId) || args.vmId < 100 || args.vmId > 999_999_999) {
    refuse("vmId", `is ${args.vmId}`, "Use a whole number from 100 to 999999999 that no other machine of this Proxmox cluster has.");
  }
  if (!Number.isInteger(args.cores) || args.cores < 1 || args.cores > 1024) refuse("cores", `is ${args.cores}`, "Use a whole number from 1 to 1024.");
  checkMemory(args.memory, refuse);
  if (args.image === "" || (typeof args.image === "string" && !args.image.includes(":import/"))) {
    refuse("image", `"${args.image}" is not an image to import`, "Use the fileId of a ProxmoxImage, or a volume id such as local:import/talos.qcow2.");
  }
  if (args.cpu?.trim() === "") refuse("cpu", "is empty", "Leave it out, or name a CPU type such as host or x86-64-v3.");
  checkDisks(args.disks, refuse);
  checkNetwork(args.network, refuse);
  checkTags(args.tags ?? [], refuse);
  const timeout = args.shutdownTimeout === undefined ? undefined : (parseDuration(args.shutdownTimeout) ?? 0);
  if (timeout !== undefined && (timeout < 1000 || timeout % 1000 !== 0)) {
    refuse("shutdownTimeout", `"${args.shutdownTimeout ?? ""}" is not a duration of whole seconds`, "Write it as 90s or 10m.");
  }
}

export function checkNode(path: string, node: string, refuse: Refuse): void {
  if (!isDnsLabel(node.toLowerCase())) refuse(path, `"${node}" is not the name of a Proxmox host`, "Use the name as it stands in Proxmox, without a domain.");
}

export function checkDatastore(path: string, datastore: string, refuse: Refuse): void {
  if (!/^[a-z][a-z0-9._-]*[a-z0-9]$/i.test(datastore)) refuse(path, `"${datastore}" is not the name of a datastore`, "Use the name as it stands in Proxmox, such as local-lvm.");
}

function checkMemory(memory: string, refuse: Refuse): void {
  const bytes = parseBytes(memory);
  if (bytes === undefined || bytes < MEMORY_MIN || bytes % MI !== 0) {
    refuse("memory", `"${memory}" is not an amount of memory`, "Use whole MiB and at least 1Gi, such as 8Gi or 8192Mi.");
  }
}

function checkDisks(disks: Readonly<Record<string, VmDisk>>, refuse: Refuse): void {
  if (!("scsi0" in disks)) refuse("disks.scsi0", "is missing", "It is the disk that the machine boots from.");
  for (const [slot, { size, datastore }] of Object.entries(disks)) {
    const path = `disks.${slot}`;
    // 0 to 30: slots of Proxmox's SCSI controller. Only SCSI disks have both an I/O thread and SSD emulation.
    if (!/^scsi(\d|[12]\d|30)$/.test(slot)) refuse(path, "is not a slot for a disk", "Use scsi0 to scsi30.");
    const bytes = parseBytes(size);
    if (bytes === undefined || bytes < GI || bytes % GI !== 0) refuse(`${path}.size`, `"${size}" is not the size of a disk`, "Use whole GiB, such as 40Gi.");
    if (slot === "scsi0" && bytes < BOOT_DISK_MIN) refuse(`${path}.size`, `is ${size}; Talos needs at least 10Gi`);
    checkDatastore(`${path}.datastore`, datastore, refuse);
  }
}

function checkNetwork({ bridge, vlan, mac, address, gateway, nameservers = [] }: VmNetwork, refuse: Refuse): void {
  // 15 characters: an interface's name in Linux.
  if (!/^[a-zA-Z][\w.-]{0,14}$/.test(bridge)) refuse("network.bridge", `"${bridge}" is not the name of a bridge`, "Use the name as it stands in Proxmox, such as vmbr0.");
  if (vlan !== undefined && (!Number.isInteger(vlan) || vlan < 1 || vlan > 4094)) refuse("network.vlan", `is ${vlan}`, "Use 1 to 4094, or leave it out for untagged.");
  if (mac !== undefined && !/^[0-9A-F][02468ACE](:[0-9A-F]{2}){5}$/.test(mac)) {
    refuse("network.mac", `"${mac}" is not a unicast MAC address in upper case`, "Write it as 02:AB:CD:EF:01:23, or leave it out for one derived from the name.");
  }
  if (address !== undefined) checkAddress(address, gateway, refuse);
  else if (gateway !== undefined) refuse("network.gateway", "is given without an address", "Give network.address too, or leave both to DHCP.");
  else if (nameservers.length > 0) refuse("network.nameservers", "are given without an address", "Give network.address too, or leave both to DHCP.");
  nameservers.forEach((server, index) => {
    if (!isIpv4(server)) refuse(`network.nameservers[${index}]`, `"${server}" is not an IPv4 address`);
  });
}

function checkAddress(address: string, gateway: string | undefined, refuse: Refuse): void {
  const parsed = parseInterface(address);
  if (parsed === undefined) return refuse("network.address", `"${address}" is not an address of a machine with its prefix`, "Write it as 10.0.20.11/24.");
  if (gateway === undefined) return;
  if (!isIpv4(gateway)) refuse("network.gateway", `"${gateway}" is not an IPv4 address`);
  if (!contains(parsed.network, gateway)) refuse("network.gateway", `is ${gateway}, outside ${parsed.network.cidr}`, "A machine only reaches a gateway of its own network.");
  if (gateway === parsed.address) refuse("network.gateway", `is ${gateway}, the machine's own address`, "Name the router's.");
}

function checkTags(tags: readonly string[], refuse: Refuse): void {
  tags.forEach((tag, index) => {
    // Proxmox takes upper case and stores lower case: a difference at every preview.
    if (!/^[a-z0-9_][a-z0-9_+.-]*$/.test(tag)) {
      refuse(`tags[${index}]`, `"${tag}" is not a tag`, "Use a-z, 0-9, _, and after the first character also -, + and dots.");
    }
    if (tags.indexOf(tag) !== index) refuse(`tags[${index}]`, `"${tag}" is there twice`);
  });
}
