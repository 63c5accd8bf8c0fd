import { randomBytes, randomUUID } from "node:crypto";
import { Refusal } from "../refusal.ts";
import { configOf, driveSettings, parseSize, printDrive } from "./config.ts";
import { checkDrives, drivesOf, placeDrives, takeOut, wholeExtents } from "./drives.ts";
import type { Args, Handler } from "./handler.ts";
import { powerOn } from "./power.ts";
import { hostCalled, release, reserve, storageCalled } from "./storage.ts";
import { runTask } from "./tasks.ts";
import { isOn } from "./validate.ts";
import { digestOf, vmCalled } from "./vms.ts";
import type { Config, Vm, World } from "./world.ts";

const newMac = (): string => `BC:24:11:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;

const isDrive = (key: string): boolean => driveSettings(key, "none") !== undefined;
const onlyDrives = (config: Config): Config => Object.fromEntries(Object.entries(config).filter(([key]) => isDrive(key)));

export const create: Handler = async (world, args, caller) => {
  const { node = "", vmid: id = "", pool, start } = args;
  hostCalled(world, node);
  const there = world.cluster.vms[id];
  if (there !== undefined) throw new Refusal(500, `unable to create VM ${id} - VM ${id} already exists on node '${there.node}'\n`);
  if (pool !== undefined && world.cluster.pools[pool] === undefined) throw new Refusal(500, `pool '${pool}' does not exist\n`);
  const sent = configOf(args, newMac);
  checkDrives(world, node, onlyDrives(sent));
  return runTask(world, { node, type: "qmcreate", id }, caller, async () => {
    const vmid = Number(id);
    const vm: Vm = { vmid, node, config: { smbios1: `uuid=${randomUUID()}`, vmgenid: randomUUID(), meta: `creation-qemu=10.1.2,ctime=${world.now()}`, ...sent } };
    Object.assign(vm.config, prefixed(`unable to create VM ${id} - `, () => placeDrives(world, vm, onlyDrives(sent))));
    world.cluster.vms[id] = vm;
    if (pool !== undefined) world.cluster.pools[pool]?.vms.push(vmid);
    if (isOn(start)) await powerOn(world, vm);
  });
};

function prefixed<T>(prefix: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(error.status, `${prefix}${error.message}`) : error;
  }
}

/** These change a running machine at once; the rest waits for its next start. */
const HOT = /^(name|tags|description|onboot|startup|protection|hookscript|(ide|sata|scsi|virtio|net|unused)\d+)$/;

function change(world: World, vm: Vm, args: Args): void {
  const { delete: taken = "", force, digest } = args;
  if (digest !== undefined && digest !== digestOf(vm.config)) throw new Refusal(500, "detected modified configuration - file changed by other user? Try again.\n");
  const sent = configOf(args, newMac);
  const keys = taken.split(/[;,\s]+/).filter((key) => key !== "");
  const both = keys.find((key) => sent[key] !== undefined);
  if (both !== undefined) throw new Refusal(400, "Parameter verification failed.\n", { parameters: { delete: `can't use '-${both}' and -delete ${both} at the same time` } });
  const drive = keys.find((key) => isDrive(key));
  if (drive !== undefined && vm.config.protection === 1) throw new Refusal(500, `can't remove drive '${drive}' - protection mode enabled\n`);

  const drives = placeDrives(world, vm, onlyDrives(sent));
  for (const [key, text] of Object.entries(drives)) {
    const old = vm.config[key];
    if (old !== undefined && driveSettings(key, old)?.file !== driveSettings(key, text)?.file) takeOut(world, vm, key);
  }
  for (const key of keys) if (isDrive(key) || /^unused\d+$/.test(key)) takeOut(world, vm, key, isOn(force));
  for (const key of keys) Reflect.deleteProperty(vm.config, key);
  Object.assign(vm.config, sent, drives);
  if (vm.running !== undefined) vm.running = Object.fromEntries([...Object.entries(vm.running).filter(([key]) => !HOT.test(key)), ...Object.entries(vm.config).filter(([key]) => HOT.test(key))]);
}

