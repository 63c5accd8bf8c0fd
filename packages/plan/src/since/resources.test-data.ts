import { comparePlanes, type Change, type RecordingJson } from "../index.ts";
import { makeUrn } from "../urn.ts";

export type Resource = RecordingJson["resources"][number];

export const VM = "proxmoxve:index/vmLegacy:VmLegacy";
export const FILE = "proxmoxve:download/file:File";
export const SECRETS = "talos:machine/secrets:Secrets";
export const RECORD = "cloudflare:index/dnsRecord:DnsRecord";

export function resource(type: string, name: string, inputs: Resource["inputs"], rest: Partial<Resource> = {}): Resource {
  return { urn: makeUrn("prod", "lab", undefined, type, name), type, name, custom: true, inputs, ...rest };
}

export function recording(...resources: Resource[]): RecordingJson {
  return { version: 1, recordedBy: "monitor", project: "lab", stack: "prod", organization: "o", sdkVersion: "3", resources, invokes: [], logs: [], stackOutputs: {} };
}

export const machines = (before: readonly Resource[], after: readonly Resource[]): Change[] => comparePlanes({ recording: recording(...before), objects: [] }, { recording: recording(...after), objects: [] }).machines;
/** How harmful it is; with a mark where somebody has to want it. */
export const word = ({ effect: { severity, guarded } }: Change): string => (guarded ? `${severity}!` : severity);
