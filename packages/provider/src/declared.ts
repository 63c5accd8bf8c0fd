/**
 * The components as other languages see them, for Pulumi's analyzer, which makes `schema.json` of this file. None of it runs.
 *
 * It is narrower than the components themselves: the analyzer knows no unions, no functions and no texts of a certain form, and of the components' own arguments it takes not
 * one. What is left out keeps its default; what is said here is checked by the component, as in TypeScript.
 */
import type { ComponentResource, ComponentResourceOptions, Input, Output } from "@pulumi/pulumi";

/** A disk of a machine. */
export interface VmDisk {
  /** Whole GiB, such as `40Gi`; growing is done in place, shrinking never. */
  size: string;
  /** Datastore on the machine's host. */
  datastore: string;
  /** Part of Proxmox's backups of the machine, unless `false`. */
  backup?: boolean;
}

/** How a machine is connected. */
export interface VmNetwork {
  /** Bridge of the host, such as `vmbr0`. */
  bridge: string;
  /** VLAN that the bridge tags, 1 to 4094. */
  vlan?: number;
  /** MAC address, upper case; without one it follows from the machine's name. */
  mac?: string;
  /** Static IPv4 address with its prefix, such as `10.0.20.11/24`; without one, DHCP. */
  address?: string;
  /** Default gateway, inside the network of `address`. */
  gateway?: string;
  /** DNS servers until the machine has its own configuration. */
  nameservers?: string[];
}

export interface ProxmoxVmArgs {
  /** Proxmox host that it runs on. A change migrates it live with its disks. */
  node: string;
  /** Proxmox's number for the machine, unique in the Proxmox cluster. A change replaces the machine and its data. */
  vmId: number;
  /** CPU cores, on one socket. */
  cores: number;
  /** Memory in whole MiB, such as `8Gi`. */
  memory: string;
  /** Image that `scsi0` is made of: the `fileId` of a ProxmoxImage on the same host. */
  image: Input<string>;
  /** Disks by slot; `scsi0` is booted from. Removing one deletes it and its data in place, at once. */
  disks: Record<string, VmDisk>;
  network: VmNetwork;
  /** CPU type, `x86-64-v2-AES` unless said. */
  cpu?: string;
  /** Tags in lower case. */
  tags?: string[];
  /** The image has the QEMU guest agent, unless `false`. */
  agent?: boolean;
  /** How long an orderly shutdown may take before the machine is killed, `10m` unless said. */
  shutdownTimeout?: string;
  /** Start it with its host, unless `false`. */
  onBoot?: boolean;
  /** Whether it runs, unless `false`. */
  started?: boolean;
  /** Make changes that need it effective at once by powering the machine off and on, unless `false`. */
  rebootAfterUpdate?: boolean;
  /** Migrate live when `node` changes, unless `false`, which replaces the machine. */
  migrate?: boolean;
}

/** A virtual machine on Proxmox VE, made from an image. It is always protected when it is made from another language than TypeScript. */
export declare class ProxmoxVm extends ComponentResource {
  /** Known once the machine runs. */
  readonly vmId: Output<number>;
  readonly macAddress: Output<string>;
  constructor(name: string, args: ProxmoxVmArgs, opts?: ComponentResourceOptions);
}

export interface ProxmoxImageArgs {
  /** Proxmox host that downloads the image. */
  node: string;
  /** Datastore of that host whose content types include `import`. */
  datastore: string;
  /** Where the host gets the image from, a `.qcow2`: `diskImageUrl` of a TalosImage. */
  url: Input<string>;
  /** Talos version of that image, such as `v1.13.9`, for the file's name. */
  version: string;
}

/** One Proxmox host's copy of a Talos image. */
export declare class ProxmoxImage extends ComponentResource {
  /** Volume id: the `image` of a machine on this host. */
  readonly fileId: Output<string>;
  constructor(name: string, args: ProxmoxImageArgs, opts?: ComponentResourceOptions);
}

export interface TalosImageArgs {
  /** Talos version, full: `v1.13.9`. */
  version: string;
  /** Official extensions besides the default ones, such as `siderolabs/i915`. */
  extensions?: string[];
}

/** A Talos image with extensions, from the image factory. */
export declare class TalosImage extends ComponentResource {
  readonly schematicId: Output<string>;
  /** Installer image of this schematic and version. */
  readonly installerImage: Output<string>;
  /** URL of the disk image as `.qcow2`, which Proxmox imports as it is. */
  readonly diskImageUrl: Output<string>;
  constructor(name: string, args: TalosImageArgs, opts?: ComponentResourceOptions);
}

/** A version of Talos and its installer: `version` and `installerImage` of a TalosImage. */
export interface TalosImageReference {
  version: string;
  installerImage: Input<string>;
}

/** Network of a cluster. */
export interface TalosNetwork {
  /** Network of the machines, as a CIDR. */
  nodes: string;
  gateway: string;
  /** IPv4 addresses of DNS servers. */
  nameservers: string[];
  /** Network of pods, `10.244.0.0/16` unless said. Never change it on a live cluster. */
  pods?: string;
  /** Network of services, `10.96.0.0/12` unless said. Never change it on a live cluster. */
  services?: string;
}

/** What a machine of a cluster runs. */
export const TalosRole = { controlplane: "controlplane", worker: "worker" } as const;
export type TalosRole = (typeof TalosRole)[keyof typeof TalosRole];

