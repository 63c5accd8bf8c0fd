import { isBelow, isFields, type Difference } from "./differences.ts";
import { effect, type Effect } from "./effect.ts";
import { KEEPS_DATA } from "./objects.ts";

/** Inputs of a resource, before and after. */
export interface Sides {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** The first row whose paths hold the difference decides. */
type Rule = readonly [paths: readonly string[], decide: (difference: Difference, sides: Sides) => Effect];

const inPlace = (): Effect => effect("in place");
const replaced = (): Effect => effect("replace");
/** Without `rebootAfterUpdate` the machine is left running as it is. */
const restarted = (_: Difference, { after }: Sides): Effect => (after.rebootAfterUpdate === false ? effect("in place", "at its next start: rebootAfterUpdate is false") : effect("restart", "powered off and on"));
/** Written into the state, and nobody is asked. */
const recorded = (): Effect => effect("nothing", "only the state is told");

/** Of `initialization`, what makes the machine anew. */
const SOURCES = ["type", "userDataFileId", "vendorDataFileId", "networkDataFileId", "metaDataFileId"];

/**
 * What each input does, by type. Read in the providers' sources and seen on the wire (bpg/proxmox `proxmoxtf/resource/vm/vm.go`, `vm/disk/schema.go`,
 * `fwprovider/nodes/resource_download_file.go`; terraform-provider-talos `pkg/talos/`; terraform-provider-cloudflare `internal/services/*\/schema.go`): a schema marks
 * only what always replaces, and calls some harmful changes harmless.
 */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  "proxmoxve:index/vmLegacy:VmLegacy": [
    [["vmId", "amdSev", "clone", "disks[].fileId", ...SOURCES.map((field) => `initialization.${field}`)], replaced],
    [["efiDisk.type", "tpmState.version"], (difference, sides) => (difference.before === undefined || difference.after === undefined ? restarted(difference, sides) : replaced())],
    [["nodeName"], (_, { after }) => (after.migrate === true ? effect("in place", "moves to the other host") : replaced())],
    [["disks[].size"], sizeOfDisk],
    [["disks[].datastoreId"], () => effect("in place", "the disk is moved")],
    [["disks[].importFrom"], () => effect("nothing", "read once, when it is made")],
    [["name", "tags", "description", "onBoot", "startup", "protection", "cpu.hotplugged"], inPlace],
    [["migrate", "rebootAfterUpdate", "stopOnDestroy", "deleteUnreferencedDisksOnDestroy", "purgeOnDestroy"], () => effect("nothing", "a setting of the provider")],
    [["initialization"], initialization],
    [["acpi", "kvmArguments", "bios", "keyboardLayout", "machine", "tabletDevice", "agent", "audioDevice", "bootOrders", "cpu", "memory", "efiDisk", "tpmState", "rng", "hostpcis", "numas", "usbs", "operatingSystem", "serialDevices", "vga", "virtiofs", "scsiHardware", "watchdog"], restarted],
  ],
  "proxmoxve:download/file:File": [[["contentType", "fileName", "nodeName", "datastoreId", "url", "checksum", "checksumAlgorithm", "decompressionAlgorithm"], replaced]],
  "talos:imageFactory/schematic:Schematic": [[["schematic"], () => effect("in place", 'the provider keeps the old id: give it replaceOnChanges: ["schematic"]')]],
  "talos:machine/secrets:Secrets": [[["talosVersion"], versionOfSecrets]],
  "talos:machine/configurationApply:ConfigurationApply": [[["configPatches", "machineConfigurationInput", "applyMode", "node", "endpoint", "clientConfiguration", "timeouts"], () => effect("in place", "Talos decides from the document: at once, or at the next reboot")]],
  "talos:machine/bootstrap:Bootstrap": [[["node", "endpoint", "clientConfiguration", "timeouts"], recorded]],
  "talos:cluster/kubeconfig:Kubeconfig": [
    [["node", "endpoint", "clientConfiguration", "timeouts"], recorded],
    [["certificateRenewalDuration"], () => effect("in place", "a new kubeconfig, if the old one ends within that time")],
  ],
  "cloudflare:index/dnsRecord:DnsRecord": [
    [["zoneId", "type"], replaced],
    [["name", "content", "ttl", "proxied", "comment"], inPlace],
  ],
  "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": [
    [["accountId", "configSrc"], replaced],
    [["name", "tunnelSecret"], inPlace],
  ],
  "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig": [
    [["tunnelId", "accountId"], replaced],
    [["config"], inPlace],
  ],
};

/** What is lost with a resource of this type. */
const LOSSES: Readonly<Record<string, string>> = {
  "proxmoxve:index/vmLegacy:VmLegacy": "the machine and its disks",
  "talos:machine/secrets:Secrets": "every key of the cluster: nothing that was issued is good any more",
  "talos:machine/bootstrap:Bootstrap": "nothing yet, but etcd would be started anew on the next up",
  "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": "the tunnel: what is public is gone until its connector has the new token",
};

export function lossOf(type: string): string | undefined {
  return LOSSES[type] ?? (type.startsWith("kubernetes:") ? KEEPS_DATA[type.split(":").at(-1) ?? ""] : undefined);
}

/** What a changed input does to the live thing behind a resource. */
export function machineEffect(type: string, difference: Difference, sides: Sides): Effect {
  if (type.startsWith("kubernetes:")) return isBelow(difference.path, "metadata.name") || isBelow(difference.path, "metadata.namespace") ? replaced() : inPlace();
  if (type.startsWith("pulumi:providers:")) return effect("in place", "the next calls are made with it");
  const rule = RULES[type]?.find(([paths]) => paths.some((path) => isBelow(difference.path, path)));
  return rule === undefined ? effect("unclear", "what the provider does with it is not known") : rule[1](difference, sides);
}

/** One that comes or goes whole brings or takes what it has. */
function initialization(difference: Difference, sides: Sides): Effect {
  const isWhole = difference.path === "initialization";
  const has = [difference.before, difference.after].some((side) => isFields(side) && SOURCES.some((field) => field in side));
  return isWhole && has ? replaced() : restarted(difference, sides);
}

function sizeOfDisk({ before, after }: Difference): Effect {
  if (typeof before !== "number" || typeof after !== "number") return effect("unclear", "a disk comes or goes");
  if (after >= before) return effect("in place", "the disk grows");
  return effect("refused", "a disk cannot shrink: the update fails half-way, state keeps the new size, and the next up calls it done");
}

function versionOfSecrets({ before, after }: Difference): Effect {
  const lowered = new Intl.Collator("en", { numeric: true }).compare(String(after), String(before)) < 0;
  return lowered ? effect("replace", "a lower version makes every key anew", true) : inPlace();
}
