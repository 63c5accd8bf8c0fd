import { existsSync, readFileSync } from "node:fs";
import { Agent, request } from "undici";
import { describe, expect, it } from "vitest";
import { FACTS, HAVE_TRACES, shapeOf, traces, type TracedCall } from "../traces.test-data.ts";
import { driveSettings, parseSize } from "./config.ts";
import { startProxmox, type Proxmox } from "./proxmox.ts";
import type { Cluster, Config, Vm, Volume } from "./world.ts";

/** Refusals that come by themselves, because things are as they are; every other failure of a trace is told to the stand-in. */
const BY_ITSELF = /already exists on node|does not exist|refusing to override|protection mode enabled|no such resource|invalid token value/;

/** Values that are made up anew each time. */
const ANEW = ["digest", "meta", "smbios1", "vmgenid"];

/** Said only where it is so; the recorded server said it of every machine. */
const WHERE_IT_IS_ON = ["agent"];

const scenarios = traces("proxmox");

describe.skipIf(!HAVE_TRACES)("the golden traces of the Proxmox provider (skipped where ../shared/facts/traces is missing)", () => {
  it("are there", () => {
    expect(scenarios.length).toBeGreaterThan(40);
  });

  it.each(scenarios)("%s", async (_scenario, calls) => {
    const standIn = await startProxmox({
      hosts: [{ name: "pve1" }, { name: "pve2" }],
      cluster: seedOf(calls),
      tokens: [{ id: "root@pam!iac", secret: "aaaa" }],
      onBoot: ({ macs }) => macs.map((mac, index) => ({ name: `eth${index}`, mac, addresses: ["10.0.10.101/24"] })),
    });
    const upids = new Map<string, string>();
    try {
      for (const call of calls) await expectReplay(standIn, calls, call, upids);
    } finally {
      await standIn.close();
    }
  });
});

async function expectReplay(standIn: Proxmox, calls: TracedCall[], call: TracedCall, upids: Map<string, string>): Promise<void> {
  const wanted = call.response as { data?: unknown; message?: string };
  const path = (call.rawPath ?? call.path).replace("/api2/json", "");
  if (call.status >= 400 && !BY_ITSELF.test(wanted.message ?? "")) standIn.faults.add({ on: `${call.method} ${path.replace(/\/$/, "")}`, status: call.status, message: wanted.message });
  const failure = typeof wanted.data === "string" ? failureOf(calls, wanted.data) : undefined;
  if (failure !== undefined) standIn.faults.add({ on: `${call.method} ${path.replace(/\/$/, "")}`, task: failure });

  const { status, body } = await send(standIn, call, path, upids);
  standIn.faults.clear();
  const what = `${call.n} ${call.method} ${path}`;
  expect({ what, status, message: body.message }).toEqual({ what, status: call.status, message: wanted.message });
  if (typeof wanted.data === "string" && typeof body.data === "string") upids.set(wanted.data, body.data);
  expectAlike(what, documented(call), body.data, wanted.data);
}

async function send(standIn: Proxmox, { method, query, body, contentType, status, response }: TracedCall, path: string, upids: Map<string, string>): Promise<{ status: number; body: { data: unknown; message?: string } }> {
  let target = path;
  for (const [theirs, ours] of upids) target = target.replace(theirs, ours).replace(theirs.replace("!", "%21"), ours.replace("!", "%21"));
  const secret = status === 401 && JSON.stringify(response).includes("invalid token value") ? "bbbb" : "aaaa";
  const search = query === null ? "" : `?${new URLSearchParams(query).toString()}`;
  const content = body === null ? {} : { body: new URLSearchParams(body as Record<string, string>).toString() };
  const dispatcher = new Agent({ connect: { ca: standIn.authority } });
  const answer = await request(`${standIn.url}/api2/json${target}${search}`, { dispatcher, method: method as "GET", ...content, headers: { authorization: `PVEAPIToken=root@pam!iac=${secret}`, ...(contentType === null ? {} : { "content-type": contentType }) } });
  const result = { status: answer.statusCode, body: (await answer.body.json()) as { data: unknown } };
  await dispatcher.close();
  return result;
}

