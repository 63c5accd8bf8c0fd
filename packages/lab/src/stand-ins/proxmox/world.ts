import { parseBytes } from "@rzp/core";
import { LabError } from "../../errors.ts";

/** A storage of a node. */
interface LabStorage {
  name: string;
  /** On a thin one more may be promised than there is; what is written still has to fit. */
  type: "dir" | "lvm" | "lvmthin" | "nfs" | "zfspool";
  /** What it may hold, such as `images`, `iso`, `import`. */
  content: readonly string[];
  /** As Kubernetes writes it, such as `512Gi`. */
  size: string;
  /** One for all nodes. @default false */
  shared?: boolean;
}

/** A Proxmox VE host. */
export interface LabHost {
  name: string;
  /** @default 16 */
  cores?: number;
  /** As Kubernetes writes it. @default 128Gi */
  memory?: string;
  /** @default ["vmbr0"] */
  bridges?: readonly string[];
  /** @default `local`, a folder, and `local-lvm`, thin */
  storages?: readonly LabStorage[];
}

const STORAGES: readonly LabStorage[] = [
  { name: "local", type: "dir", content: ["iso", "vztmpl", "backup", "import", "snippets"], size: "100Gi" },
  { name: "local-lvm", type: "lvmthin", content: ["images", "rootdir"], size: "2Ti" },
];

/** Values of a machine's configuration as they are told to clients. */
export type Config = Record<string, string | number>;

export interface Vm {
  vmid: number;
  node: string;
  /** As it will be after the next start. */
  config: Config;
  /** As it runs; undefined when it does not. */
  running?: Config;
}

/** A disk or a file. */
export interface Volume {
  volid: string;
  /** Empty on a shared storage. */
  node: string;
  content: string;
  format: string;
  /** Bytes promised, and bytes written. */
  size: number;
  written: number;
  ctime: number;
  vmid?: number;
  /** Where it was got from; of a disk, where the image that it was made of was. */
  url?: string;
}

export interface Task {
  upid: string;
  node: string;
  type: string;
  id: string;
  user: string;
  pid: number;
  starttime: number;
  exitstatus: string;
}

export interface Pool {
  comment?: string;
  vms: number[];
  storages: string[];
}

/** All that a stand-in must keep. */
export interface Cluster {
  vms: Record<string, Vm>;
  volumes: Volume[];
  tasks: Task[];
  pools: Record<string, Pool>;
}

export const emptyCluster = (): Cluster => ({ vms: {}, volumes: [], tasks: [], pools: {} });

/** A disk of a machine that starts. */
interface BootedDisk {
  /** Such as `scsi0`. */
  name: string;
  volid: string;
  bytes: number;
  /** Address of the image that it was made of. */
  image?: string;
}

/** A machine that starts, as far as a guest can see. */
export interface BootedVm {
  vmid: number;
  node: string;
  name: string;
  /** Stays the same as long as the machine is not made anew. */
  uuid: string;
  cores: number;
  memoryBytes: number;
  disks: readonly BootedDisk[];
  macs: readonly string[];
}

/** What the agent of a guest tells of a network card. */
export interface GuestInterface {
  name: string;
  mac: string;
  /** With prefix, such as `10.0.10.101/24`. */
  addresses: readonly string[];
}

/** What happens to machines, for whoever plays the guests. A task waits for it and fails with its error. */
export interface Hooks {
  /** Power is on. With interfaces in the answer the guest's agent is there. */
  onBoot?: (vm: BootedVm) => Promise<readonly GuestInterface[] | undefined> | readonly GuestInterface[] | undefined;
  /** Power is off. */
  onStop?: (vmid: number) => Promise<void> | void;
  onDelete?: (vmid: number) => Promise<void> | void;
}

/** A host whose every value is known. */
export interface Host {
  name: string;
  cores: number;
  memory: number;
  bridges: readonly string[];
  storages: readonly (Omit<LabStorage, "size"> & { size: number })[];
}

export function hostOf({ name, cores = 16, memory = "128Gi", bridges = ["vmbr0"], storages = STORAGES }: LabHost): Host {
  const bytes = (what: string, text: string): number => {
    const size = parseBytes(text);
    if (size === undefined) throw new LabError(`Host ${name}: ${what} is "${text}". Give bytes with Ki, Mi, Gi or Ti, such as 512Gi.`);
    return size;
  };
  return { name, cores, memory: bytes("memory", memory), bridges, storages: storages.map((storage) => ({ ...storage, size: bytes(`size of storage ${storage.name}`, storage.size) })) };
}

/** What can be got from an address. */
export interface Remote {
  size: number;
  filename?: string;
  mimetype?: string;
}

/** All that a call works on. */
export interface World {
  hosts: readonly Host[];
  cluster: Cluster;
  hooks: Hooks;
  /** Of each machine that runs, what its agent tells. */
  guests: Map<number, readonly GuestInterface[]>;
  /** undefined when there is nothing. */
  remote: (url: string) => Remote | undefined;
  /** Seconds since 1970. */
  now: () => number;
}
