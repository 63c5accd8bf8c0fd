import type { Parameters, Properties, Words } from "./words.ts";

/** Parameters of the calls that a homelab makes, as Proxmox VE 9.1 documents them, in the words of `words.ts`. */

const all = (words: Words, names: string): Properties => Object.fromEntries(names.split(" ").map((name) => [name, words]));
const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${name}${index}`);

const VMID = "integer pve-vmid 100..999999999";
const NODE = { node: "pve-node !" };
const VM = { ...NODE, vmid: `${VMID} !` };
const TASK = { ...NODE, upid: "string !" };
const STORAGE = { ...NODE, storage: "pve-storage-id !" };
const VOLUME = { ...NODE, storage: "pve-storage-id", volume: "string !" };
const POOL = { poolid: "pve-poolid !" };
const POOL_KIND = "qemu|lxc|storage";
const POOL_CHANGE = { ...POOL, ...all("boolean", "allow-move delete"), comment: "string", storage: "pve-storage-id-list", vms: "pve-vmid-list" };
const RANGES = "/(?:\\d+(?:-\\d+)?(?:;\\d+(?:-\\d+)?)*)/";
const URL = "/https?://.*/ !";

const FILE = { "*file": "pve-volume-id-or-qm-path !", volume: "=file", size: "disk-size" };
const SOURCE = { "import-from": "pve-volume-id-or-absolute-path" };
const IMAGE_FORMAT = "raw|qcow|qed|qcow2|vmdk|cloop";
const DRIVE = {
  ...FILE,
  ...SOURCE,
  ...all("boolean", "backup detect_zeroes replicate shared snapshot"),
  ...all("integer", "bps bps_rd bps_wr iops iops_max iops_rd iops_rd_max iops_wr iops_wr_max"),
  ...all("integer 1..", "bps_max_length bps_rd_max_length bps_wr_max_length iops_max_length iops_rd_max_length iops_wr_max_length"),
  ...all("number", "mbps mbps_max mbps_rd mbps_rd_max mbps_wr mbps_wr_max"),
  ...Object.fromEntries(["bps_rd", "bps_wr", "iops_rd", "iops_wr"].map((limit) => [`${limit}_length`, `=${limit}_max_length`])),
  aio: "native|threads|io_uring",
  cache: "none|writethrough|writeback|unsafe|directsync",
  discard: "ignore|on",
  format: IMAGE_FORMAT,
  media: "cdrom|disk",
  rerror: "ignore|report|stop",
  serial: "urlencoded <=60",
  werror: "enospc|ignore|report|stop",
};
const SOLID = { ssd: "boolean", wwn: "/(?:^(0x)[0-9a-fA-F]{16})/" };
const THREADED = all("boolean", "iothread ro");
/** Disks and drives by the bus that they are on. */
export const DRIVES = {
  "ide[n]": { ...DRIVE, ...SOLID, model: "urlencoded <=120" },
  "sata[n]": { ...DRIVE, ...SOLID },
  "scsi[n]": { ...DRIVE, ...SOLID, ...THREADED, scsiblock: "boolean", queues: "integer 2..", product: "/[A-Za-z0-9\\-_\\s]{0,16}/", vendor: "/[A-Za-z0-9\\-_\\s]{0,8}/" },
  "virtio[n]": { ...DRIVE, ...THREADED },
  efidisk0: { ...FILE, ...SOURCE, efitype: "2m|4m", format: IMAGE_FORMAT, "ms-cert": "2011|2023|2023w|2023k", "pre-enrolled-keys": "boolean" },
  tpmstate0: { ...FILE, ...SOURCE, format: "raw|qcow2|vmdk", version: "v1.2|v2.0" },
} satisfies Parameters;
const DISK = [...numbered("ide", 4), ...numbered("scsi", 31), ...numbered("virtio", 16), ...numbered("sata", 6), "efidisk0", "tpmstate0"].join("|");

const MODELS = ["e1000", "e1000-82540em", "e1000-82544gc", "e1000-82545em", "e1000e", "i82551", "i82557b", "i82559er", "ne2k_isa", "ne2k_pci", "pcnet", "rtl8139", "virtio", "vmxnet3"];
/** A network card; its model may also be the name of its address. */
export const NETWORK_CARD: Properties = {
  "*model": `${MODELS.join("|")} !`,
  ...Object.fromEntries(MODELS.map((model) => [model, "=macaddr@model"])),
  macaddr: "mac-addr",
  bridge: "pve-bridge-id",
  ...all("boolean", "firewall link_down"),
  mtu: "integer 1..65520",
  queues: "integer 0..64",
  rate: "number 0..",
  tag: "integer 1..4094",
  trunks: RANGES,
};
export const AGENT: Properties = { "*enabled": "boolean !", "freeze-fs": "boolean", "freeze-fs-on-backup": "=freeze-fs", "guest-fsfreeze": "=freeze-fs", fstrim_cloned_disks: "boolean", type: "virtio|isa" };

const USB = "(?:(?:(?:(?:(0x)?([0-9A-Fa-f]{4}):(0x)?([0-9A-Fa-f]{4})))|(?:(?:(\\d+)\\-(\\d+(\\.\\d+)*)))|[Ss][Pp][Ii][Cc][Ee]))";
const VERSION = "\\d+(\\.\\d+)+";
const MACHINE: Properties = {
  "*type": `<=40 /(pc|pc(-i440fx)?-${VERSION}(\\+pve\\d+)?(\\.pxe)?|q35|pc-q35-${VERSION}(\\+pve\\d+)?(\\.pxe)?|virt(?:-${VERSION})?(\\+pve\\d+)?)/`,
  "aw-bits": "number 32..64",
  ...all("boolean", "enable-s3 enable-s4"),
  viommu: "intel|virtio",
};

/** What a virtual machine is configured with. */
export const VM_CONFIG = {
  ...DRIVES,
  ...all("boolean", "acpi allow-ksm autostart ciupgrade force freeze keephugepages kvm localtime numa onboot protection reboot tablet tdf template"),
  ...all("integer 1..", "cores smp sockets vcpus"),
  affinity: "pve-cpuset",
  agent: AGENT,
  "amd-sev": "pve-qemu-sev-fmt",
  arch: "x86_64|aarch64",
  args: "string",
  audio0: { device: "ich9-intel-hda|intel-hda|AC97 !", driver: "spice|none" },
  balloon: "integer 0..",
  bios: "seabios|ovmf",
  boot: "pve-qm-boot",
  bootdisk: "pve-qm-bootdisk /(ide|sata|scsi|virtio)\\d+/",
  cdrom: "pve-qm-ide",
  cicustom: "pve-qm-cicustom",
  ...all("string", "cipassword ciuser searchdomain"),
  citype: "configdrive2|nocloud|opennebula",
  cpu: "pve-vm-cpu-conf",
  cpulimit: "number 0..128",
  cpuunits: "integer 1..262144",
  description: "string <=8192",
  hookscript: "pve-volume-id",
  "hostpci[n]": "pve-qm-hostpci",
  hotplug: "pve-hotplug-features",
  hugepages: "any|2|1024",
  "intel-tdx": "pve-qemu-tdx-fmt",
  "ipconfig[n]": "pve-qm-ipconfig",
  ivshmem: { name: "/[a-zA-Z0-9\\-]+/", size: "integer 1.. !" },
  keyboard: "de|de-ch|da|en-gb|en-us|es|fi|fr|fr-be|fr-ca|fr-ch|hu|is|it|ja|lt|mk|nl|no|pl|pt|pt-br|sv|sl|tr",
  lock: "backup|clone|create|migrate|rollback|snapshot|snapshot-delete|suspending|suspended",
  machine: MACHINE,
  memory: { "*current": "integer 16.. !" },
  migrate_downtime: "number 0..",
  migrate_speed: "integer 0..",
  name: "dns-name",
  nameserver: "address-list",
  "net[n]": NETWORK_CARD,
  "numa[n]": { cpus: `${RANGES} !`, hostnodes: RANGES, memory: "number", policy: "preferred|bind|interleave" },
  ostype: "other|wxp|w2k|w2k3|w2k8|wvista|win7|win8|win10|win11|l24|l26|solaris",
  "parallel[n]": "//dev/parport\\d+|/dev/usb/lp\\d+/",
  rng0: "pve-qm-rng",
  scsihw: "lsi|lsi53c810|virtio-scsi-pci|virtio-scsi-single|megasas|pvscsi",
  "serial[n]": "/(/dev/.+|socket)/",
  shares: "integer 0..50000",
  smbios1: "pve-qm-smbios1 <=512",
  spice_enhancements: { foldersharing: "boolean", videostreaming: "off|all|filter" },
  sshkeys: "urlencoded",
  startdate: "/(now|\\d{4}-\\d{1,2}-\\d{1,2}(T\\d{1,2}:\\d{1,2}:\\d{1,2})?)/",
  startup: "pve-startup-order",
  tags: "pve-tag-list",
  "unused[n]": { "*file": "pve-volume-id !", volume: "=file" },
  "usb[n]": { "*host": `/${USB}/`, mapping: "pve-configid", usb3: "boolean" },
  vga: { clipboard: "vnc|", memory: "integer 4..512", "*type": "cirrus|qxl|qxl2|qxl3|qxl4|none|serial0|serial1|serial2|serial3|std|virtio|virtio-gl|vmware" },
  "virtiofs[n]": { cache: "auto|always|metadata|never", ...all("boolean", "direct-io expose-acl expose-xattr"), "*dirid": "pve-configid !" },
  vmgenid: "/(?:[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|[01])/",
  vmstatestorage: "pve-storage-id",
  watchdog: "pve-qm-watchdog",
} satisfies Parameters;
const VM_UPDATE = { ...VM, ...VM_CONFIG, ...all("pve-configid-list", "delete revert"), digest: "<=40", skiplock: "boolean" };
const TIMEOUT = { timeout: "integer 0.." };

export const PARAMETERS = {
  "GET /version": {},
  "POST /access/ticket": { username: "<=64 !", password: "string !", path: "<=64", privs: "pve-priv-list <=64", realm: "pve-realm <=32", otp: "string", "tfa-challenge": "string", "new-format": "boolean" },
  "GET /access/permissions": { path: "string", userid: "string" },
  "GET /cluster/resources": { type: "vm|storage|node|sdn" },
  "GET /cluster/status": {},
  "GET /cluster/nextid": { vmid: VMID },
  "GET /cluster/ha/resources/{sid}": { sid: "string !" },
  "GET /nodes": {},
  "GET /nodes/{node}/status": NODE,
  "GET /nodes/{node}/query-url-metadata": { ...NODE, url: URL, "verify-certificates": "boolean" },
  "GET /nodes/{node}/tasks": {
    ...NODE,
    errors: "boolean",
    ...all("integer 0..", "limit start"),
    ...all("integer", "since until"),
    ...all("string", "typefilter userfilter"),
    source: "archive|active|all",
    statusfilter: "pve-task-status-type-list",
    vmid: VMID,
  },
  "DELETE /nodes/{node}/tasks/{upid}": TASK,
  "GET /nodes/{node}/tasks/{upid}/log": { ...TASK, download: "boolean", ...all("integer 0..", "limit start") },
  "GET /nodes/{node}/tasks/{upid}/status": TASK,
  "GET /nodes/{node}/storage": { ...NODE, content: "pve-storage-content-list", ...all("boolean", "enabled format"), storage: "pve-storage-id", target: "pve-node" },
  "GET /nodes/{node}/storage/{storage}/status": STORAGE,
  "GET /nodes/{node}/storage/{storage}/content": { ...STORAGE, content: "pve-storage-content", vmid: VMID },
  "GET /nodes/{node}/storage/{storage}/content/{volume}": VOLUME,
  "DELETE /nodes/{node}/storage/{storage}/content/{volume}": { ...VOLUME, delay: "integer 1..30" },
  "POST /nodes/{node}/storage/{storage}/download-url": {
    ...STORAGE,
    content: "pve-storage-content iso|vztmpl|import !",
    filename: "<=255 !",
    url: URL,
    ...all("string", "checksum compression"),
    "checksum-algorithm": "md5|sha1|sha224|sha256|sha384|sha512",
    "verify-certificates": "boolean",
  },
  "GET /nodes/{node}/qemu": { ...NODE, full: "boolean" },
  "POST /nodes/{node}/qemu": {
    ...VM,
    ...VM_CONFIG,
    archive: "<=255",
    bwlimit: "integer 0..",
    ...all("boolean", "ha-managed live-restore start unique"),
    ...all("pve-storage-id", "import-working-storage storage"),
    pool: "pve-poolid",
  },
  "DELETE /nodes/{node}/qemu/{vmid}": { ...VM, ...all("boolean", "destroy-unreferenced-disks purge skiplock") },
  "GET /nodes/{node}/qemu/{vmid}/config": { ...VM, current: "boolean", snapshot: "pve-configid <=40" },
  "PUT /nodes/{node}/qemu/{vmid}/config": VM_UPDATE,
  "POST /nodes/{node}/qemu/{vmid}/config": { ...VM_UPDATE, background_delay: "integer 1..30", "import-working-storage": "pve-storage-id" },
  "PUT /nodes/{node}/qemu/{vmid}/resize": { ...VM, digest: "<=40", disk: `${DISK} !`, size: "/\\+?\\d+(\\.\\d+)?[KMGT]?/ !", skiplock: "boolean" },
  "GET /nodes/{node}/qemu/{vmid}/status/current": VM,
  "POST /nodes/{node}/qemu/{vmid}/status/start": {
    ...VM,
    ...TIMEOUT,
    "force-cpu": "string",
    machine: MACHINE,
    migratedfrom: "pve-node",
    migration_network: "CIDR",
    migration_type: "secure|insecure",
    "nets-host-mtu": "/net\\d+=\\d+(,net\\d+=\\d+)*/",
    skiplock: "boolean",
    stateuri: "<=128",
    targetstorage: "storage-pair-list",
    "with-conntrack-state": "boolean",
  },
  "POST /nodes/{node}/qemu/{vmid}/status/stop": { ...VM, ...TIMEOUT, ...all("boolean", "keepActive overrule-shutdown skiplock"), migratedfrom: "pve-node" },
  "POST /nodes/{node}/qemu/{vmid}/status/shutdown": { ...VM, ...TIMEOUT, ...all("boolean", "forceStop keepActive skiplock") },
  "POST /nodes/{node}/qemu/{vmid}/status/reboot": { ...VM, ...TIMEOUT },
  "POST /nodes/{node}/qemu/{vmid}/migrate": {
    ...VM,
    bwlimit: "integer 0..",
    ...all("boolean", "force online with-conntrack-state with-local-disks"),
    migration_network: "CIDR",
    migration_type: "secure|insecure",
    target: "pve-node !",
    targetstorage: "storage-pair-list",
  },
  "GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces": VM,
  "POST /nodes/{node}/qemu/{vmid}/agent/ping": VM,
  "GET /pools": { poolid: "pve-poolid", type: POOL_KIND },
  "POST /pools": { ...POOL, comment: "string" },
  "PUT /pools": POOL_CHANGE,
  "DELETE /pools": POOL,
  "GET /pools/{poolid}": { ...POOL, type: POOL_KIND },
  "PUT /pools/{poolid}": POOL_CHANGE,
  "DELETE /pools/{poolid}": POOL,
} satisfies Record<string, Parameters>;
