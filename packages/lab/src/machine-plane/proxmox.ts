import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { z } from "zod";
import { LabError } from "../errors.ts";
import { ask } from "./ask.ts";
import { maker, type Makers, type Values } from "./maker.ts";
import { qemuParameters, VM } from "./proxmox-vm.ts";

const PROVIDER = z.strictObject({ endpoint: z.string(), apiToken: z.string(), insecure: z.coerce.string().optional() });

const FILE = z.strictObject({
  contentType: z.string(),
  datastoreId: z.string(),
  nodeName: z.string(),
  fileName: z.string(),
  url: z.string(),
  // What the provider alone looks at.
  overwrite: z.boolean().optional(),
  overwriteUnmanaged: z.boolean().optional(),
  uploadTimeout: z.number().optional(),
});

/** What the Proxmox provider does in the first `up`, call by call as it was seen on the wire. */
export function proxmoxMakers(): Makers {
  let api: ProxmoxApi | undefined;
  const configured = (): ProxmoxApi => {
    if (api === undefined) throw new LabError("no Proxmox provider is configured");
    return api;
  };
  return {
    resources: {
      "pulumi:providers:proxmoxve": maker(PROVIDER, ({ endpoint, apiToken, insecure }) => {
        api = new ProxmoxApi(endpoint, apiToken, insecure === "true");
        return Promise.resolve({ id: "proxmoxve" });
      }),
      "proxmoxve:download/file:File": maker(FILE, (inputs) => download(configured(), inputs)),
      "proxmoxve:index/vmLegacy:VmLegacy": maker(VM, (inputs) => createVm(configured(), inputs)),
    },
    invokes: {},
  };
}

async function download(api: ProxmoxApi, { nodeName, datastoreId, contentType, url, fileName }: z.output<typeof FILE>): Promise<{ id: string; outputs: Values }> {
  const node = `/nodes/${nodeName}`;
  const { size } = (await api.get(`${node}/query-url-metadata`, { url, "verify-certificates": "1" })) as { size: number };
  await api.task(nodeName, "POST", `${node}/storage/${datastoreId}/download-url`, { content: contentType, filename: fileName, node: nodeName, storage: datastoreId, url, "verify-certificates": "1" });
  const volid = `${datastoreId}:${contentType}/${fileName}`;
  const found = (await api.get(`${node}/storage/${datastoreId}/content`, { content: contentType })) as { volid: string }[];
  if (!found.some((volume) => volume.volid === volid)) throw new LabError(`${volid} is not on ${nodeName} after its download`);
  return { id: volid, outputs: { size } };
}

async function createVm(api: ProxmoxApi, vm: z.output<typeof VM>): Promise<{ id: string; outputs: Values }> {
  const { nodeName, vmId, disks, started } = vm;
  const path = `/nodes/${nodeName}/qemu/${vmId}`;
  await api.task(nodeName, "POST", `/nodes/${nodeName}/qemu`, qemuParameters(vm));
  // An imported disk is as large as its image.
  for (const disk of disks.filter(({ importFrom }) => importFrom !== undefined)) {
    await api.task(nodeName, "PUT", `${path}/resize`, { disk: disk.interface, size: String(disk.size * 2 ** 30) });
  }
  if (started) {
    await api.get(`${path}/status/current`);
    await api.task(nodeName, "POST", `${path}/status/start`, { timeout: "1800" });
    while (((await api.get(`${path}/status/current`)) as { status: string }).status !== "running") await sleep(1000);
  }
  const all = (await api.get("/cluster/resources", { type: "vm" })) as { vmid: number }[];
  if (!all.some(({ vmid }) => vmid === vmId)) throw new LabError(`machine ${vmId} is not there after it was made`);
  await api.get(`${path}/config`);
  return { id: String(vmId), outputs: { ipv4Addresses: [] } };
}

/** Speaks to one Proxmox VE as its provider does: forms, a token, and tasks that are waited for. */
class ProxmoxApi {
  readonly #base: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(endpoint: string, token: string, insecure: boolean) {
    this.#base = `${new URL(endpoint).origin}/api2/json`;
    this.#token = token;
    // Nothing is left open between two calls, so that there is nothing to close.
    this.#agent = new Agent({ connect: { rejectUnauthorized: !insecure }, pipelining: 0 });
  }

  get(path: string, query: Record<string, string> = {}): Promise<unknown> {
    return this.#call("GET", `${path}${Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query).toString()}`}`);
  }

  /** Starts a task and waits for its end. */
  async task(node: string, method: "POST" | "PUT", path: string, form: Record<string, string>): Promise<void> {
    const upid = encodeURIComponent(String(await this.#call(method, path, form)));
    for (;;) {
      const { status, exitstatus } = (await this.get(`/nodes/${node}/tasks/${upid}/status`)) as { status: string; exitstatus?: string };
      if (status === "running") await sleep(1000);
      else if (exitstatus === "OK") return;
      else throw new LabError(`${method} ${path}: the task ended with "${exitstatus ?? status}"`);
    }
  }

  async #call(method: string, path: string, form?: Record<string, string>): Promise<unknown> {
    const content = form === undefined ? {} : { body: new URLSearchParams(form) };
    const called = `${method} ${path.split("?")[0] ?? ""}`;
    const answer = await ask(`${this.#base}${path}`, called, { method, ...content, dispatcher: this.#agent, headers: { authorization: `PVEAPIToken=${this.#token}` } });
    const body = (await answer.json()) as { data?: unknown; message?: string; errors?: Record<string, string> };
    if (answer.ok) return body.data;
    const errors = Object.entries(body.errors ?? {}).map(([parameter, problem]) => ` ${parameter}: ${problem.trim()}`);
    throw new LabError(`${called}: ${answer.status} ${(body.message ?? answer.statusText).trim()}${errors.join(";")}`);
  }
}
