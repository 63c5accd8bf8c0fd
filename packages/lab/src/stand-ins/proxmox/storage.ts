import { Refusal } from "../refusal.ts";
import type { Args, Handler } from "./handler.ts";
import { runTask } from "./tasks.ts";
import type { Host, Volume, World } from "./world.ts";

type Storage = Host["storages"][number];

export function hostCalled({ hosts }: World, name = ""): Host {
  const host = hosts.find((one) => one.name === name);
  if (host === undefined) throw new Refusal(500, `no such cluster node '${name}'\n`);
  return host;
}

export function storageCalled(world: World, node: string, name: string): Storage {
  const storage = hostCalled(world, node).storages.find((one) => one.name === name);
  if (storage === undefined) throw new Refusal(500, `storage '${name}' does not exist\n`);
  return storage;
}

const isThin = ({ type }: Storage): boolean => type === "lvmthin" || type === "zfspool";
const isFolder = ({ type }: Storage): boolean => type === "dir" || type === "nfs";

function volumesOn({ cluster }: World, node: string, { name, shared = false }: Storage): Volume[] {
  return cluster.volumes.filter(({ volid, node: home }) => volid.startsWith(`${name}:`) && home === (shared ? "" : node));
}

/** Bytes that are gone: what was written on a thin storage, what was promised on any other. */
export function usedOf(world: World, node: string, storage: Storage): number {
  return volumesOn(world, node, storage).reduce((sum, { size, written }) => sum + (isThin(storage) ? written : size), 0);
}

/** Refuses what does not fit. */
export function reserve(world: World, node: string, storage: Storage, bytes: { size: number; written: number }, what: string): void {
  if (usedOf(world, node, storage) + (isThin(storage) ? bytes.written : bytes.size) <= storage.size) return;
  throw new Refusal(500, isFolder(storage) ? `${what}: No space left on device\n` : `lvcreate '${storage.name}/${what}' error: insufficient free space\n`);
}

/** Makes a disk for a machine. */
export function allocate(world: World, node: string, name: string, vmid: number, disk: { size: number; written: number; format?: string; url?: string; label?: string }): Volume {
  const storage = storageCalled(world, node, name);
  if (!storage.content.includes("images")) throw new Refusal(500, `storage '${name}' does not support vm images\n`);
  const { format = "raw", url } = disk;
  const volidOf = (label: string): string => (isFolder(storage) ? `${name}:${vmid}/${label}.${format}` : `${name}:${label}`);
  const taken = new Set(volumesOn(world, node, storage).map(({ volid }) => volid));
  let label = disk.label ?? `vm-${vmid}-disk-0`;
  for (let number = 1; disk.label === undefined && taken.has(volidOf(label)); number++) label = `vm-${vmid}-disk-${number}`;
  reserve(world, node, storage, disk, label);
  const volume: Volume = { volid: volidOf(label), node: storage.shared === true ? "" : node, content: "images", format, size: disk.size, written: disk.written, ctime: world.now(), vmid, ...(url === undefined ? {} : { url }) };
  world.cluster.volumes.push(volume);
  return volume;
}

export function findVolume({ cluster }: World, node: string, volid: string): Volume | undefined {
  return cluster.volumes.find((one) => one.volid === volid && (one.node === node || one.node === ""));
}

/** @param volid May lack its storage, as one of Proxmox VE's own clients sends it. */
export function volumeCalled(world: World, node: string, volid: string, storage = ""): Volume {
  const whole = volid.includes(":") ? volid : `${storage}:${volid}`;
  storageCalled(world, node, whole.split(":")[0] ?? "");
  const volume = findVolume(world, node, whole);
  if (volume === undefined) throw new Refusal(500, `volume '${whole}' does not exist\n`);
  return volume;
}

export function release({ cluster }: World, gone: Volume): void {
  cluster.volumes = cluster.volumes.filter((volume) => volume !== gone);
}

