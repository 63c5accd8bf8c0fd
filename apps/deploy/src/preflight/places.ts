/** What Proxmox's hosts and storages have to offer, and what the token may do there. */
import type { Problem } from "./check.ts";
import type { ActualMachine, Permissions, Storages } from "./proxmox.ts";
import { shortList, type EngineState } from "./state.ts";
import { isKnown, type Image, type Machine } from "./wanted.ts";

/** First Proxmox VE with content of type `import`, which images are. */
const OLDEST_PROXMOX = [8, 4] as const;
/** Room for one image: Talos' are well below it, and their exact size is known only once the factory has made them. */
const IMAGE_ROOM = 2 * 2 ** 30;
/** Disks for the firmware's settings and for the address. */
const SMALL_DISKS = 2 ** 27;

const ON_MACHINES = ["VM.Allocate", "VM.Audit", "VM.Config.CDROM", "VM.Config.CPU", "VM.Config.Cloudinit", "VM.Config.Disk", "VM.Config.HWType", "VM.Config.Memory", "VM.Config.Network", "VM.Config.Options", "VM.Migrate", "VM.PowerMgmt"];

/** What the token needs, by path. `bridges` are those that machines are plugged into. */
export function neededRights(wanted: { machines: readonly Machine[]; images: readonly Image[] }, bridges: readonly string[]): [path: string, privileges: readonly string[]][] {
  const { machines, images } = wanted;
  const unique = (paths: readonly string[]): string[] => [...new Set(paths)].sort();
  const each = (paths: readonly string[], privileges: readonly string[]): [string, readonly string[]][] => unique(paths).map((path) => [path, privileges]);
  return [
    ["/", ["Sys.Audit"]],
    ...each(machines.map(({ vmId }) => `/vms/${vmId}`), ON_MACHINES),
    ...each(machines.flatMap(({ disks }) => disks.map(({ datastore }) => `/storage/${datastore}`)), ["Datastore.AllocateSpace", "Datastore.Audit"]),
    ...each(images.map(({ datastore }) => `/storage/${datastore}`), ["Datastore.AllocateTemplate", "Datastore.Audit"]),
    ...each(images.map(({ node }) => `/nodes/${node}`), ["Sys.AccessNetwork"]),
    ...each(bridges.map((bridge) => `/sdn/zones/localnetwork/${bridge}`), ["SDN.Use"]),
  ];
}

export function missingRights({ permissions, needed }: { permissions: Permissions; needed: readonly [path: string, privileges: readonly string[]][] }): Problem[] {
  const missing = needed.flatMap(([path, privileges]) => privileges.filter((privilege) => !holds(permissions, path, privilege)).map((privilege) => [privilege, path] as const));
  if (missing.length === 0) return [];
  const byPrivilege = [...Map.groupBy(missing, ([privilege]) => privilege)].map(([privilege, places]) => `${privilege} on ${shortList(places.map(([, path]) => path))}`);
  return [{ problem: `The Proxmox token lacks ${byPrivilege.join("; ")}.`, remedy: "Give its user the role that bootstrap/argocd/README.md makes, on / and with propagation." }];
}

/** Proxmox lists every path that somebody set rights on: the nearest of them above a path decides. */
function holds(permissions: Permissions, path: string, privilege: string): boolean {
  const own = permissions[path];
  if (own !== undefined) return own[privilege] !== undefined;
  for (let above = parent(path); above !== undefined; above = parent(above)) {
    const held = permissions[above];
    if (held !== undefined) return held[privilege] === 1;
  }
  return false;
}

