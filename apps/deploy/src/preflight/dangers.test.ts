/**
 * The three things that the providers do wrong without a word, each done twice: by a plain run, where the calls that the real provider was seen making are played against
 * Proxmox's stand-in and the harm is there to see, and with the preflight, where the engine is never started.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LAB_SECRET } from "@rzp/lab";
import { Agent, request } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { engine } from "../commands/engine.ts";
import { APP } from "../config.ts";
import type { Verb } from "./check.ts";
import { machinesInState, makeForeign, makeThere, startLab, type Lab } from "./lab.test-helper.ts";
import { look } from "./preflight.ts";

const TRACES = join(APP, "../../../shared/facts/traces");

let lab: Lab;
const said: string[] = [];
beforeEach(async () => {
  lab = await startLab();
  said.length = 0;
  vi.stubEnv("PATH", lab.situation.environment.PATH);
  vi.stubEnv("INFISICAL_CLIENT_ID", undefined);
  vi.stubEnv("INFISICAL_CLIENT_SECRET", undefined);
  vi.spyOn(console, "error").mockImplementation((line: string) => void said.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await lab.close();
});

/** Whether the engine was started. */
async function run(verb: Verb, { plain = false } = {}): Promise<boolean> {
  const check = plain ? () => Promise.resolve([]) : ({ skipped }: { skipped: ReadonlyMap<string, string> }) => look(lab.situation, verb, skipped);
  const code = await engine(verb, "production", [], { check });
  const started = existsSync(join(lab.folder, "started"));
  expect(code).toBe(started ? 0 : 1);
  return started;
}

/** Plays what the provider was seen writing in a scenario, with this stack's host and numbers; the statuses of the answers. */
async function play(scenario: string, ids: Readonly<Record<number, number>>, secret = LAB_SECRET, method = /POST|PUT|DELETE/): Promise<number[]> {
  const text = Object.entries(ids).reduce((line, [theirs, ours]) => line.replaceAll(new RegExp(`(?<![\\d.])${theirs}(?![\\d.])`, "g"), String(ours)), readFileSync(join(TRACES, `proxmox-${scenario}.jsonl`), "utf8").replaceAll("pve1", "pve-1"));
  const calls = text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as { method: "GET" | "POST"; path: string; query: Record<string, string> | null; body: Record<string, string> | null });
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const statuses: number[] = [];
  for (const call of calls.filter((one) => method.test(one.method))) {
    const query = call.query === null ? "" : `?${new URLSearchParams(call.query).toString()}`;
    const content = call.body === null ? {} : { body: new URLSearchParams(call.body).toString() };
    const headers = { authorization: `PVEAPIToken=root@pam!lab=${secret}`, ...(call.body === null ? {} : { "content-type": "application/x-www-form-urlencoded" }) };
    const answer = await request(`${lab.proxmox.url}${call.path.replace("local:import/", "local%3Aimport%2F").replace("content/import/", "content/import%2F")}${query}`, { dispatcher, method: call.method, headers, ...content });
    await answer.body.dump();
    statuses.push(answer.statusCode);
  }
  await dispatcher.close();
  return statuses;
}

const IMAGE = { volid: "local:import/talos-v1.13.0-metal-amd64.raw", node: "pve-1", content: "import", format: "raw", size: 1_300_000_000, written: 1_300_000_000, ctime: 0 };
const written = (): string[] => lab.proxmox.calls.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);

describe.skipIf(!existsSync(TRACES))("a taken vmId (skipped where ../shared/facts/traces is missing)", () => {
  beforeEach(() => {
    makeForeign(lab, 2011, { scsi0: "local-lvm:vm-2011-disk-0,size=20G" });
    const volume = lab.proxmox.cluster.volumes.find(({ vmid }) => vmid === 2011);
    if (volume !== undefined) volume.size = 20 * 2 ** 30;
  });

  it("is adopted by a plain up, and the machine is deleted by a plain destroy", async () => {
    expect(await run("up", { plain: true })).toBe(true);
    const statuses = await play("create-vmid-taken", { 101: 2014, 102: 2011 });
    // Refused twice, and gone on with all the same.
    expect(statuses.filter((status) => status >= 400)).toEqual([500, 500]);
    expect(lab.proxmox.cluster.vms[2011]?.config).toMatchObject({ name: "nas", scsi0: expect.stringContaining("size=40G") as string });
    await play("destroy-vmid-taken", { 101: 2014, 102: 2011 });
    expect(lab.proxmox.cluster.vms[2011]).toBeUndefined();
    expect(lab.proxmox.cluster.volumes.filter(({ vmid }) => vmid === 2011)).toEqual([]);
  });

  it("is refused by the preflight, and the machine stays as it is", async () => {
    const before = structuredClone(lab.proxmox.cluster.vms[2011]);
    expect(await run("up")).toBe(false);
    expect(said.join("\n")).toMatch(/2011 \(cp-1\) is taken by "nas" on pve-1: the provider would adopt that machine/);
    expect(lab.proxmox.cluster.vms[2011]).toEqual(before);
    expect(written()).toEqual([]);
  });

  it.each(["up", "destroy"] as const)("is refused even where it was adopted before: the state alone makes no machine ours (%s)", async (verb) => {
    await play("create-vmid-taken", { 101: 2014, 102: 2011 });
    lab.tell({ resources: machinesInState(lab, ["cp-1"]), history: [{ kind: "update", result: "succeeded" }] });
    expect(await run(verb)).toBe(false);
    expect(said.join("\n")).toMatch(/2011 is "nas" on pve-1, and has neither the MAC address nor the tags of cp-1.*\n.*move that machine to another number in Proxmox/);
    expect(lab.proxmox.cluster.vms[2011]?.config.name).toBe("nas");
  });
});

