import { Refusal } from "../refusal.ts";
import { bridgesOf, coresOf, hasAgent, macsOf, memoryOf } from "./config.ts";
import { drivesOf, isEmpty } from "./drives.ts";
import type { Handler } from "./handler.ts";
import { hostCalled } from "./storage.ts";
import { runTask } from "./tasks.ts";
import { vmCalled } from "./vms.ts";
import type { BootedVm, Vm, World } from "./world.ts";

function bootedVm(world: World, vm: Vm): BootedVm {
  const { vmid, node, config } = vm;
  const disks = drivesOf(world, vm).flatMap(({ key, settings, volume }) => (volume === undefined || settings.media === "cdrom" || key === "efidisk0" || key === "tpmstate0" ? [] : [{ name: key, volid: volume.volid, bytes: volume.size, ...(volume.url === undefined ? {} : { image: volume.url }) }]));
  const uuid = /uuid=([^,]+)/.exec(String(config.smbios1))?.[1] ?? "";
  return { vmid, node, name: String(config.name ?? `VM${vmid}`), uuid, cores: coresOf(config), memoryBytes: memoryOf(config), disks, macs: macsOf(config) };
}

export async function powerOn(world: World, vm: Vm): Promise<void> {
  if (vm.running !== undefined) throw new Refusal(500, `VM ${vm.vmid} already running\n`);
  const host = hostCalled(world, vm.node);
  if (coresOf(vm.config) > host.cores) throw new Refusal(500, `MAX ${host.cores} vcpus allowed per VM on this node\n`);
  for (const bridge of bridgesOf(vm.config)) if (!host.bridges.includes(bridge)) throw new Refusal(500, `bridge '${bridge}' does not exist\n`);
  const lost = drivesOf(world, vm).find(({ settings, volume }) => volume === undefined && !isEmpty(settings.file));
  if (lost !== undefined) throw new Refusal(500, `volume '${lost.settings.file ?? ""}' does not exist\n`);
  const guest = await world.hooks.onBoot?.(bootedVm(world, vm));
  vm.running = structuredClone(vm.config);
  if (guest !== undefined) world.guests.set(vm.vmid, guest);
}

async function powerOff(world: World, vm: Vm): Promise<void> {
  if (vm.running === undefined) return;
  await world.hooks.onStop?.(vm.vmid);
  delete vm.running;
  world.guests.delete(vm.vmid);
}

/** A call that only starts a task about one machine. */
const powerTask =
  (type: string, effect: (world: World, vm: Vm) => Promise<void>): Handler =>
  async (world, args, caller) => {
    const vm = vmCalled(world, args);
    if (type === "qmreboot" && vm.running === undefined) throw new Refusal(500, `VM ${vm.vmid} not running\n`);
    return runTask(world, { node: vm.node, type, id: String(vm.vmid) }, caller, () => effect(world, vm));
  };

export const start = powerTask("qmstart", powerOn);
export const stop = powerTask("qmstop", powerOff);
export const shutdown = powerTask("qmshutdown", powerOff);
export const reboot = powerTask("qmreboot", async (world, vm) => {
  await powerOff(world, vm);
  await powerOn(world, vm);
});

/** Refuses where nobody in the machine could answer. */
function withAgent(world: World, vm: Vm): void {
  if (vm.running === undefined) throw new Refusal(500, `VM ${vm.vmid} is not running\n`);
  if (!hasAgent(vm.running)) throw new Refusal(500, "No QEMU guest agent configured\n");
  if (!world.guests.has(vm.vmid)) throw new Refusal(500, "QEMU guest agent is not running\n");
}

export const pingAgent: Handler = (world, args) => {
  withAgent(world, vmCalled(world, args));
  return { result: {} };
};

export const guestInterfaces: Handler = (world, args) => {
  const vm = vmCalled(world, args);
  withAgent(world, vm);
  const cards = [{ name: "lo", mac: "00:00:00:00:00:00", addresses: ["127.0.0.1/8"] }, ...(world.guests.get(vm.vmid) ?? [])];
  const addressOf = (text: string): object => {
    const [address = "", prefix = "32"] = text.split("/");
    return { "ip-address": address, "ip-address-type": address.includes(":") ? "ipv6" : "ipv4", prefix: Number(prefix) };
  };
  return { result: cards.map(({ name, mac, addresses }) => ({ name, "hardware-address": mac, "ip-addresses": addresses.map(addressOf) })) };
};