function parent(path: string): string | undefined {
  if (path === "/") return undefined;
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

export interface HostFacts {
  version: string;
  nodes: readonly { node: string; status: string }[];
  /** Hosts that machines are wanted on. */
  wanted: readonly string[];
  /** Numbers of ours that are taken, although the token sees no such machine. */
  hidden: readonly number[];
  stack: string;
}

/** The hosts are there, and nothing of ours is hidden: what a refresh does not see, it forgets. */
export function hostProblems({ version, nodes, wanted, hidden, stack }: HostFacts): Problem[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const old = major < OLDEST_PROXMOX[0] || (major === OLDEST_PROXMOX[0] && minor < OLDEST_PROXMOX[1]);
  return [
    ...(old ? [{ problem: `Proxmox VE ${version} cannot import images: ${OLDEST_PROXMOX.join(".")} is the first that can.`, remedy: "Upgrade the hosts." }] : []),
    ...wanted.flatMap((host): Problem[] => {
      const found = nodes.find(({ node }) => node === host);
      if (found === undefined) return [{ problem: `There is no host ${host} in this Proxmox cluster; there are ${shortList(nodes.map(({ node }) => node))}.`, remedy: `Write its name as Proxmox has it under homelab:proxmox.hosts in Pulumi.${stack}.yaml.` }];
      return found.status === "online" ? [] : [{ problem: `The host ${host} is ${found.status}.`, remedy: "Bring it up, or move its machines to another host in the stack." }];
    }),
    ...(hidden.length === 0
      ? []
      : [{ problem: `${shortList(hidden.map(String))}: taken in Proxmox, and the token sees no such machine.`, remedy: "If it is yours, give the token VM.Audit on /vms, or a refresh forgets it; if not, give ours another vmId." }]),
  ];
}

export interface StorageFacts {
  wanted: { machines: readonly Machine[]; images: readonly Image[] };
  state: Pick<EngineState, "machines" | "images"> | undefined;
  actual: readonly ActualMachine[];
  /** By host. */
  storages: Readonly<Record<string, Storages>>;
}

interface Need {
  node: string;
  datastore: string;
  content: "images" | "import";
  bytes: number;
  what: string;
}

/** Every storage is there, takes what is to be put on it, and has room for all of it together. */
export function storageProblems(facts: StorageFacts): Problem[] {
  const needs = needsOf(facts);
  const storageOf = ({ node, datastore }: Need): Storages[number] | undefined => facts.storages[node]?.find(({ storage }) => storage === datastore);
  // A shared storage is one for all hosts.
  const places = [...Map.groupBy(needs, (need) => (storageOf(need)?.shared === 1 ? need.datastore : `${need.datastore} on ${need.node}`))];
  return places.flatMap(([place, here]) => {
    const [first] = here;
    const storage = first === undefined ? undefined : storageOf(first);
    if (storage === undefined) return [{ problem: `There is no storage ${place}.`, remedy: "Make it in Proxmox, or name another one under homelab:proxmox.hosts in the stack." }];
    if (storage.active === 0 || storage.enabled === 0) return [{ problem: `The storage ${place} is not active.`, remedy: "Look at it in Proxmox: is its disk or its server there?" }];
    const contents = [...new Set(here.map(({ content }) => content))].filter((content) => !storage.content.split(",").includes(content));
    return [...contents.map((content) => ({ problem: `The storage ${place} takes no content of type ${content}.`, remedy: `Allow it (pvesm set ${storage.storage} --content ${storage.content},${content}), or name another storage in the stack.` })), ...roomProblem(place, storage, here)];
  });
}

function roomProblem(place: string, { avail }: Storages[number], needs: readonly Need[]): Problem[] {
  const bytes = needs.reduce((sum, need) => sum + need.bytes, 0);
  if (avail === undefined || bytes <= avail) return [];
  const what = shortList(needs.filter((need) => need.bytes > 0).map((need) => need.what));
  return [{ problem: `The storage ${place} has ${gib(avail)} free, and ${what} will take up to ${gib(bytes)}.`, remedy: "Make room, or write smaller disks or another storage into the stack: a storage that runs full stops every machine on it." }];
}

/** What is yet to be written: whole disks and images of what is not there, and by how much others grow. */
function needsOf({ wanted, state, actual }: StorageFacts): Need[] {
  const disks = wanted.machines.flatMap((machine) => {
    const there = actual.find(({ vmId }) => vmId === machine.vmId);
    return machine.disks.map(({ slot, datastore, bytes }): Need => {
      const needed = there === undefined ? bytes + SMALL_DISKS : Math.max(0, bytes - (there.disks[slot] ?? 0));
      return { node: machine.node, datastore, content: "images", bytes: needed, what: `${slot} of ${machine.name}` };
    });
  });
  const images = wanted.images.map(({ node, datastore, version, ...named }): Need => {
    const known = state?.images.some((one) => isKnown(named, [one]) && one.version === version) === true;
    return { node, datastore, content: "import", bytes: known ? 0 : IMAGE_ROOM, what: "Talos' image" };
  });
  return [...disks, ...images];
}

const gib = (bytes: number): string => `${Math.round((bytes / 2 ** 30) * 10) / 10}Gi`;
