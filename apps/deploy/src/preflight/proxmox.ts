import { Agent } from "undici";
import { z } from "zod";
import { Unread } from "./check.ts";
import { ask, askJson, shaped, TLS, type Vendor } from "./http.ts";

const data = <Schema extends z.ZodType>(schema: Schema): z.ZodType<z.output<Schema>> => z.object({ data: schema }).transform((whole) => (whole as { data: z.output<Schema> }).data);

const NODES = data(z.array(z.object({ node: z.string(), status: z.string() })));
const RESOURCES = data(z.array(z.object({ vmid: z.number(), node: z.string(), type: z.string(), name: z.string().optional(), tags: z.string().optional() })));
const CONFIG = data(z.record(z.string(), z.unknown()));
const STORAGES = data(
  z.array(z.object({ storage: z.string(), type: z.string(), content: z.string(), shared: z.number().optional(), active: z.number().optional(), enabled: z.number().optional(), avail: z.number().optional() })),
);
const PERMISSIONS = data(z.record(z.string(), z.record(z.string(), z.number())));
const CONTENT = data(z.array(z.object({ volid: z.string() })));
const VERSION = data(z.object({ version: z.string() }));

/** A machine or a container as Proxmox has it. */
export interface ActualMachine {
  vmId: number;
  name: string;
  node: string;
  tags: readonly string[];
  macs: readonly string[];
  /** Static ones that its configuration names, without prefix. */
  addresses: readonly string[];
  /** Bytes by slot, such as `scsi0`. */
  disks: Readonly<Record<string, number>>;
}

export type ProxmoxNode = z.output<typeof NODES>[number];
export type Storages = z.output<typeof STORAGES>;
/** By path, then by privilege: 1 where it holds below the path, too, 0 where it holds there alone. */
export type Permissions = z.output<typeof PERMISSIONS>;

/** Plain reads of Proxmox VE. */
export class ProxmoxReads {
  readonly #vendor: Vendor;

  constructor({ endpoint, insecure }: { endpoint: string; insecure: boolean }, token: string) {
    const { host, origin } = new URL(endpoint);
    this.#vendor = {
      check: "proxmox",
      called: `Proxmox at ${host}`,
      url: `${origin}/api2/json`,
      headers: { authorization: `PVEAPIToken=${token}` },
      secret: token.replace(/^.*=/, ""),
      // A host's API has a handful of workers; a homelab may have a hundred machines.
      dispatcher: new Agent({ connections: 6, connect: { rejectUnauthorized: !insecure } }),
      remedies: {
        [TLS]: "Let this machine trust Proxmox's own authority (NODE_EXTRA_CA_CERTS=pve-root-ca.pem), or set homelab:proxmox.insecure.",
        401: "PROXMOX_VE_API_TOKEN is wrong or has expired; it is user@realm!name=uuid. Make another one as bootstrap/argocd/README.md says.",
        403: "The token may not do this: give it the role that bootstrap/argocd/README.md makes.",
      },
    };
  }

  async version(): Promise<string> {
    return (await askJson(this.#vendor, "/version", VERSION)).version;
  }

  nodes(): Promise<readonly ProxmoxNode[]> {
    return askJson(this.#vendor, "/nodes", NODES);
  }

  permissions(): Promise<Permissions> {
    return askJson(this.#vendor, "/access/permissions", PERMISSIONS);
  }

  storages(node: string): Promise<Storages> {
    return askJson(this.#vendor, `/nodes/${encodeURIComponent(node)}/storage`, STORAGES);
  }

  /** The list of files that the provider reads an image's state from: an error here is what makes it forget the image. */
  async images(node: string, datastore: string): Promise<readonly string[]> {
    const files = await askJson(this.#vendor, `/nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(datastore)}/content?content=import`, CONTENT);
    return files.map(({ volid }) => volid);
  }

  /** Every machine that the token can see, with its configuration. */
  async machines(): Promise<ActualMachine[]> {
    const all = await askJson(this.#vendor, "/cluster/resources?type=vm", RESOURCES);
    return Promise.all(
      all.map(async ({ vmid, node, type, name = "", tags = "" }) => {
        const config = await askJson(this.#vendor, `/nodes/${encodeURIComponent(node)}/${type}/${vmid}/config`, CONFIG);
        return { vmId: vmid, node, name, tags: tags.split(/[;,\s]+/).filter((tag) => tag !== ""), ...configured(config) };
      }),
    );
  }

  /** Whether Proxmox would give this number to a new machine; it knows of those that the token cannot see, too. */
  async isFree(vmId: number): Promise<boolean> {
    try {
      const path = `/cluster/nextid?vmid=${vmId}`;
      shaped(this.#vendor, path, (await ask(this.#vendor, path)).text, data(z.union([z.string(), z.number()])));
      return true;
    } catch (error) {
      if (error instanceof Unread && error.status === 400) return false;
      throw error;
    }
  }
}

const MAC = /\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/i;
const SIZES: Readonly<Record<string, number>> = { "": 0, K: 1, M: 2, G: 3, T: 4 };

/** What of a configuration is looked at; a container says its cards and addresses in one line, a machine in two. */
function configured(config: Readonly<Record<string, unknown>>): Pick<ActualMachine, "macs" | "addresses" | "disks"> {
  const lines = Object.entries(config).flatMap(([key, value]): [string, string][] => (typeof value === "string" ? [[key, value]] : []));
  const ofKey = (pattern: RegExp): [string, string][] => lines.filter(([key]) => pattern.test(key));
  return {
    macs: ofKey(/^net\d+$/).flatMap(([, line]) => MAC.exec(line)?.[0].toUpperCase() ?? []),
    addresses: ofKey(/^(net|ipconfig)\d+$/).flatMap(([, line]) => /(?:^|,)ip=([\d.]+)\//.exec(line)?.[1] ?? []),
    disks: Object.fromEntries(ofKey(/^(scsi|virtio|sata|ide)\d+$/).flatMap(([slot, line]) => {
      const [, number = "", unit = ""] = /(?:^|,)size=(\d+)([KMGT]?)(?:,|$)/.exec(line) ?? [];
      return number === "" ? [] : [[slot, Number(number) * 1024 ** (SIZES[unit] ?? 0)]];
    })),
  };
}
