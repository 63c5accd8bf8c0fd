import { isDnsLabel, isHostName, isIpv4, parseBytes, parseCidr, parseRange, type Bytes } from "@rzp/core";
import { z } from "zod";

const text = z.string().min(1, "must not be empty");
const label = z.string().refine(isDnsLabel, "is not a DNS label: 1 to 63 characters of a-z, 0-9 and -, a letter or digit at both ends");
const hostName = z.string().refine(isHostName, "is not a host name such as home.example.com");
const address = z.string().refine(isIpv4, "is not an IPv4 address such as 10.0.20.11");
const network = z.string().refine((cidr) => parseCidr(cidr) !== undefined, "is not an IPv4 network such as 10.0.20.0/24 (no host bits set)");
const range = z.string().refine((text) => parseRange(text) !== undefined, "is not a range of addresses such as 10.0.20.100-10.0.20.199");
const bytes = z.custom<Bytes>((size) => typeof size === "string" && /[KMGT]i$/.test(size) && parseBytes(size) !== undefined, {
  error: "is not a size with a binary unit such as 32Gi",
});
const httpsUrl = z.url({ protocol: /^https$/, error: "is not an https:// address" });
/** Plain http where nobody can listen: on this machine. */
const httpsOrLoopback = z.url({ protocol: /^https?$/, error: "is not an https:// address" }).refine((url) => url.startsWith("https:") || isLoopback(url), "is not an https:// address, and not one of this machine");
const version = z.string().regex(/^v\d+\.\d+\.\d+$/, "is not a full version such as v1.13.9");
// What Proxmox and Linux take as names; 15 characters are an interface's limit.
const bridge = z.string().regex(/^[a-zA-Z][\w.-]{0,14}$/, "is not the name of a bridge such as vmbr0: 1 to 15 letters, digits, dots, - and _");
const datastore = z.string().regex(/^[a-zA-Z][\w.-]*[a-zA-Z0-9]$/, "is not the name of a datastore such as local-lvm");
const certificateName = z.string().refine((name) => isHostName(name.replace(/^\*\./, "")), "is not a name on a certificate such as home.example.com or *.home.example.com");
const hex32 = z.string().regex(/^[0-9a-f]{32}$/, "is not 32 hexadecimal digits, as Cloudflare shows them");
const timeZone = z.string().refine((zone) => Intl.supportedValuesOf("timeZone").includes(zone) || zone === "UTC", "is not an IANA time zone such as Europe/Berlin");

/** One Proxmox host. */
const host = z.strictObject({
  /** Linux bridge the VMs are plugged into. */
  bridge,
  /** VLAN tag, 1 to 4094; absent for an untagged bridge. */
  vlan: z.int().min(1).max(4094).optional(),
  /** Datastore with content type `import`, for the Talos image. */
  images: datastore,
  /** Datastore for disks. */
  disks: datastore,
  /** Memory of the host; the VMs on it may not ask for more. */
  memory: bytes,
});

const machine = z.strictObject({
  role: z.enum(["controlplane", "worker"]),
  /** Key of the Proxmox host it runs on. */
  host: text,
  /** Proxmox id, 100 to 999999999; fixed, so that a taken one can be refused before it is adopted. */
  vmId: z.int().min(100).max(999_999_999),
  address,
  /** Where its Talos API is reached from here, as host:port, when not at its address. */
  endpoint: text.optional(),
  cores: z.int().min(1).max(128),
  /** Whole MiB. */
  memory: bytes,
  /** System disk, whole GiB. */
  disk: bytes,
  /** Second disk, for Longhorn, whole GiB. */
  dataDisk: bytes.optional(),
});

const override = z.strictObject({
  enabled: z.boolean().optional(),
  imageTag: text.optional(),
  host: label.optional(),
  /** Address of its load balancer, from network.loadBalancers. */
  address: address.optional(),
  resources: z.strictObject({ cpu: z.string().optional(), memory: bytes.optional(), memoryLimit: bytes.optional() }).optional(),
});

/** What a stack changes of services, as a tree of their folders; the registry knows which folders exist. */
const overrides = z.record(z.string(), z.unknown()).default({});

/** The whole stack configuration: everything under `homelab:` in `Pulumi.<stack>.yaml`. */
export const stackSchema = z.strictObject({
  /** Zone of the services' host names; the Cloudflare zone itself or a subdomain of it. */
  domain: hostName,
  timeZone,
  git: z.strictObject({ repoURL: httpsUrl, revision: text }),
  network: z.strictObject({
    nodes: network,
    gateway: address,
    nameservers: z.array(address).min(1, "needs at least one name server"),
    /** What the router hands out; nothing fixed may lie in it. */
    dhcp: range.optional(),
    /** Address of the Kubernetes API; whichever control plane is alive answers it. */
    vip: address,
    /** Pool of MetalLB. */
    loadBalancers: range,
    pods: network,
    services: network,
  }),
  proxmox: z.strictObject({
    endpoint: httpsUrl,
    /** Take any certificate from Proxmox; its own authority in the system's trust store is the better way. */
    insecure: z.boolean().default(false),
    hosts: z.record(label, host),
  }),
  cluster: z.strictObject({ name: label, talos: version, kubernetes: version, secretsFrom: version }),
  machines: z.record(label, machine),
  cloudflare: z.strictObject({
    accountId: hex32,
    zoneId: hex32,
    zone: hostName,
    tunnel: label,
    /** Where its API is, when not at Cloudflare: in a lab. */
    baseUrl: httpsOrLoopback.optional(),
    /** Names on the certificate that Cloudflare shows, where an advanced one is ordered; without it, the zone and one level below. */
    certificateNames: z.array(certificateName).min(1, "needs at least one name").optional(),
  }),
  infisical: z.strictObject({ siteUrl: httpsOrLoopback, projectId: text, projectSlug: label, environment: label }),
  certificates: z.strictObject({ email: z.email("is not an e-mail address") }),
  /** Where Longhorn's backups go; without it there are only snapshots, on the same disks. */
  backups: z.strictObject({ target: z.string().regex(/^(nfs|s3|cifs):\/\/\S+$/, "is not a backup target such as nfs://10.0.10.5:/tank/backups") }).optional(),
  media: z
    .strictObject({ server: text, path: z.string().startsWith("/", "is not an absolute path"), group: z.int().min(1).max(2_147_483_647) })
    .optional(),
  core: overrides,
  platform: overrides,
  apps: overrides,
});

/** The configuration of one stack, checked. */
export type Stack = z.infer<typeof stackSchema>;

export const overrideSchema = override;

function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^127(\.\d+){3}$/.test(new URL(url).hostname);
}