/** How a task that a call started ended, when not well: the trace says so later. */
function failureOf(calls: TracedCall[], upid: string): string | undefined {
  const ends = calls.flatMap(({ path, response }) => (path.endsWith(`${upid}/status`) ? [(response as { data: { exitstatus?: string } }).data.exitstatus] : []));
  return ends.find((end) => end !== undefined && end !== "OK");
}

interface Returns {
  properties?: Record<string, unknown>;
  items?: Returns;
}

/** Keys that the vendor documents for the answer to a call. */
function documented({ method, path }: TracedCall): Set<string> {
  const facts = existsSync(FACTS) ? (JSON.parse(readFileSync(FACTS, "utf8")) as Record<string, { returns?: Returns | null }>) : {};
  const found = Object.entries(facts).find(([call]) => new RegExp(`^${call.replaceAll(/\{volume\}/g, ".+").replaceAll(/\{\w+\}/g, "[^/]+")}/?$`).test(`${method} ${path.replace("/api2/json", "")}`));
  const returns = found?.[1].returns;
  return new Set(Object.keys(returns?.properties ?? returns?.items?.properties ?? {}));
}

/** Each thing has what the traced one has, of the same type, and beyond that nothing that is not documented. Values of a machine's configuration are the same. */
function expectAlike(what: string, known: Set<string>, got: unknown, traced: unknown): void {
  const wanted = typeof traced === "object" && traced !== null && !Array.isArray(traced) ? without(traced, WHERE_IT_IS_ON.filter((key) => !Object.hasOwn(Object(got) as object, key))) : traced;
  if (Array.isArray(wanted) && Array.isArray(got)) {
    expect({ what, length: got.length }).toEqual({ what, length: wanted.length });
    for (const [index, item] of wanted.entries()) expectAlike(`${what} [${index}]`, known, got[index], item);
    return;
  }
  if (typeof wanted !== "object" || wanted === null || typeof got !== "object" || got === null) {
    expect({ what, shape: shapeOf(got) }).toEqual({ what, shape: shapeOf(wanted) });
    return;
  }
  const extra = Object.keys(got).filter((key) => !(key in wanted) && !known.has(key) && !known.has(key.replace(/\d+$/, "[n]")));
  const shared = Object.fromEntries(Object.entries(got).filter(([key]) => key in wanted));
  expect({ what, extra, ...(shapeOf(shared) as object) }).toEqual({ what, extra: [], ...(shapeOf(wanted) as object) });
  if (what.endsWith("/config")) expect({ what, ...without(shared, ANEW) }).toEqual({ what, ...without(wanted, ANEW) });
}

const without = <T>(values: Readonly<Record<string, T>> | object, keys: readonly string[]): Record<string, T> => Object.fromEntries(Object.entries(values as Record<string, T>).filter(([key]) => !keys.includes(key)));

