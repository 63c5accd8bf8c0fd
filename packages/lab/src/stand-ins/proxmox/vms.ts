import { createHash } from "node:crypto";
import { Refusal } from "../refusal.ts";
import { coresOf, hasAgent, memoryOf } from "./config.ts";
import { drivesOf } from "./drives.ts";
import type { Args, Handler } from "./handler.ts";
import { hostCalled } from "./storage.ts";
import type { Config, Vm, World } from "./world.ts";

export function vmCalled(world: World, { node = "", vmid = "" }: Args): Vm {
  hostCalled(world, node);
  const vm = world.cluster.vms[vmid];
  if (vm?.node !== node) throw new Refusal(500, `Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist\n`);
  return vm;
}

/** Changes when anything in the configuration does. */
export function digestOf(config: Config): string {
  return createHash("sha1").update(JSON.stringify(Object.entries(config).sort())).digest("hex");
}

export const showConfig: Handler = (world, args) => {
  const { config, running } = vmCalled(world, args);
  return { ...(args.current === "1" ? (running ?? config) : config), digest: digestOf(config) };
};

/** What is said of a machine everywhere: as it runs, where it does. */
function summary(world: World, vm: Vm): { vmid: number; name: string; status: string; maxmem: number; uptime: number; template: number } & Record<string, unknown> {
  const { vmid, running, config } = vm;
  const now = running ?? config;
  return { vmid, name: String(now.name ?? `VM ${vmid}`), status: running === undefined ? "stopped" : "running", maxmem: memoryOf(now), uptime: running === undefined ? 0 : 60, template: Number(now.template ?? 0), ...(now.tags === undefined ? {} : { tags: now.tags }) };
}

export const currentStatus: Handler = (world, args) => {
  const vm = vmCalled(world, args);
  const now = vm.running ?? vm.config;
  const disk = drivesOf(world, vm).find(({ key, volume }) => volume?.vmid === vm.vmid && !key.startsWith("efidisk") && !key.startsWith("tpmstate"));
  return {
    ...summary(world, vm),
    qmpstatus: vm.running === undefined ? "stopped" : "running",
    cpus: coresOf(now),
    maxdisk: disk?.volume?.size ?? 0,
    ha: { managed: 0 },
    ...(hasAgent(now) ? { agent: 1 } : {}),
    ...(vm.running === undefined ? {} : { pid: 5000 + vm.vmid }),
  };
};

const USAGE = { mem: 0, cpu: 0, netin: 0, netout: 0, diskread: 0, diskwrite: 0 };
const allVms = ({ cluster }: World): Vm[] => Object.values(cluster.vms).sort((a, b) => a.vmid - b.vmid);

export const listVms: Handler = (world, { node = "" }) => {
  hostCalled(world, node);
  return allVms(world)
    .filter((vm) => vm.node === node)
    .map((vm) => ({ ...summary(world, vm), ...USAGE, cpus: coresOf(vm.running ?? vm.config) }));
};

/** Machines as `cluster/resources` has them. */
export function vmResources(world: World): object[] {
  return allVms(world).map((vm) => ({ id: `qemu/${vm.vmid}`, type: "qemu", node: vm.node, ...summary(world, vm), maxcpu: coresOf(vm.running ?? vm.config), maxdisk: 0, disk: 0, ...USAGE }));
}

/** Without one to look at, the first that is free; with one, itself where it is free. */
export const nextId: Handler = ({ cluster }, { vmid }) => {
  if (vmid !== undefined && cluster.vms[vmid] !== undefined) throw new Refusal(400, "Parameter verification failed.\n", { parameters: { vmid: `VM ${vmid} already exists` } });
  let free = 100;
  while (cluster.vms[String(free)] !== undefined) free += 1;
  return vmid ?? String(free);
};
