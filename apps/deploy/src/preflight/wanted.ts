import type { Recording } from "@rzp/plan";

/** Types of the resources that are looked at before they are made. */
export const TYPES = {
  machine: "proxmoxve:index/vmLegacy:VmLegacy",
  image: "proxmoxve:download/file:File",
  imageOf: "rzp:proxmox:ProxmoxImage",
  record: "cloudflare:index/dnsRecord:DnsRecord",
  tunnel: "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
  configuration: "talos:machine/configurationApply:ConfigurationApply",
  bootstrap: "talos:machine/bootstrap:Bootstrap",
  kubeconfig: "talos:cluster/kubeconfig:Kubeconfig",
} as const;

/** Plain inputs, as a recording and a state have them alike. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A resource by all the names it has or had. */
export interface Named {
  urn: string;
  aliases: readonly string[];
}

/** A machine as it is wanted, or as the state knows it. */
export interface Machine extends Named {
  vmId: number;
  name: string;
  node: string;
  macs: readonly string[];
  tags: readonly string[];
  /** Static address, without its prefix. */
  address: string | undefined;
  disks: readonly MachineDisk[];
}

interface MachineDisk {
  /** Such as `scsi0`. */
  slot: string;
  datastore: string;
  bytes: number;
}

export interface Image extends Named {
  node: string;
  datastore: string;
  /** Talos version that it holds, as its component says; the file's own name is known only after the image factory was asked. */
  version: string | undefined;
}

/** A DNS record, or a tunnel. */
export interface PublicName extends Named {
  name: string;
}

/** What the program asks for, as far as something may stand in its way. */
export interface Wanted {
  machines: readonly Machine[];
  images: readonly Image[];
  records: readonly PublicName[];
  tunnels: readonly PublicName[];
  /** Where the API of Cloudflare is, when not at Cloudflare. */
  cloudflareUrl: string | undefined;
}

export function wantedOf({ resources }: Recording): Wanted {
  const all = resources.map(({ urn, type, aliases, parent, inputs }) => ({ urn, type, aliases, parent, inputs }));
  const of = <T>(type: string, read: (named: Named & { parent: string | undefined }, inputs: Inputs) => T): T[] => all.filter((one) => one.type === type).map((one) => read(one, one.inputs));
  const versions = new Map(of(TYPES.imageOf, ({ urn }, { version }) => [urn, text(version)] as const));
  return {
    machines: of(TYPES.machine, machineOf),
    images: of(TYPES.image, (named, inputs) => imageOf(named, inputs, versions)),
    records: of(TYPES.record, named),
    tunnels: of(TYPES.tunnel, named),
    cloudflareUrl: of("pulumi:providers:cloudflare", (_, { baseUrl }) => (typeof baseUrl === "string" ? baseUrl : undefined)).find((url) => url !== undefined),
  };
}

const named = ({ urn, aliases }: Named, { name }: Inputs): PublicName => ({ urn, aliases, name: text(name) });

export function machineOf({ urn, aliases }: Named, inputs: Inputs): Machine {
  const { vmId, name, nodeName, networkDevices, tags, initialization, disks } = inputs;
  const [first] = list((initialization as { ipConfigs?: unknown } | undefined)?.ipConfigs) as { ipv4?: { address?: unknown } }[];
  return {
    urn,
    aliases,
    vmId: Number(vmId),
    name: text(name),
    node: text(nodeName),
    macs: (list(networkDevices) as { macAddress?: unknown }[]).flatMap(({ macAddress }) => (typeof macAddress === "string" ? [macAddress.toUpperCase()] : [])),
    tags: list(tags).map(text),
    address: /^[\d.]+(?=\/)/.exec(text(first?.ipv4?.address))?.[0],
    disks: (list(disks) as { interface?: unknown; datastoreId?: unknown; size?: unknown }[]).map((disk) => ({ slot: text(disk.interface), datastore: text(disk.datastoreId), bytes: Number(disk.size) * 2 ** 30 })),
  };
}

export function imageOf({ urn, aliases, parent = "" }: Named & { parent?: string | undefined }, { nodeName, datastoreId }: Inputs, versions: ReadonlyMap<string, string>): Image {
  return { urn, aliases, node: text(nodeName), datastore: text(datastoreId), version: versions.get(parent) };
}

/** True when the state has a resource under one of its names. */
export function isKnown({ urn, aliases }: Named, known: readonly { urn: string }[]): boolean {
  return known.some((one) => one.urn === urn || aliases.includes(one.urn));
}

export const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