/** What must have been there before the first call of a trace: machines and files of which it shows that they exist before it makes them. */
function seedOf(calls: TracedCall[]): Partial<Cluster> {
  const vms: Record<string, Vm> = {};
  const volumes: Volume[] = [];
  const ids = new Set(calls.flatMap(({ path, response }) => [/qemu\/(\d+)/.exec(path)?.[1] ?? [], path.endsWith("/cluster/resources") ? listed(response).map(({ vmid }) => String(vmid)) : []].flat()));
  for (const id of ids) {
    const vm = seededVm(calls, id);
    if (vm === undefined) continue;
    vms[id] = vm;
    const sizes = new Map(Object.entries(vm.config).flatMap(([key, value]): [string, string][] => {
      const { file = "", size } = driveSettings(key, value) ?? {};
      return size === undefined ? [] : [[file, size]];
    }));
    // A number that is left out was somebody's: a disk that was taken out stays.
    const numbers = [...JSON.stringify(calls).matchAll(new RegExp(`vm-${id}-disk-(\\d+)`, "g"))].map(([, number]) => Number(number));
    for (let number = 0; number < Math.max(0, ...numbers); number++) sizes.set(`local-lvm:vm-${id}-disk-${number}`, sizes.get(`local-lvm:vm-${id}-disk-${number}`) ?? "1G");
    for (const [volid, size] of sizes) volumes.push({ volid, node: vm.node, content: "images", format: "raw", size: parseSize(size), written: 0, ctime: 0, vmid: vm.vmid });
  }
  const images = [...new Set(JSON.stringify(calls).match(/import\/[\w.-]+\.raw/g))].filter((name) => isThereBefore(calls, name));
  volumes.push(...images.map((name) => ({ volid: `local:${name}`, node: "pve1", content: "import", format: "raw", size: 1_300_000_000, written: 1_300_000_000, ctime: 0 })));
  return { vms, volumes };
}

interface Listed {
  vmid: number;
  node: string;
  name: string;
  status: string;
  maxcpu: number;
  maxmem: number;
}

const listed = (response: unknown): Listed[] => (response as { data: Listed[] | null }).data ?? [];

/** A machine as the trace shows it before it makes one of that id. */
function seededVm(calls: TracedCall[], id: string): Vm | undefined {
  const made = calls.findIndex(({ method, path, body, status }) => method === "POST" && path.endsWith("/qemu") && status === 200 && (body as { vmid: string }).vmid === id);
  const refused = calls.some(({ response }) => JSON.stringify(response).includes(`VM ${id} already exists`));
  const before = (made === -1 ? calls : calls.slice(0, made)).filter(({ status }) => status === 200);
  const about = (refused && made === -1 ? calls : before).filter(({ path }) => path.includes(`/qemu/${id}`));
  const inList = before.filter(({ path }) => path.endsWith("/cluster/resources")).flatMap(({ response }) => listed(response)).find(({ vmid }) => String(vmid) === id);
  if (about.length === 0 && inList === undefined) return undefined;
  const dataOf = (end: string): Record<string, unknown> | undefined => (about.find(({ method, path }) => method === "GET" && path.endsWith(end))?.response as { data: Record<string, unknown> } | undefined)?.data;
  const [config, status] = [dataOf("/config") as Config | undefined, dataOf("/status/current")];
  const told = { name: inList?.name ?? "vm", cpus: inList?.maxcpu ?? 1, maxmem: inList?.maxmem ?? 2 ** 30, ...status };
  const kept = config === undefined ? { name: told.name, cores: told.cpus, memory: String(told.maxmem / 2 ** 20), agent: "enabled=1", scsi0: `local-lvm:vm-${id}-disk-1,size=40G` } : without(config, ["digest"]);
  if (JSON.stringify(calls).includes(`can't remove VM ${id} - protection`)) kept.protection = 1;
  const power = about.find(({ path }) => path.includes("/status/"));
  const isRunning = status === undefined ? inList?.status !== "stopped" : status.status === "running" || power?.path.endsWith("/stop") === true || power?.path.endsWith("/shutdown") === true;
  return { vmid: Number(id), node: /nodes\/(\w+)/.exec(about[0]?.path ?? "")?.[1] ?? inList?.node ?? "pve1", config: kept, ...(isRunning ? { running: kept } : {}) };
}

/** A file of which the trace shows that it is there before it gets it. */
function isThereBefore(calls: TracedCall[], name: string): boolean {
  for (const { method, path, body, status, response } of calls) {
    if (path.endsWith("/download-url") && `import/${(body as { filename: string }).filename}` === name) return status !== 200;
    if (method === "DELETE" ? path.endsWith(name) : JSON.stringify([body, response]).includes(name)) return true;
  }
  return false;
}