export const update: Handler = (world, args) => {
  change(world, vmCalled(world, args), args);
  return null;
};

export const updateInTask: Handler = async (world, args, caller) => {
  const vm = vmCalled(world, args);
  return runTask(world, { node: vm.node, type: "qmconfig", id: String(vm.vmid) }, caller, () => {
    change(world, vm, args);
  });
};

export const resize: Handler = async (world, args, caller) => {
  const { disk = "", size = "" } = args;
  const vm = vmCalled(world, args);
  const drive = drivesOf(world, vm).find(({ key }) => key === disk);
  const { volume, settings } = drive ?? {};
  if (settings === undefined) throw new Refusal(500, `disk '${disk}' does not exist\n`);
  if (volume === undefined || settings.media === "cdrom") throw new Refusal(500, "you can't resize a cdrom\n");
  const wanted = wholeExtents((size.startsWith("+") ? volume.size : 0) + parseSize(size));
  if (wanted < volume.size) throw new Refusal(500, "shrinking disks is not supported\n");
  return runTask(world, { node: vm.node, type: "resize", id: String(vm.vmid) }, caller, () => {
    const storage = storageCalled(world, vm.node, volume.volid.split(":")[0] ?? "");
    reserve(world, vm.node, storage, { size: wanted - volume.size, written: 0 }, volume.volid.split(":")[1] ?? "");
    volume.size = wanted;
    const text = printDrive(settings, wanted);
    vm.config[disk] = text;
    if (vm.running !== undefined) vm.running[disk] = text;
  });
};

export const destroy: Handler = async (world, args, caller) => {
  const vm = vmCalled(world, args);
  if (vm.config.protection === 1) throw new Refusal(500, `can't remove VM ${vm.vmid} - protection mode enabled\n`);
  if (vm.running !== undefined) throw new Refusal(500, `VM ${vm.vmid} is running - destroy failed\n`);
  return runTask(world, { node: vm.node, type: "qmdestroy", id: String(vm.vmid) }, caller, async () => {
    await world.hooks.onDelete?.(vm.vmid);
    const referenced = new Set(Object.entries(vm.config).map(([key, value]) => (key.startsWith("unused") ? value : driveSettings(key, value)?.file)));
    for (const volume of world.cluster.volumes.filter((one) => one.vmid === vm.vmid && one.content === "images")) {
      if (isOn(args["destroy-unreferenced-disks"]) || referenced.has(volume.volid)) release(world, volume);
    }
    for (const pool of Object.values(world.cluster.pools)) pool.vms = pool.vms.filter((one) => one !== vm.vmid);
    Reflect.deleteProperty(world.cluster.vms, vm.vmid);
  });
};

export const migrate: Handler = async (world, args, caller) => {
  const { target = "", online } = args;
  const vm = vmCalled(world, args);
  hostCalled(world, target);
  if (target === vm.node) throw new Refusal(400, "Parameter verification failed.\n", { parameters: { target: "target is local node." } });
  if (vm.running !== undefined && !isOn(online)) throw new Refusal(500, "can't migrate running VM without --online\n");
  return runTask(world, { node: vm.node, type: "qmigrate", id: String(vm.vmid) }, caller, () => {
    const local = world.cluster.volumes.filter((volume) => volume.vmid === vm.vmid && volume.node === vm.node);
    if (local.length > 0 && vm.running !== undefined && !isOn(args["with-local-disks"])) throw new Refusal(500, "can't live migrate attached local disks without with-local-disks option\n");
    for (const volume of local) reserve(world, target, storageCalled(world, target, volume.volid.split(":")[0] ?? ""), volume, volume.volid);
    for (const volume of local) volume.node = target;
    vm.node = target;
  });
};
