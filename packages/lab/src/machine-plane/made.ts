import type { LoggedCall } from "../stand-ins/server.ts";
import type { RpcCall } from "../stand-ins/talos/calls.ts";
import type { Hardware } from "./hardware.ts";
import { applied } from "./kubernetes.ts";
import type { Makers } from "./maker.ts";

/** One resource that was made, or failed to be. */
export interface Made {
  type: string;
  name: string;
  inputs: Readonly<Record<string, unknown>>;
  seconds: number;
}

/** The same makers, each telling what it has made and how long it took. */
export function timed({ resources, invokes }: Makers, tell: (made: Made) => void): Makers {
  const entries = Object.entries(resources).map(([type, make]) => {
    const timedMake: typeof make = async (asked) => {
      const started = performance.now();
      const made = await make(asked);
      if (!type.startsWith("pulumi:")) tell({ type, name: asked.name, inputs: asked.inputs, seconds: (performance.now() - started) / 1000 });
      return made;
    };
    return [type, timedMake] as const;
  });
  return { resources: Object.fromEntries(entries), invokes };
}

/** Calls that were made for one resource, found in the logs of the stand-ins by what they name: the same way whoever made them. Reads are counted, the rest is written out. */
export function calledFor({ type, inputs }: Pick<Made, "type" | "inputs">, { proxmox, cloudflare, talos }: Pick<Hardware, "proxmox" | "cloudflare" | "talos">): string[] {
  if (type.startsWith("kubernetes:")) return "kind" in inputs ? [applied(inputs)] : [`install chart ${String(inputs.chart)} ${String(inputs.version)}`];
  if (type.startsWith("proxmoxve:")) return inWords(proxmox.calls.filter(type.endsWith(":File") ? isOfImage(inputs) : isOfMachine(inputs)), "/api2/json");
  if (type.startsWith("cloudflare:")) return inWords(cloudflare.calls.filter(isOfCloudflare(type, inputs)), "/client/v4");
  return type.endsWith(":Schematic") ? inWords(talos.calls.filter(({ body }) => body !== undefined), "") : rpcs(type, inputs, talos.rpcs);
}

const lastWord = (type: string): string => type.split(":").at(-1) ?? "";

type Inputs = Made["inputs"];
type Fields = Readonly<Record<string, unknown>> | undefined;

function isOfImage({ nodeName, url, datastoreId }: Inputs) {
  const node = `/nodes/${String(nodeName)}/`;
  return ({ path, query, body }: LoggedCall): boolean =>
    path.includes(node) && (query.url === url || (body as Fields)?.url === url || path.endsWith(`/storage/${String(datastoreId)}/content`) || decodeURIComponent(path).includes(":download:"));
}

function isOfMachine({ vmId }: Inputs) {
  const id = String(vmId);
  return ({ path, body }: LoggedCall): boolean => path.includes(`/qemu/${id}/`) || decodeURIComponent(path).includes(`:${id}:`) || (path.endsWith("/qemu") && (body as Fields)?.vmid === id);
}

function isOfCloudflare(type: string, { name }: Inputs) {
  const ends: Readonly<Record<string, string>> = { DnsRecord: "/dns_records", ZeroTrustTunnelCloudflared: "/cfd_tunnel", ZeroTrustTunnelCloudflaredConfig: "/configurations" };
  const end = ends[lastWord(type)] ?? type;
  return ({ path, body }: LoggedCall): boolean => path.endsWith(end) && (name === undefined || (body as Fields)?.name === name);
}

function rpcs(type: string, { node, endpoint }: Inputs, log: readonly RpcCall[]): string[] {
  const methods: Readonly<Record<string, string>> = { ConfigurationApply: "ApplyConfiguration", Bootstrap: "Bootstrap", Kubeconfig: "Kubeconfig" };
  const method = methods[lastWord(type)];
  const [host] = String(endpoint ?? node).split(":");
  const calls = log.filter((call) => call.address === host && method !== undefined && call.method.endsWith(`/${method}`));
  return counted(calls.map((call) => `${call.method.slice(1)}${call.status === "OK" ? "" : ` ${call.status}`}`));
}

function inWords(calls: readonly LoggedCall[], base: string): string[] {
  const reads = calls.filter(({ method }) => method === "GET").length;
  const writes = calls.filter(({ method }) => method !== "GET").map(({ method, path, status }) => `${method} ${decodeURIComponent(path.slice(base.length))}${status < 300 ? "" : ` ${status}`}`);
  return [...counted(writes), ...(reads === 0 ? [] : [`${reads} reads`])];
}

function counted(texts: readonly string[]): string[] {
  return [...Map.groupBy(texts, (text) => text)].map(([text, { length }]) => (length === 1 ? text : `${text} (${length})`));
}