describe.skipIf(!existsSync(TRACES))("a failed update (skipped where ../shared/facts/traces is missing)", () => {
  const memory = (): unknown => lab.proxmox.cluster.vms[2011]?.config.memory;
  const failed = { kind: "update", result: "failed" };
  const done = { kind: "update", result: "succeeded" };
  let failure: number[];

  beforeEach(async () => {
    makeThere(lab, "cp-1");
    Object.assign(lab.proxmox.cluster.vms[2011]?.config ?? {}, { memory: "8192" });
    lab.proxmox.faults.add("lock-timeout");
    failure = await play("update-http-500", { 101: 2011 });
    lab.proxmox.faults.clear();
    lab.tell({ resources: machinesInState(lab, ["cp-1"], { initErrors: ["can not modify VM: lock timeout"] }), history: [failed, done] });
  });

  it("is called done by a plain up, which changes nothing", async () => {
    expect(failure).toEqual([500]);
    expect(await run("up", { plain: true })).toBe(true);
    // It sends the name alone, is answered well, and the state says 9216.
    expect(await play("update-http-500-then-up", { 101: 2011 })).toEqual([200]);
    expect(memory()).toBe("8192");
  });

  it("is refused by the preflight until a refresh has followed", async () => {
    expect(await run("up")).toBe(false);
    expect(said.join("\n")).toMatch(/The up failed, and no refresh has followed it: the state may call changes done that were never made\.\n.*"\.\/rzp refresh --stack homelab"/);
    // An up that went well after it proves nothing.
    lab.tell({ resources: machinesInState(lab, ["cp-1"]), history: [done, failed] });
    expect(await run("up")).toBe(false);
    // Nor does a history that was lost, while the state still has the error.
    lab.tell({ resources: machinesInState(lab, ["cp-1"], { initErrors: ["can not modify VM: lock timeout"] }) });
    expect(await run("up")).toBe(false);
    expect(said.join("\n")).toMatch(/The last change of cp-1 failed, and the state holds what was wanted as if it were so/);
    lab.tell({ resources: machinesInState(lab, ["cp-1"]), history: [{ kind: "refresh", result: "failed" }, failed] });
    expect(await run("up")).toBe(false);
    lab.tell({ resources: machinesInState(lab, ["cp-1"]), history: [{ kind: "refresh", result: "succeeded" }, failed] });
    expect(await run("up")).toBe(true);
  });
});

describe.skipIf(!existsSync(TRACES))("a refresh with a bad token (skipped where ../shared/facts/traces is missing)", () => {
  const WRONG = LAB_SECRET.replace(/0$/, "1");

  beforeEach(() => {
    lab.proxmox.cluster.volumes.push({ ...IMAGE });
  });

  it("forgets an image that is there, and the next up stumbles over it, deletes it and gets it again", async () => {
    expect(await run("refresh", { plain: true })).toBe(true);
    // The real provider took these answers for "there is no such file": ten times asked, then dropped from the state.
    expect(new Set(await play("refresh-401", {}, WRONG, /GET/))).toEqual(new Set([401]));
    expect(lab.proxmox.cluster.volumes).toContainEqual(IMAGE);
    expect(await play("image-overwrite-unmanaged", {})).toEqual([500, 200, 200]);
    expect(lab.proxmox.cluster.volumes).not.toContainEqual(IMAGE);
    expect(lab.proxmox.cluster.tasks.map(({ type }) => type)).toEqual(["imgdel", "download"]);
  });

  it("is refused by the preflight, which reads the same list first", async () => {
    lab.situation.environment.PROXMOX_VE_API_TOKEN = `root@pam!lab=${WRONG}`;
    expect(await run("refresh")).toBe(false);
    expect(said.join("\n")).toMatch(/Proxmox at \S+ answered 401: invalid token value!\n.*PROXMOX_VE_API_TOKEN is wrong or has expired/);
  });

  it.each([
    ["answers 500 to that list", { on: "GET /nodes/*/storage/*/content", status: 500 }],
    ["is lost in the middle of it", { on: "GET /nodes/*/storage/*/content", cut: "before" as const }],
  ])("is refused as well where Proxmox %s", async (_, fault) => {
    lab.proxmox.faults.add(fault);
    expect(await run("refresh")).toBe(false);
  });

  it("is not in the way of one with a good token", async () => {
    expect(await run("refresh")).toBe(true);
  });
});

describe("a token that does not see a machine of ours", () => {
  it("is refused before a refresh drops that machine from the state", async () => {
    makeThere(lab, "cp-1");
    lab.tell({ resources: machinesInState(lab, ["cp-1"]) });
    // As Proxmox answers a token without VM.Audit: a list that is just shorter.
    const seen = lab.proxmox.cluster.vms;
    lab.proxmox.cluster.vms = new Proxy(seen, { ownKeys: () => [] });
    expect(await run("refresh")).toBe(false);
    expect(said.join("\n")).toMatch(/2011: taken in Proxmox, and the token sees no such machine\.\n.*VM\.Audit on \/vms/);
  });
});
