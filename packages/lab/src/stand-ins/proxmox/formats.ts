/** A check of a named format: what is wrong, or nothing. */
type Check = (value: string) => string | undefined;

const like = (pattern: RegExp, what: string): Check => (value) => (pattern.test(value) ? undefined : `value '${value}' does not look like a valid ${what}`);
const list = (check: Check, separator = /[;,\s]+/): Check => (value) => value.split(separator).filter((item) => item !== "").map((item) => check(item)).find((problem) => problem !== undefined);

const CONFIG_ID = like(/^[a-z][a-z0-9_-]+$/i, "configuration ID");
const STORAGE_ID = like(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i, "storage ID");
const VMID = like(/^[1-9][0-9]{2,8}$/, "VM ID");
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const DNS_NAME = like(new RegExp(`^${LABEL}(?:\\.${LABEL})*$`), "DNS name");
const VOLUME_ID = like(/^[a-z][a-z0-9\-_.]*[a-z0-9]:\S+$/i, "volume ID");
const PAIRS = like(/^[\w.+-]+(=[^,]*)?(,[\w-]+=[^,]*)*,?$/, "list of settings");

/** By name. A format that is not here is taken as it comes. */
export const CHECKS: Readonly<Partial<Record<string, Check>>> = {
  "pve-node": like(new RegExp(`^${LABEL}$`), "node name"),
  "pve-vmid": VMID,
  "pve-vmid-list": list(VMID),
  "pve-storage-id": STORAGE_ID,
  "pve-storage-id-list": list(STORAGE_ID),
  "pve-poolid": like(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+){0,2}$/, "pool name"),
  "pve-configid": CONFIG_ID,
  "pve-configid-list": list(like(/^[a-z][a-z0-9_-]*$/i, "configuration ID")),
  "pve-storage-content": like(/^(images|rootdir|vztmpl|iso|backup|snippets|import|none)$/, "content type"),
  "pve-storage-content-list": list(like(/^(images|rootdir|vztmpl|iso|backup|snippets|import|none)$/, "content type")),
  "dns-name": DNS_NAME,
  "pve-tag-list": list(like(/^[a-z0-9_][a-z0-9_\-+.]*$/i, "tag")),
  "mac-addr": like(/^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i, "unicast MAC address"),
  "pve-bridge-id": like(/^[-_.\w\d]+$/, "bridge name"),
  "disk-size": like(/^\d+(\.\d+)?[KMGT]?$/, "disk size"),
  "pve-volume-id": VOLUME_ID,
  "pve-volume-id-or-qm-path": (value) => (value === "none" || value === "cdrom" || value.startsWith("/") ? undefined : VOLUME_ID(value)),
  "pve-volume-id-or-absolute-path": (value) => (value.startsWith("/") ? undefined : VOLUME_ID(value)),
  "pve-qm-boot": like(/^((order=)?[a-z]+\d+(;[a-z]+\d+)*;?|(legacy=)?[acdn]{1,4})$/, "boot order"),
  "pve-vm-cpu-conf": PAIRS,
  "pve-qm-ipconfig": like(/^(gw|gw6|ip|ip6)=[^,]+(,(gw|gw6|ip|ip6)=[^,]+)*$/, "IP configuration"),
  "pve-qm-smbios1": PAIRS,
  "pve-hotplug-features": like(/^([01]|(network|disk|cpu|memory|usb|cloudinit)(,(network|disk|cpu|memory|usb|cloudinit))*)$/, "list of hotplug features"),
  "pve-startup-order": like(/^(order=)?\d+(,(order|up|down)=\d+)*$|^(up|down)=\d+(,(up|down)=\d+)*$/, "startup order"),
  "pve-realm": like(/^[A-Za-z][A-Za-z0-9.\-_]+$/, "realm"),
};