function statusOf(world: World, node: string, storage: Storage): Record<string, unknown> {
  const used = usedOf(world, node, storage);
  const { type, content, shared = false, size: total } = storage;
  return { type, content: content.join(","), shared: Number(shared), active: 1, enabled: 1, total, used, avail: total - used };
}

export const listStorages: Handler = (world, { node = "", content, storage }) =>
  hostCalled(world, node)
    .storages.filter(({ name, content: held }) => (storage ?? name) === name && (content === undefined || content.split(/[;,\s]+/).some((kind) => held.includes(kind))))
    .map((one) => ({ storage: one.name, ...statusOf(world, node, one), used_fraction: usedOf(world, node, one) / one.size }));

export const storageStatus: Handler = (world, { node = "", storage = "" }) => statusOf(world, node, storageCalled(world, node, storage));

export const listContent: Handler = (world, { node = "", storage = "", content, vmid }) =>
  volumesOn(world, node, storageCalled(world, node, storage))
    .filter((volume) => (content ?? volume.content) === volume.content && (vmid === undefined || Number(vmid) === volume.vmid))
    .map(({ volid, size, content: kind, format, ctime, vmid: owner }) => ({ volid, size, content: kind, format, ctime, ...(owner === undefined ? {} : { vmid: owner }) }));

export const showVolume: Handler = (world, { node = "", storage, volume = "" }) => {
  const { volid, format, size, content } = volumeCalled(world, node, volume, storage);
  const [home = "", name = ""] = volid.split(":");
  const folder = { images: "images", iso: "template", vztmpl: "template" }[content];
  const path = isFolder(storageCalled(world, node, home)) ? `/var/lib/vz/${folder === undefined ? "" : `${folder}/`}${name}` : `/dev/${home === "local-lvm" ? "pve" : home}/${name}`;
  return { path, format, size, used: size };
};

export const deleteVolume: Handler = async (world, { node = "", storage, volume = "" }, caller) => {
  const found = volumeCalled(world, node, volume, storage);
  return runTask(world, { node, type: "imgdel", id: found.volid.split(":")[0] ?? "" }, caller, () => {
    release(world, found);
  });
};

export const urlMetadata: Handler = (world, { url = "" }) => {
  const found = world.remote(url);
  if (found === undefined) throw new Refusal(500, "invalid server response: '404 Not Found'\n");
  const { size, filename = nameIn(url), mimetype = "application/octet-stream" } = found;
  return { filename, mimetype, size };
};

const nameIn = (url: string): string => decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "");

const ENDINGS: Readonly<Record<string, RegExp>> = { iso: /\.(iso|img)$/i, vztmpl: /\.tar\.(gz|xz|zst|bz2)$/i, import: /\.(ova|ovf|qcow2|raw|vmdk)$/i };

export const downloadUrl: Handler = async (world, { node = "", storage: name = "", content = "", filename = "", url = "" }: Args, caller) => {
  const storage = storageCalled(world, node, name);
  if (!storage.content.includes(content)) throw new Refusal(500, `storage '${name}' is not configured for content-type '${content}'\n`);
  if (ENDINGS[content]?.test(filename) !== true) throw new Refusal(400, "Parameter verification failed.\n", { parameters: { filename: "wrong file extension" } });
  const volid = `${name}:${content}/${filename}`;
  if (volumesOn(world, node, storage).some((volume) => volume.volid === volid)) throw new Refusal(500, `refusing to override existing file '${filename}'\n`);
  return runTask(world, { node, type: "download", id: name }, caller, () => {
    const found = world.remote(url);
    if (found === undefined) throw new Refusal(500, "download failed: 404 Not Found");
    const bytes = { size: found.size, written: found.size };
    reserve(world, node, storage, bytes, filename);
    const format = content === "import" ? filename.replace(/^.*\./, "") : content === "vztmpl" ? "tgz" : "iso";
    world.cluster.volumes.push({ volid, node: storage.shared === true ? "" : node, content, format, ...bytes, ctime: world.now(), url });
  });
};
