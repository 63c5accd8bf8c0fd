import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "@rzp/core";
import { startControlPlane, type CONTROL_PLANE, type ControlPlane } from "../control-plane.ts";
import { LabError } from "../errors.ts";
import { nodeObject, type LabNode } from "../nodes.ts";
import { Processes } from "../processes.ts";
import { startCloudflare, type Cloudflare } from "../stand-ins/cloudflare/cloudflare.ts";
import { startInfisical, type Infisical, type InfisicalArgs } from "../stand-ins/infisical/infisical.ts";
import { startProxmox, type Proxmox, type ProxmoxArgs } from "../stand-ins/proxmox/proxmox.ts";
import type { BootedVm, GuestInterface } from "../stand-ins/proxmox/world.ts";
import type { TalosNode } from "../stand-ins/talos/node.ts";
import { startTalos, type Talos } from "../stand-ins/talos/talos.ts";

/** Where the Talos of a machine is reached, on the loopback. */
export interface Place {
  host: string;
  port: number;
}

export interface HardwareArgs {
  /** Proxmox hosts, and who may call. */
  proxmox: Pick<ProxmoxArgs, "hosts" | "tokens">;
  cloudflare: { token: string; accountId: string; zoneId: string; zone: string };
  infisical: Pick<InfisicalArgs, "identities" | "projects">;
  /** Of each machine by its address. One that has none is there, and nobody reaches it. */
  places: Readonly<Record<string, Place>>;
  binaries: Readonly<Record<(typeof CONTROL_PLANE)[number], string>>;
  /** Called when the cluster's API answers; nobody gets a kubeconfig before it is done. */
  onCluster?: (cluster: ControlPlane) => Promise<void>;
  /** Kept with state, logs and certificates. @default a temporary folder that is removed at the end, however that comes */
  folder?: string;
}

/** The vendors and machines of a homelab, none of which is there: what a program is let loose on. */
export interface Hardware {
  proxmox: Proxmox;
  cloudflare: Cloudflare;
  infisical: Infisical;
  talos: Talos;
  /** Where everything of it is kept; more can be put there. */
  folder: string;
  /** The cluster, as soon as etcd was started on a control plane. */
  cluster: Promise<ControlPlane>;
  /** Waits until every machine that was configured is a node that is ready; gives their names. */
  nodesReady: () => Promise<string[]>;
  stop: () => Promise<void>;
}

/** A machine that is on, with what it is made of. */
interface Machine {
  vm: BootedVm;
  talos: TalosNode;
}

const READY_MS = 60_000;

/**
 * Starts the stand-ins and ties them together: a machine that Proxmox starts from an image of Talos runs a Talos at its address, the first etcd that is started
 * brings up a real control plane with the keys of the machine's configuration, and a machine that is configured becomes a node of it.
 */
