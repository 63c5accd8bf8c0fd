import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import proxmoxApi, { type Proxmox as Client } from "proxmox-api";
import { Agent, fetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { LAB_SECRET, startProxmox, type Proxmox, type ProxmoxArgs } from "./proxmox.ts";
import type { BootedVm } from "./world.ts";

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function started(args: ProxmoxArgs = {}): Promise<Proxmox> {
  const standIn = await startProxmox(args);
  open.push(standIn);
  return standIn;
}

type Login = { tokenID: string; tokenSecret: string } | { username: string; password: string };
const TOKEN: Login = { tokenID: "root@pam!lab", tokenSecret: LAB_SECRET };

/** A client that people use, trusting the stand-in's own authority. */
function clientOf(standIn: Proxmox, login: Login = TOKEN): Client.Api {
  const agent = new Agent({ connect: { ca: standIn.authority } });
  open.push({ close: async () => agent.destroy() });
  const { hostname, port } = new URL(standIn.url);
  return proxmoxApi({ host: hostname, port: Number(port), ...login, fetch: ((url: string, init: object) => fetch(url, { ...init, dispatcher: agent })) as never });
}

/** A call by hand, to see status and body. */
async function call(standIn: Proxmox, method: string, path: string, fields?: Record<string, string>, headers: Record<string, string> = {}): Promise<{ status: number; reason: string; body: { data?: unknown; message?: string; errors?: Record<string, string> } }> {
  const agent = new Agent({ connect: { ca: standIn.authority } });
  const content = fields === undefined ? {} : method === "GET" || method === "DELETE" ? {} : { body: new URLSearchParams(fields) };
  const query = fields !== undefined && !("body" in content) ? `?${new URLSearchParams(fields).toString()}` : "";
  const answer = await fetch(`${standIn.url}/api2/json${path}${query}`, { method, ...content, dispatcher: agent, headers: { authorization: `PVEAPIToken=root@pam!lab=${LAB_SECRET}`, ...headers } });
  const body = (await answer.json()) as { data?: unknown };
  await agent.close();
  return { status: answer.status, reason: answer.statusText, body };
}

/** Does what starts a task, and gives the task's end. */
async function task(standIn: Proxmox, method: string, path: string, fields?: Record<string, string>): Promise<string> {
  const { status, body } = await call(standIn, method, path, fields);
  expect({ status, ...body }).toEqual({ status: 200, data: expect.stringMatching(/^UPID:pve1:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:\w+:[\w-]+:root@pam!lab:$/) as string });
  const ended = await call(standIn, "GET", `/nodes/pve1/tasks/${encodeURIComponent(String(body.data))}/status`);
  return (ended.body.data as { exitstatus: string }).exitstatus;
}

const VM = "/nodes/pve1/qemu";
const SMALL = { vmid: "101", name: "cp-0", memory: "2048", cores: "2", scsi0: "local-lvm:10", net0: "virtio=BC:24:11:00:00:01,bridge=vmbr0" };
const IMAGE = { content: "import", filename: "talos-v1.13.0.raw", url: "https://factory.talos.dev/image/aaaa/v1.13.0/metal-amd64.raw" };

describe("the client that people use", () => {
  it("gets an image, makes a machine of it, starts, changes, stops and deletes it", async () => {
    const standIn = await started();
    const node = clientOf(standIn).nodes.$("pve1");
    // The client's types are of a version that could not import disks yet.
    await node.storage.$("local")["download-url"].$post({ content: "import" as never, filename: IMAGE.filename, url: IMAGE.url });
    await node.qemu.$post({ vmid: 101, name: "cp-0", memory: "4096", cores: 4, agent: "enabled=1", scsi0: `local-lvm:0,import-from=local:import/${IMAGE.filename}`, net0: "virtio,bridge=vmbr0", tags: "talos;controlplane" });
    const vm = node.qemu.$(101);
    await vm.resize.$put({ disk: "scsi0", size: "40G" });
    await vm.status.start.$post();
    expect(await vm.status.current.$get()).toMatchObject({ status: "running", maxmem: 4 * 2 ** 30, cpus: 4, maxdisk: 40 * 2 ** 30, agent: 1 });
    expect((await vm.config.$get()).tags).toBe("controlplane;talos");
    await vm.config.$put({ memory: "8192", delete: "tags" });
    expect(await vm.config.$get()).toMatchObject({ memory: "8192", scsi0: "local-lvm:vm-101-disk-0,size=40G", net0: expect.stringMatching(/^virtio=BC:24:11:..:..:..,bridge=vmbr0$/) as string });
    expect((await vm.config.$get()).tags).toBeUndefined();
    await vm.status.stop.$post();
    await vm.$delete({ purge: true });
    expect(await node.qemu.$get()).toEqual([]);
    expect(standIn.cluster.volumes.map(({ volid }) => volid)).toEqual([`local:import/${IMAGE.filename}`]);
  });

  it("logs in with a password, and is refused with the vendor's words", async () => {
    const standIn = await started();
    const client = clientOf(standIn, { username: "root@pam", password: "lab" });
    await client.pools.$post({ poolid: "lab", comment: "machines" });
    expect(await client.pools.$get()).toEqual([{ poolid: "lab", comment: "machines" }]);
    await expect(client.nodes.$("pve1").qemu.$post({ vmid: 101, cores: 0 })).rejects.toThrow(/POST .*cores/s);
    await expect(clientOf(standIn, { username: "root@pam", password: "wrong" }).pools.$get()).rejects.toThrow("/api2/json/access/ticket Failed!");
  });
});

describe("who may call", () => {
  it("is asked, and told what he may do", async () => {
    const standIn = await started({ tokens: [{ id: "root@pam!lab", secret: LAB_SECRET, privileges: ["VM.Audit", "Datastore.Audit"] }] });
    expect(await call(standIn, "GET", "/version", undefined, { authorization: "PVEAPIToken=root@pam!lab=wrong" })).toEqual({ status: 401, reason: "invalid token value!", body: { data: null, message: "invalid token value!\n" } });
    expect((await call(standIn, "GET", "/version", undefined, { authorization: `PVEAPIToken=root@pam!other=${LAB_SECRET}` })).body.message).toBe("no such token 'other' for user 'root@pam'\n");
    expect((await call(standIn, "GET", "/version", undefined, { authorization: "" })).body.message).toBe("No ticket\n");
    expect((await call(standIn, "GET", "/access/permissions", { path: "/vms" })).body.data).toEqual({ "/vms": { "VM.Audit": 1, "Datastore.Audit": 1 } });
    expect(await call(standIn, "POST", VM, SMALL)).toMatchObject({ status: 403, body: { message: "Permission check failed (/vms/101, VM.Allocate)\n" } });
  });

  it("needs a token against forged calls when he logged in", async () => {
    const standIn = await started();
    const { body } = await call(standIn, "POST", "/access/ticket", { username: "root@pam", password: "lab" });
    const { ticket, CSRFPreventionToken } = body.data as { ticket: string; CSRFPreventionToken: string };
    const login = { authorization: "", cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}` };
    expect((await call(standIn, "GET", "/pools", undefined, login)).status).toBe(200);
    expect((await call(standIn, "POST", "/pools", { poolid: "a" }, login)).body.message).toBe("Permission denied - invalid csrf token\n");
    expect((await call(standIn, "POST", "/pools", { poolid: "a" }, { ...login, csrfpreventiontoken: CSRFPreventionToken })).status).toBe(200);
  });
});

describe("a call that is wrong", () => {
  it("is refused in the vendor's shape before anything happens", async () => {
    const standIn = await started();
    const refused = await call(standIn, "POST", VM, { ...SMALL, coers: "2", scsi0: "local-lvm:10,iotread=1" });
    expect(refused).toEqual({
      status: 400,
      reason: "Parameter verification failed.",
      body: {
        data: null,
        message: "Parameter verification failed.\n",
        errors: {
          coers: "property is not defined in schema and the schema does not allow additional properties",
          scsi0: "invalid format - format error\niotread: property is not defined in schema and the schema does not allow additional properties\n",
        },
      },
    });
    expect(standIn.cluster.vms).toEqual({});
    expect(await call(standIn, "GET", "/nodes/pve1/qemux")).toMatchObject({ status: 501, body: { message: "Method 'GET /nodes/pve1/qemux' not implemented" } });
    expect(await call(standIn, "GET", "/nodes/pve9/qemu")).toMatchObject({ status: 500, body: { message: "no such cluster node 'pve9'\n" } });
  });

  it.each([
    ["a storage that is not there", "POST", VM, { ...SMALL, scsi0: "nvme:10" }, "storage 'nvme' does not exist\n"],
    ["a pool that is not there", "POST", VM, { ...SMALL, pool: "nobody" }, "pool 'nobody' does not exist\n"],
    ["an image where none may lie", "POST", "/nodes/pve1/storage/local-lvm/download-url", IMAGE, "storage 'local-lvm' is not configured for content-type 'import'\n"],
    ["a machine that is not there", "POST", `${VM}/999/status/start`, {}, "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist\n"],
    ["an agent that is not there", "POST", `${VM}/100/agent/ping`, {}, "VM 100 is not running\n"],
    ["a smaller disk", "PUT", `${VM}/100/resize`, { disk: "scsi0", size: "5G" }, "shrinking disks is not supported\n"],
    ["a disk that it has not", "PUT", `${VM}/100/resize`, { disk: "scsi7", size: "5G" }, "disk 'scsi7' does not exist\n"],
    ["an old digest", "PUT", `${VM}/100/config`, { cores: "2", digest: "0" }, "detected modified configuration - file changed by other user? Try again.\n"],
    ["a reboot of what does not run", "POST", `${VM}/100/status/reboot`, {}, "VM 100 not running\n"],
    ["a pool with somebody in it", "DELETE", "/pools/full", {}, "delete pool failed: pool 'full' is not empty\n"],
  ])("%s", async (_, method, path, fields: Record<string, string>, message) => {
    const standIn = await started();
    await call(standIn, "POST", "/pools", { poolid: "full" });
    expect(await task(standIn, "POST", VM, { ...SMALL, vmid: "100", pool: "full" })).toBe("OK");
    expect(await call(standIn, method, path, fields)).toMatchObject({ status: 500, body: { message } });
  });
});

describe("what is dangerous at a real one, is here too", () => {
  it("refuses a taken id with the words that make the provider adopt a foreign machine", async () => {
    const standIn = await started();
    await task(standIn, "POST", VM, { ...SMALL, name: "somebodys-database" });
    expect(await call(standIn, "POST", VM, SMALL)).toMatchObject({ status: 500, body: { message: "unable to create VM 101 - VM 101 already exists on node 'pve1'\n" } });
    expect(standIn.cluster.vms[101]?.config.name).toBe("somebodys-database");
    expect(await call(standIn, "GET", "/cluster/nextid", { vmid: "101" })).toMatchObject({ status: 400, body: { errors: { vmid: "VM 101 already exists" } } });
    expect((await call(standIn, "GET", "/cluster/nextid")).body.data).toBe("100");
  });

  it("deletes nothing that is protected or runs", async () => {
    const standIn = await started();
    await task(standIn, "POST", VM, { ...SMALL, protection: "1", start: "1" });
    expect((await call(standIn, "DELETE", `${VM}/101`)).body.message).toBe("can't remove VM 101 - protection mode enabled\n");
    expect((await call(standIn, "PUT", `${VM}/101/config`, { delete: "scsi0" })).body.message).toBe("can't remove drive 'scsi0' - protection mode enabled\n");
    await call(standIn, "PUT", `${VM}/101/config`, { protection: "0" });
    expect((await call(standIn, "DELETE", `${VM}/101`)).body.message).toBe("VM 101 is running - destroy failed\n");
  });

  it("keeps the disk of a drive that is taken out, until that is taken out too", async () => {
    const standIn = await started();
    await task(standIn, "POST", VM, { ...SMALL, scsi1: "local-lvm:20" });
    await call(standIn, "PUT", `${VM}/101/config`, { delete: "scsi1" });
    expect(standIn.cluster.vms[101]?.config.unused0).toBe("local-lvm:vm-101-disk-1");
    expect(standIn.cluster.volumes).toHaveLength(2);
    await call(standIn, "PUT", `${VM}/101/config`, { delete: "unused0" });
    expect(standIn.cluster.volumes).toHaveLength(1);
  });

  it("lets more memory wait for the next start, and a name not", async () => {
    const standIn = await started();
    await task(standIn, "POST", VM, { ...SMALL, start: "1" });
    await call(standIn, "PUT", `${VM}/101/config`, { memory: "4096", name: "cp-9" });
    const memory = async (): Promise<unknown> => (await call(standIn, "GET", `${VM}/101/status/current`)).body.data;
    expect(await memory()).toMatchObject({ maxmem: 2 * 2 ** 30, name: "cp-9" });
    expect((await call(standIn, "GET", `${VM}/101/config`, { current: "1" })).body.data).toMatchObject({ memory: "2048" });
    await task(standIn, "POST", `${VM}/101/status/reboot`);
    expect(await memory()).toMatchObject({ maxmem: 4 * 2 ** 30 });
  });

  it("overwrites no file", async () => {
    const standIn = await started();
    expect(await task(standIn, "POST", "/nodes/pve1/storage/local/download-url", IMAGE)).toBe("OK");
    expect((await call(standIn, "POST", "/nodes/pve1/storage/local/download-url", IMAGE)).body.message).toBe(`refusing to override existing file '${IMAGE.filename}'\n`);
    expect(await call(standIn, "POST", "/nodes/pve1/storage/local/download-url", { ...IMAGE, filename: "talos.raw.xz" })).toMatchObject({ status: 400, body: { errors: { filename: "wrong file extension" } } });
  });
});

describe("a storage", () => {
  const disks = (type: "lvm" | "lvmthin", size: string): ProxmoxArgs => ({ hosts: [{ name: "pve1", storages: [{ name: "disks", type, content: ["images"], size }] }] });

  it("that is full makes no disk, and leaves nothing of the machine", async () => {
    const standIn = await started(disks("lvm", "30Gi"));
    expect(await task(standIn, "POST", VM, { vmid: "101", scsi0: "disks:20", scsi1: "disks:20" })).toBe("unable to create VM 101 - lvcreate 'disks/vm-101-disk-1' error: insufficient free space\n");
    expect(standIn.cluster).toMatchObject({ vms: {}, volumes: [] });
    expect(await task(standIn, "POST", VM, { vmid: "101", scsi0: "disks:20" })).toBe("OK");
    expect(await task(standIn, "PUT", `${VM}/101/resize`, { disk: "scsi0", size: "+11G" })).toContain("insufficient free space");
    expect((await call(standIn, "GET", "/nodes/pve1/storage/disks/status")).body.data).toMatchObject({ total: 30 * 2 ** 30, used: 20 * 2 ** 30, avail: 10 * 2 ** 30 });
  });

  it("that is thin promises more than it has", async () => {
    const standIn = await started(disks("lvmthin", "30Gi"));
    expect(await task(standIn, "POST", VM, { vmid: "101", scsi0: "disks:40", scsi1: "disks:20" })).toBe("OK");
    expect((await call(standIn, "GET", "/nodes/pve1/storage/disks/status")).body.data).toMatchObject({ used: 0 });
  });

  it("gets nothing from an address where nothing is", async () => {
    const standIn = await started({ remote: () => undefined });
    expect(await task(standIn, "POST", "/nodes/pve1/storage/local/download-url", IMAGE)).toBe("download failed: 404 Not Found");
    expect((await call(standIn, "GET", "/nodes/pve1/query-url-metadata", { url: IMAGE.url })).body.message).toBe("invalid server response: '404 Not Found'\n");
    expect(standIn.cluster.volumes).toEqual([]);
  });
});

describe("a machine that starts", () => {
  it("is told to whoever plays it: disks with their image, addresses, cores, memory; and when it stops and is deleted", async () => {
    const events: unknown[] = [];
    const standIn = await started({
      onBoot: (vm) => {
        events.push(vm);
        return [{ name: "eth0", mac: vm.macs[0] ?? "", addresses: ["10.0.10.101/24"] }];
      },
      onStop: (vmid) => void events.push(`stop ${vmid}`),
      onDelete: (vmid) => void events.push(`delete ${vmid}`),
    });
    await task(standIn, "POST", "/nodes/pve1/storage/local/download-url", IMAGE);
    await task(standIn, "POST", VM, { ...SMALL, agent: "1", sockets: "2", ide2: "none,media=cdrom", efidisk0: "local-lvm:1,efitype=4m", scsi0: `local-lvm:0,import-from=local:import/${IMAGE.filename}` });
    await task(standIn, "POST", `${VM}/101/status/start`);
    const agent = await call(standIn, "GET", `${VM}/101/agent/network-get-interfaces`);
    expect(agent.body.data).toMatchObject({ result: [{ name: "lo" }, { name: "eth0", "hardware-address": "BC:24:11:00:00:01", "ip-addresses": [{ "ip-address": "10.0.10.101", "ip-address-type": "ipv4", prefix: 24 }] }] });
    await task(standIn, "POST", `${VM}/101/status/shutdown`, { forceStop: "1" });
    await task(standIn, "DELETE", `${VM}/101`);
    const disk = { name: "scsi0", volid: "local-lvm:vm-101-disk-1", bytes: 1240 * 2 ** 20, image: IMAGE.url };
    expect(events).toEqual([{ vmid: 101, node: "pve1", name: "cp-0", uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, cores: 4, memoryBytes: 2 * 2 ** 30, disks: [disk], macs: ["BC:24:11:00:00:01"] }, "stop 101", "delete 101"]);
  });

  it.each<[string, Record<string, string>, string]>([
    ["bridge 'vmbr9' does not exist\n", { net0: "virtio,bridge=vmbr9" }, "stopped"],
    ["MAX 16 vcpus allowed per VM on this node\n", { cores: "17" }, "stopped"],
    ["VM 101 already running\n", { start: "1" }, "running"],
    ["nobody can play it", {}, "stopped"],
  ])("does not when %s", async (problem, fields, status) => {
    const failing = problem.startsWith("nobody") ? { onBoot: () => Promise.reject(new Error(problem)) } : {};
    const standIn = await started(failing);
    await task(standIn, "POST", VM, { ...SMALL, ...fields });
    expect(await task(standIn, "POST", `${VM}/101/status/start`)).toBe(problem);
    expect((await call(standIn, "GET", `${VM}/101/status/current`)).body.data).toMatchObject({ status });
  });

  it("moves to another node with its disks, and only where they fit", async () => {
    const small = { name: "pve2", storages: [{ name: "local-lvm", type: "lvm", content: ["images"], size: "5Gi" }] } as const;
    const standIn = await started({ hosts: [{ name: "pve1" }, { name: "pve3" }, small] });
    await task(standIn, "POST", VM, { ...SMALL, start: "1" });
    expect((await call(standIn, "POST", `${VM}/101/migrate`, { target: "pve3" })).body.message).toBe("can't migrate running VM without --online\n");
    expect(await task(standIn, "POST", `${VM}/101/migrate`, { target: "pve3", online: "1" })).toBe("can't live migrate attached local disks without with-local-disks option\n");
    expect(await task(standIn, "POST", `${VM}/101/migrate`, { target: "pve2", online: "1", "with-local-disks": "1" })).toContain("insufficient free space");
    expect(await task(standIn, "POST", `${VM}/101/migrate`, { target: "pve3", online: "1", "with-local-disks": "1" })).toBe("OK");
    expect((await call(standIn, "GET", "/nodes/pve3/qemu/101/status/current")).body.data).toMatchObject({ status: "running" });
    expect((await call(standIn, "GET", `${VM}/101/config`)).body.message).toBe("Configuration file 'nodes/pve1/qemu-server/101.conf' does not exist\n");
  });

  it("runs again when the stand-in is started anew on its folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rzp-proxmox-"));
    open.push({
      close: async () => {
        await Promise.resolve();
        rmSync(folder, { recursive: true });
      },
    });
    const first = await started({ folder });
    await task(first, "POST", VM, { ...SMALL, start: "1" });
    const booted: BootedVm[] = [];
    const second = await started({ folder, onBoot: (vm) => void booted.push(vm) });
    expect(booted.map(({ name }) => name)).toEqual(["cp-0"]);
    expect((await call(second, "GET", "/cluster/resources", { type: "vm" })).body.data).toMatchObject([{ vmid: 101, status: "running" }]);
  });
});

describe("the usual faults", () => {
  it.each<[string, string, string, Record<string, string>, number | string]>([
    ["token-expired", "GET", "/cluster/resources", {}, 401],
    ["id-taken", "POST", VM, SMALL, 500],
    ["lock-timeout", "PUT", `${VM}/100/config`, { cores: "2" }, 500],
    ["disk-full", "POST", VM, SMALL, "unable to create VM - lvcreate failed: insufficient free space"],
    ["start-fails", "POST", `${VM}/100/status/start`, {}, "start failed: org.freedesktop.systemd1 timeout"],
    ["download-fails", "POST", "/nodes/pve1/storage/local/download-url", IMAGE, "download failed: 404 Not Found"],
  ])("%s", async (fault, method, path, fields, end) => {
    const standIn = await started();
    await task(standIn, "POST", VM, { ...SMALL, vmid: "100" });
    const before = structuredClone({ ...standIn.cluster, tasks: [] });
    standIn.faults.add(fault);
    expect(typeof end === "number" ? (await call(standIn, method, path, fields)).status : await task(standIn, method, path, fields)).toBe(end);
    expect({ ...standIn.cluster, tasks: [] }).toEqual(before);
  });
});
