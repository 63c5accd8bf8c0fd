import { Refusal } from "../refusal.ts";
import type { Args, Handler } from "./handler.ts";
import { hostCalled, usedOf } from "./storage.ts";
import { isOn } from "./validate.ts";
import { vmResources } from "./vms.ts";
import { memoryOf } from "./config.ts";
import type { Host, Pool, World } from "./world.ts";

const VERSION = { version: "9.1.3", release: "9.1", repoid: "abcdef12" };

export const version: Handler = () => ({ ...VERSION, console: "xtermjs" });

/** Bytes of memory that the running machines of a host have. */
function memoryUsed({ cluster }: World, host: Host): number {
  return Object.values(cluster.vms).reduce((sum, { node, running }) => (node === host.name && running !== undefined ? sum + memoryOf(running) : sum), 0);
}

const hostSummary = (world: World, host: Host): object => ({ node: host.name, status: "online", cpu: 0.01, maxcpu: host.cores, mem: memoryUsed(world, host), maxmem: host.memory, uptime: 86_400, level: "" });

export const listNodes: Handler = (world) => world.hosts.map((host) => ({ ...hostSummary(world, host), id: `node/${host.name}`, type: "node", ssl_fingerprint: "" }));

export const nodeStatus: Handler = (world, { node }) => {
  const host = hostCalled(world, node);
  const [total, used] = [host.memory, memoryUsed(world, host)];
  return {
    "boot-info": { mode: "efi", secureboot: 0 },
    cpu: 0.01,
    cpuinfo: { cores: host.cores, cpus: host.cores, model: "stand-in", sockets: 1 },
    "current-kernel": { machine: "x86_64", release: "6.17.2-1-pve", sysname: "Linux", version: "#1 SMP" },
    loadavg: ["0.00", "0.00", "0.00"],
    memory: { available: total - used, free: total - used, total, used },
    pveversion: `pve-manager/${VERSION.version}/${VERSION.repoid}`,
    rootfs: { avail: 0, free: 0, total: 0, used: 0 },
  };
};

export const clusterStatus: Handler = ({ hosts }) => [
  ...(hosts.length < 2 ? [] : [{ id: "cluster", type: "cluster", name: "lab", nodes: hosts.length, quorate: 1, version: 1 }]),
  ...hosts.map(({ name }, index) => ({ id: `node/${name}`, type: "node", name, ip: "127.0.0.1", level: "", local: Number(index === 0), nodeid: hosts.length < 2 ? 0 : index + 1, online: 1 })),
];

export const resources: Handler = (world, { type }) => {
  const kinds: Record<string, () => object[]> = {
    vm: () => vmResources(world),
    node: () => world.hosts.map((host) => ({ ...hostSummary(world, host), id: `node/${host.name}`, type: "node" })),
    storage: () => world.hosts.flatMap((host) => host.storages.map((storage) => ({ id: `storage/${host.name}/${storage.name}`, type: "storage", node: host.name, storage: storage.name, plugintype: storage.type, content: storage.content.join(","), shared: Number(storage.shared ?? false), status: "available", disk: usedOf(world, host.name, storage), maxdisk: storage.size }))),
    sdn: () => [],
  };
  return Object.entries(kinds).flatMap(([kind, list]) => ((type ?? kind) === kind ? list() : []));
};

/** Nothing here is highly available. */
export const haResource: Handler = (_world, { sid = "" }) => {
  throw new Refusal(500, `no such resource '${sid}'\n`);
};

function poolCalled({ cluster }: World, { poolid = "" }: Args): Pool {
  const pool = cluster.pools[poolid];
  if (pool === undefined) throw new Refusal(500, `pool '${poolid}' does not exist\n`);
  return pool;
}

function members(world: World, { vms, storages }: Pool, type?: string): object[] {
  const machines = vmResources(world).filter((vm) => "vmid" in vm && vms.includes(Number(vm.vmid)));
  const places = world.hosts.flatMap((host) => storages.map((storage) => ({ id: `storage/${host.name}/${storage}`, type: "storage", node: host.name, storage })));
  return [...(type === undefined || type === "qemu" ? machines : []), ...(type === undefined || type === "storage" ? places : [])];
}

const described = ({ comment }: Pool): object => (comment === undefined ? {} : { comment });

/** With a name it has the members too. */
export const listPools: Handler = (world, args) => {
  if (args.poolid === undefined) return Object.entries(world.cluster.pools).map(([poolid, pool]) => ({ poolid, ...described(pool) }));
  const pool = poolCalled(world, args);
  return [{ poolid: args.poolid, ...described(pool), members: members(world, pool, args.type) }];
};

export const showPool: Handler = (world, args) => {
  const pool = poolCalled(world, args);
  return { ...described(pool), members: members(world, pool, args.type) };
};

export const createPool: Handler = ({ cluster }, { poolid = "", comment }) => {
  if (cluster.pools[poolid] !== undefined) throw new Refusal(500, `create pool failed: pool '${poolid}' already exists\n`);
  cluster.pools[poolid] = { ...(comment === undefined ? {} : { comment }), vms: [], storages: [] };
  return null;
};

export const updatePool: Handler = (world, args) => {
  const pool = poolCalled(world, args);
  const words = (text = ""): string[] => text.split(/[;,\s]+/).filter((word) => word !== "");
  const [vms, storages] = [words(args.vms).map(Number), words(args.storage)];
  for (const vmid of vms) {
    if (world.cluster.vms[vmid] === undefined) throw new Refusal(500, `update pools failed: VM ${vmid} does not exist\n`);
    const other = Object.values(world.cluster.pools).find((one) => one !== pool && one.vms.includes(vmid));
    if (other !== undefined && !isOn(args["allow-move"])) throw new Refusal(500, `update pools failed: VM ${vmid} is already a pool member\n`);
    if (other !== undefined) other.vms = other.vms.filter((one) => one !== vmid);
  }
  const changed = <T>(old: readonly T[], named: readonly T[]): T[] => (isOn(args.delete) ? old.filter((one) => !named.includes(one)) : [...new Set([...old, ...named])]);
  Object.assign(pool, { vms: changed(pool.vms, vms), storages: changed(pool.storages, storages), ...(args.comment === undefined ? {} : { comment: args.comment }) });
  return null;
};

export const deletePool: Handler = (world, args) => {
  const pool = poolCalled(world, args);
  if (pool.vms.length + pool.storages.length > 0) throw new Refusal(500, `delete pool failed: pool '${args.poolid ?? ""}' is not empty\n`);
  Reflect.deleteProperty(world.cluster.pools, args.poolid ?? "");
  return null;
};