export async function startHardware({ proxmox: { hosts, tokens }, cloudflare: account, infisical: content, places, binaries, onCluster, folder: given }: HardwareArgs): Promise<Hardware> {
  const room = new Processes(given);
  const { folder } = room;
  const machines = new Map<number, Machine>();
  const cluster = Promise.withResolvers<ControlPlane>();
  // Nobody need be waiting for it.
  cluster.promise.catch(() => undefined);
  let running: ControlPlane | undefined;

  const talos = await startTalos({
    folder,
    onBootstrap: async (keys) => {
      try {
        running = await startControlPlane({ binaries, nodes: [], keys, folder });
        await onCluster?.(running);
        cluster.resolve(running);
        return { endpoint: running.server };
      } catch (error) {
        cluster.reject(error);
        throw error;
      }
    },
  });
  const boot = async (vm: BootedVm): Promise<readonly GuestInterface[] | undefined> => {
    const [disk] = vm.disks;
    const version = /\/(v\d+\.\d+\.\d+[^/]*)\//.exec(disk?.image ?? "")?.[1];
    // What else could be on it is nothing that answers.
    if (version === undefined) return undefined;
    const address = addressOf(proxmox, vm);
    const place = places[address.split("/")[0] ?? ""];
    if (place === undefined) throw new LabError(`nobody reaches ${vm.name} at ${address}`);
    const disks = vm.disks.map(({ bytes }, index) => ({ device: `/dev/sd${String.fromCharCode(97 + index)}`, size: bytes }));
    machines.set(vm.vmid, { vm, talos: await talos.boot({ address: place.host, port: place.port, version, disks, macs: vm.macs }) });
    return [{ name: "eth0", mac: vm.macs[0] ?? "", addresses: [address] }];
  };
  const proxmox = await startProxmox({
    folder,
    ...(hosts === undefined ? {} : { hosts }),
    ...(tokens === undefined ? {} : { tokens }),
    onBoot: boot,
    onStop: async (vmid) => machines.get(vmid)?.talos.powerOff(),
    onDelete: (vmid) => void machines.delete(vmid),
  });
  const cloudflare = await startCloudflare({ folder, tokens: [{ secret: account.token }] });
  cloudflare.state.zones.splice(0, Infinity, { id: account.zoneId, name: account.zone, account: { id: account.accountId, name: "home" } });
  const infisical = await startInfisical({ folder, ...content });

  const configured = (): Machine[] => [...machines.values()].filter(({ talos: { phase, configuration } }) => phase === "running" && configuration !== undefined);
  const kubelets = setInterval(() => void register(running, configured()), 300).unref();
  return {
    proxmox,
    cloudflare,
    infisical,
    talos,
    folder,
    cluster: cluster.promise,
    nodesReady: async () => nodesReady((await cluster.promise).client, () => configured().map(({ talos: { hostname } }) => hostname)),
    stop: async () => {
      clearInterval(kubelets);
      await running?.stop();
      await Promise.all([proxmox, cloudflare, infisical, talos].map((standIn) => standIn.close()));
      await room.stop();
    },
  };
}

/** The static address of a machine, with its prefix: what Talos' nocloud image takes from the drive that Proxmox makes of it. */
function addressOf({ cluster }: Proxmox, { vmid, name }: BootedVm): string {
  const address = /(?:^|,)ip=([^,]+)/.exec(String(cluster.vms[vmid]?.config.ipconfig0 ?? ""))?.[1];
  if (address === undefined) throw new LabError(`${name} has no static address, and the lab hands out none`);
  return address;
}

/** Does what a kubelet does first. A cluster that goes down in the meantime is asked no more. */
async function register(cluster: ControlPlane | undefined, machines: readonly Machine[]): Promise<void> {
  if (cluster === undefined) return;
  const known = await cluster.client.get<{ items: KubernetesObject[] }>("/api/v1/nodes").catch(() => undefined);
  const missing = machines.map(nodeOf).filter(({ name }) => known?.items.some(({ metadata }) => metadata.name === name) === false);
  for (const node of missing) await cluster.client.create(nodeObject(node)).catch(() => undefined);
}

/** A machine as Kubernetes sees it: as large as Proxmox made it, labelled as Talos was told to. */
function nodeOf({ vm, talos }: Machine): LabNode {
  const { machine, cluster } = talos.configuration?.raw as { machine: { nodeLabels?: Record<string, string> }; cluster: { allowSchedulingOnControlPlanes?: boolean } };
  const role = "node-role.kubernetes.io/control-plane";
  const size = { cpu: String(vm.cores), memory: `${vm.memoryBytes / 2 ** 20}Mi` };
  const labels = machine.nodeLabels ?? {};
  if (!talos.isControlPlane) return { name: talos.hostname, ...size, labels };
  return { name: talos.hostname, ...size, labels: { ...labels, [role]: "" }, taints: cluster.allowSchedulingOnControlPlanes === true ? [] : [{ key: role, effect: "NoSchedule" }] };
}

interface NodeList {
  items: { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } }[];
}

async function nodesReady(client: ControlPlane["client"], wanted: () => string[]): Promise<string[]> {
  const end = performance.now() + READY_MS;
  for (;;) {
    const nodes = (await client.get<NodeList>("/api/v1/nodes"))?.items ?? [];
    const ready = nodes.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True")).map(({ metadata }) => metadata.name);
    const waiting = wanted().filter((name) => !ready.includes(name));
    if (waiting.length === 0) return ready;
    if (performance.now() > end) throw new LabError(`${waiting.join(", ")}: configured, and no ready node within ${READY_MS / 1000} s`);
    await sleep(200);
  }
}