/** One machine of a cluster. */
export interface TalosNode {
  /** Changing it needs a fresh machine. */
  role: TalosRole;
  /** IPv4 address without prefix, where it waits for its first configuration. */
  address: string;
  /** MAC address of the card that gets the address: needed with more than one card. */
  mac?: string;
  /** Device Talos is installed on, `/dev/sda` unless said. */
  installDisk?: string;
  /** A second disk, for Longhorn. */
  dataDisk?: boolean;
  /** Labels of the Kubernetes node. */
  labels?: Record<string, string>;
}

export interface TalosClusterArgs {
  image: TalosImageReference;
  /** Kubernetes version, full: `v1.36.3`. */
  kubernetes: string;
  /** Talos version the cluster was made with, full; it stays as it is when Talos is upgraded. */
  secretsFrom: string;
  /** Virtual IPv4 address of the Kubernetes API. */
  vip: string;
  network: TalosNetwork;
  /** The machines by name, an odd number of control planes. etcd is started on the first of them by name. */
  nodes: Record<string, TalosNode>;
  /** Host of the Kubernetes API, when it has a name that resolves to the VIP. */
  endpoint?: string;
  /** More host names or addresses that the API server's certificate holds. */
  certSans?: string[];
  /** Whether control planes run workloads too. */
  allowSchedulingOnControlPlanes?: boolean;
  /** How long a machine may take to answer, per resource, `10m` unless said. */
  timeout?: string;
}

/** A Talos cluster on machines that exist. */
export declare class TalosCluster extends ComponentResource {
  /** URL of the Kubernetes API. */
  readonly endpoint: Output<string>;
  /** An administrator's kubeconfig; secret. */
  readonly kubeconfigRaw: Output<string>;
  /** An administrator's talosconfig; secret. */
  readonly talosconfig: Output<string>;
  constructor(name: string, args: TalosClusterArgs, opts?: ComponentResourceOptions);
}

/** Where an Application's objects go. */
export interface ArgoDestination {
  /** `https://kubernetes.default.svc` is the cluster that Argo CD runs in. */
  server: string;
  namespace?: string;
}

/** Where an Application's objects come from. */
export interface ArgoSource {
  /** Git repository, Helm repository, or OCI registry. */
  repoURL: string;
  /** Branch, tag, commit, or chart version. */
  targetRevision?: string;
  /** Folder in the repository. */
  path?: string;
  /** Chart name; for Helm sources. */
  chart?: string;
}

export interface ArgoAppArgs {
  /** AppProject that says what the Application may do. */
  project: string;
  destination: ArgoDestination;
  source: ArgoSource;
  /** Namespace of the Application object, `argocd` unless said. */
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Order among the Applications of one root; lower first. */
  wave?: number;
  /** More sync options, as `Key=value`. */
  syncOptions?: string[];
}

/** One Argo CD Application, with self-healing, pruning and server-side apply. */
export declare class ArgoApp extends ComponentResource {
  /** Known once it is there. */
  readonly applicationName: Output<string>;
  constructor(name: string, args: ArgoAppArgs, opts?: ComponentResourceOptions);
}

/** Where the Applications of a project may write to. */
export interface ArgoProjectDestination {
  namespace: string;
  server?: string;
}

export interface ArgoProjectArgs {
  /** Repositories its Applications may read. `*` needs `unrestricted`. */
  sourceRepos: string[];
  /** Namespaces its Applications may write to. `*` needs `unrestricted`. */
  destinations: ArgoProjectDestination[];
  /** Why this project may have `*` for repositories or namespaces. */
  unrestricted?: string;
  description?: string;
  /** Namespace of the AppProject object, `argocd` unless said. */
  namespace?: string;
}

/** One Argo CD AppProject. */
export declare class ArgoProject extends ComponentResource {
  /** Known once it is there. */
  readonly projectName: Output<string>;
  constructor(name: string, args: ArgoProjectArgs, opts?: ComponentResourceOptions);
}

/** A host name that is published: by the tunnel with `service`, or with a plain A record with `address`. */
export interface PublishedHost {
  /** Full name within the zone. */
  host: string;
  /** Where cloudflared sends requests, such as `https://traefik.traefik.svc:443`. */
  service?: string;
  /** IPv4 address of a plain record. */
  address?: string;
  /** Send the traffic of a plain record through Cloudflare. */
  proxied?: boolean;
  /** Seconds that resolvers keep the answer of a plain record. */
  ttl?: number;
}

export interface PublishedHostsArgs {
  /** Cloudflare account, 32 hexadecimal digits. */
  accountId: Input<string>;
  /** Zone, 32 hexadecimal digits. */
  zoneId: Input<string>;
  /** Name of that zone, such as `example.com`. */
  zone: string;
  hosts: PublishedHost[];
  /** Name of the tunnel in the dashboard, the component's unless said. */
  tunnelName?: string;
}

/** The host names that a homelab publishes: one tunnel with its rules, and one DNS record a host. The tunnel is always protected when it is made from another language than TypeScript. */
export declare class PublishedHosts extends ComponentResource {
  readonly tunnelId: Output<string>;
  /** What cloudflared runs with; secret. */
  readonly tunnelToken: Output<string>;
  constructor(name: string, args: PublishedHostsArgs, opts?: ComponentResourceOptions);
}

export interface InfisicalIdentityArgs {
  /** Namespace of the External Secrets Operator. */
  namespace: string;
  clientId: Input<string>;
  /** Give it as a secret. */
  clientSecret: Input<string>;
}

/** The Secret with the machine identity that a store logs in with. */
export declare class InfisicalIdentity extends ComponentResource {
  /** Name of the Secret, known once it is there. */
  readonly secretName: Output<string>;
  constructor(name: string, args: InfisicalIdentityArgs, opts?: ComponentResourceOptions);
}
