import { Refusal } from "../refusal.ts";
import { driveSettings, printDrive } from "./config.ts";
import { allocate, findVolume, release, storageCalled, volumeCalled } from "./storage.ts";
import type { Vm, Volume, World } from "./world.ts";

const MiB = 2 ** 20;
/** Disks are made of whole extents, and the small ones, of firmware and TPM, are one. */
const EXTENT = 4 * MiB;
export const wholeExtents = (bytes: number): number => Math.ceil(bytes / EXTENT) * EXTENT;

/** A drive's volume and settings; nothing where the key is of no drive. */
export interface Drive {
  key: string;
  settings: Record<string, string>;
  /** undefined of an empty drive, and of one whose volume somebody has deleted. */
  volume: Volume | undefined;
}

export const isEmpty = (file = ""): boolean => file === "none" || file === "cdrom" || file.startsWith("/");

export function drivesOf(world: World, { node, config }: Vm): Drive[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const settings = driveSettings(key, value);
    return settings === undefined ? [] : [{ key, settings, volume: findVolume(world, node, settings.file ?? "") }];
  });
}

/** Refuses drives on storages that do not exist, before anything is made. */
export function checkDrives(world: World, node: string, config: Vm["config"]): void {
  for (const [key, value] of Object.entries(config)) {
    const file = driveSettings(key, value)?.file;
    if (file !== undefined && !isEmpty(file)) storageCalled(world, node, file.split(":")[0] ?? "");
  }
}

/** Makes or finds the volumes of the drives that were sent, in their order, and gives their texts to keep. When one cannot be, none is made. */
export function placeDrives(world: World, { vmid, node }: Pick<Vm, "vmid" | "node">, sent: Vm["config"]): Vm["config"] {
  const made: Volume[] = [];
  const kept: Vm["config"] = {};
  try {
    for (const [key, value] of Object.entries(sent).sort()) {
      const settings = driveSettings(key, value);
      if (settings === undefined) continue;
      const { volume, isNew } = place(world, { vmid, node }, key, settings);
      if (isNew && volume !== undefined) made.push(volume);
      kept[key] = printDrive(volume === undefined ? settings : { ...settings, file: volume.volid }, volume?.size);
    }
  } catch (error) {
    for (const volume of made) release(world, volume);
    throw error;
  }
  return kept;
}

function place(world: World, { vmid, node }: Pick<Vm, "vmid" | "node">, key: string, settings: Record<string, string>): { volume?: Volume; isNew: boolean } {
  const { file = "", "import-from": from, format } = settings;
  if (isEmpty(file)) return { isNew: false };
  const [storage = "", rest = ""] = file.split(":");
  if (rest === "cloudinit") return { volume: allocate(world, node, storage, vmid, { size: EXTENT, written: EXTENT, label: `vm-${vmid}-cloudinit` }), isNew: true };
  if (!/^\d+(\.\d+)?$/.test(rest)) return { volume: volumeCalled(world, node, file), isNew: false };
  if (from !== undefined && Number(rest) !== 0) throw new Refusal(500, `${key}: 'import-from' requires special volume ID - use '${storage}:0,import-from=<source>'\n`);
  const source = from === undefined ? undefined : volumeCalled(world, node, from);
  const asked = key === "efidisk0" || key === "tpmstate0" ? EXTENT : Number(rest) * 1024 * MiB;
  if (source === undefined && asked === 0) throw new Refusal(500, `${key}: a disk of 0 GiB cannot be made\n`);
  const size = wholeExtents(source?.size ?? asked);
  const disk = { size, written: source?.written ?? 0, ...(format === undefined ? {} : { format }), ...(source?.url === undefined ? {} : { url: source.url }) };
  return { volume: allocate(world, node, storage, vmid, disk), isNew: true };
}

/** Takes a drive out of a machine. Its disk stays, as `unused0` and so on, unless it was that already, or is forced; so Proxmox VE keeps data that somebody took out by mistake. */
export function takeOut(world: World, vm: Vm, key: string, force = false): void {
  const file = /^unused\d+$/.test(key) ? String(vm.config[key]) : driveSettings(key, vm.config[key] ?? "")?.file;
  const volume = findVolume(world, vm.node, file ?? "");
  Reflect.deleteProperty(vm.config, key);
  if (volume?.vmid !== vm.vmid) return;
  if (force || key.startsWith("unused") || volume.volid.endsWith("-cloudinit")) {
    release(world, volume);
    return;
  }
  let number = 0;
  while (vm.config[`unused${number}`] !== undefined) number += 1;
  vm.config[`unused${number}`] = volume.volid;
}
