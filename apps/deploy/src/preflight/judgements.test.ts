import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { APP } from "../config.ts";
import { addressProblems, type AddressFacts } from "./addresses.ts";
import { judged, runChecks, Unread, type Check, type Problem } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { nameProblems } from "./cloudflare.ts";
import { versionProblems } from "./elsewhere.ts";
import { missingSecrets } from "./infisical.ts";
import { machineProblems, shrinkingDisks, type MachineFacts } from "./machines.ts";
import { hostProblems, missingRights, neededRights, storageProblems, type StorageFacts } from "./places.ts";
import type { ActualMachine, Storages } from "./proxmox.ts";
import type { Reads } from "./reads.ts";
import { linesOf, toJson } from "./report.ts";
import { EXPORT, failedRuns, stateOf, type EngineState } from "./state.ts";
import { TYPES, type Image, type Machine } from "./wanted.ts";

const GIB = 2 ** 30;
const machine = (more: Partial<Machine> = {}): Machine => ({ urn: "urn:cp-1", aliases: [], vmId: 2011, name: "cp-1", node: "pve-1", macs: ["AA:BB:CC:00:00:01"], tags: ["homelab", "talos"], address: "10.0.20.11", disks: [{ slot: "scsi0", datastore: "local-lvm", bytes: 40 * GIB }], ...more });
const actual = (more: Partial<ActualMachine> = {}): ActualMachine => ({ vmId: 2011, name: "cp-1", node: "pve-1", tags: ["talos", "homelab"], macs: ["AA:BB:CC:00:00:01"], addresses: [], disks: { scsi0: 40 * GIB }, ...more });
const words = (problems: readonly Problem[]): string[] => problems.map(({ problem }) => problem);

describe("machines", () => {
  const found = (facts: Partial<MachineFacts>): string[] => words(machineProblems({ wanted: [machine()], state: { machines: [] }, actual: [], stack: "s", ...facts }));
  const known = { machines: [machine()] };
  const foreign = { name: "nas", macs: ["52:54:00:00:00:01"], tags: [] };

  it.each<[string, Partial<MachineFacts>]>([
    ["a free number", {}],
    ["ours as it was made", { state: known, actual: [actual()] }],
    ["ours with a card that somebody changed by hand", { state: known, actual: [actual({ macs: ["52:54:00:00:00:01"] })] }],
    ["ours that is renamed in the stack: another card, the same tags", { state: known, wanted: [machine({ name: "cp-one", macs: ["AA:BB:CC:00:00:09"] })], actual: [actual()] }],
    ["ours with a new role: other tags, the same card", { state: known, wanted: [machine({ tags: ["worker"] })], actual: [actual()] }],
    ["ours under the number that it had before: it is replaced", { state: known, wanted: [machine({ vmId: 2031 })], actual: [actual()] }],
    ["somebody else's that has nothing of ours", { actual: [actual({ ...foreign, vmId: 300 })] }],
    ["ours that is no longer wanted", { state: known, wanted: [], actual: [actual()] }],
  ])("are let pass: %s", (_, facts) => {
    expect(found(facts)).toEqual([]);
  });

  it.each<[string, Partial<MachineFacts>, RegExp]>([
    ["a taken number", { actual: [actual(foreign)] }, /^2011 \(cp-1\) is taken by "nas" on pve-1/],
    ["one that looks like ours, without the state's word", { actual: [actual()] }, /looks like ours, but the state does not know it/],
    ["one that the state knows, without our mark", { state: known, actual: [actual(foreign)] }, /^2011 is "nas" on pve-1, and has neither/],
    ["one that is about to be deleted, without our mark", { state: known, wanted: [], actual: [actual(foreign)] }, /^2011 is "nas" on pve-1, and has neither/],
    ["one that is gone", { state: known }, /^cp-1 \(2011\) is gone from Proxmox/],
    ["a new number that is taken", { state: known, wanted: [machine({ vmId: 300 })], actual: [actual(), actual({ ...foreign, vmId: 300 })] }, /^300 \(cp-1\) is taken by "nas"/],
    ["our card in another machine", { actual: [actual({ ...foreign, vmId: 300, macs: ["AA:BB:CC:00:00:01"] })] }, /shares the MAC address AA:BB:CC:00:00:01 with 300/],
    ["our name on another machine", { actual: [actual({ ...foreign, vmId: 300, name: "cp-1" })] }, /shares its name with 300/],
  ])("are refused: %s", (_, facts, expected) => {
    expect(found(facts)).toEqual([expect.stringMatching(expected)]);
  });

  it("without the state are refused where they are another's, and open where they look like ours", () => {
    const facts = { wanted: [machine()], state: undefined, stack: "s" };
    expect(machineProblems({ ...facts, actual: [actual()] })).toMatchObject([{ unsure: true }]);
    expect(machineProblems({ ...facts, actual: [actual(foreign)] })).not.toMatchObject([{ unsure: true }]);
  });

  it("without any mark of ours are never taken for ours", () => {
    expect(found({ state: { machines: [machine({ macs: [], tags: [] })] }, wanted: [machine({ macs: [], tags: [] })], actual: [actual()] })).toHaveLength(1);
  });

  it("are given the next number that neither Proxmox nor the stack has", () => {
    const [problem] = machineProblems({ wanted: [machine(), machine({ urn: "b", vmId: 2012, name: "cp-2", macs: ["b"] })], state: { machines: [] }, actual: [actual(foreign), actual({ ...foreign, vmId: 2013 })], stack: "s" });
    expect(problem?.remedy).toContain("2014 is free");
  });

  it.each([
    [40, 40, 0],
    [40, 60, 1],
    [40, 20, 0],
  ])("keep their disks: wanted %iGi, there %iGi", (wanted, there, problems) => {
    const facts = { wanted: [machine({ disks: [{ slot: "scsi0", datastore: "d", bytes: wanted * GIB }] })], actual: [actual({ disks: { scsi0: there * GIB } })], stack: "s" };
    expect(shrinkingDisks(facts)).toHaveLength(problems);
  });
});

describe("rights", () => {
  const needed = neededRights({ machines: [machine()], images: [{ urn: "i", aliases: [], node: "pve-1", datastore: "local", version: "v1" }] }, ["vmbr0/20"]);
  const all = Object.fromEntries(needed.flatMap(([, privileges]) => privileges).map((privilege) => [privilege, 1]));

  it.each<[string, Record<string, Record<string, number>>, string[]]>([
    ["everything on /", { "/": all }, []],
    ["nothing", {}, needed.map(([path]) => path)],
    ["everything on /, and not below it", { "/": Object.fromEntries(Object.keys(all).map((name) => [name, 0])) }, needed.slice(1).map(([path]) => path)],
    ["a path of its own that takes everything away", { "/": all, "/vms": {} }, ["/vms/2011"]],
    ["a path of its own that gives it again, there alone", { "/": all, "/vms": {}, "/vms/2011": Object.fromEntries(Object.keys(all).map((name) => [name, 0])) }, []],
  ])("are there with %s", (_, permissions, lacking) => {
    const [problem] = missingRights({ permissions, needed });
    expect(needed.map(([path]) => path).filter((path) => new RegExp(`on (.*, )?${path}[,;.]`).test(problem?.problem ?? ""))).toEqual(lacking);
  });

  it("are those of the role that the runbook makes", () => {
    const role = /pveum role add rzp --privs "([^"]+)"/.exec(readFileSync(join(APP, "../../bootstrap/argocd/README.md"), "utf8"))?.[1]?.split(",") ?? [];
    expect(role).toEqual(expect.arrayContaining(Object.keys(all)));
    // These are asked for by calls that a homelab may never make.
    expect(role.filter((privilege) => !(privilege in all))).toEqual(["Pool.Audit", "VM.GuestAgent.Audit"]);
  });
});

describe("hosts", () => {
  const facts = { version: "9.1.3", nodes: [{ node: "pve-1", status: "online" }], wanted: ["pve-1"], hidden: [], stack: "s" };

  it.each([
    [facts, []],
    [{ ...facts, version: "8.4.1" }, []],
    [{ ...facts, version: "8.3.9" }, [expect.stringMatching(/^Proxmox VE 8\.3\.9 cannot import images: 8\.4/)]],
    [{ ...facts, nodes: [{ node: "pve-1", status: "offline" }] }, ["The host pve-1 is offline."]],
    [{ ...facts, wanted: ["pve-2"] }, ["There is no host pve-2 in this Proxmox cluster; there are pve-1."]],
    [{ ...facts, hidden: [2011] }, ["2011: taken in Proxmox, and the token sees no such machine."]],
  ])("are judged (%#)", (given, expected) => {
    expect(words(hostProblems(given))).toEqual(expected);
  });
});

describe("storages", () => {
  const storage = (more: Partial<Storages[number]> = {}): Storages[number] => ({ storage: "local-lvm", type: "lvm", content: "images,import", active: 1, enabled: 1, avail: 100 * GIB, ...more });
  const image: Image = { urn: "i", aliases: [], node: "pve-1", datastore: "local-lvm", version: "v1.13.9" };
  const found = (more: Partial<StorageFacts>, storages: Record<string, Storages> = { "pve-1": [storage()] }): string[] => words(storageProblems({ wanted: { machines: [machine()], images: [] }, state: { machines: [], images: [] }, actual: [], storages, ...more }));
  const two = { machines: [machine(), machine({ urn: "b", vmId: 2012, name: "cp-2", node: "pve-2" })], images: [] };

  it.each<[string, string[], string[]]>([
    ["with room", found({}), []],
    ["that is not there", found({}, { "pve-1": [] }), ["There is no storage local-lvm on pve-1."]],
    ["that is not active", found({}, { "pve-1": [storage({ active: 0 })] }), ["The storage local-lvm on pve-1 is not active."]],
    ["that takes no disks", found({}, { "pve-1": [storage({ content: "iso" })] }), ["The storage local-lvm on pve-1 takes no content of type images."]],
    ["that is full", found({}, { "pve-1": [storage({ avail: 39 * GIB })] }), ["The storage local-lvm on pve-1 has 39Gi free, and scsi0 of cp-1 will take up to 40.1Gi."]],
    ["that is full, for a machine that is there", found({ actual: [actual()] }, { "pve-1": [storage({ avail: 0 })] }), []],
    ["that is full, for a disk that grows", found({ actual: [actual({ disks: { scsi0: 30 * GIB } })] }, { "pve-1": [storage({ avail: 5 * GIB })] }), ["The storage local-lvm on pve-1 has 5Gi free, and scsi0 of cp-1 will take up to 10Gi."]],
    ["of each host, each with its own room", found({ wanted: two }, { "pve-1": [storage({ avail: 50 * GIB })], "pve-2": [storage({ avail: 50 * GIB })] }), []],
    ["that all hosts share", found({ wanted: two }, { "pve-1": [storage({ avail: 50 * GIB, shared: 1 })], "pve-2": [storage({ avail: 50 * GIB, shared: 1 })] }), ["The storage local-lvm has 50Gi free, and scsi0 of cp-1, scsi0 of cp-2 will take up to 80.3Gi."]],
    ["without room for an image", found({ wanted: { machines: [], images: [image] } }, { "pve-1": [storage({ avail: GIB })] }), ["The storage local-lvm on pve-1 has 1Gi free, and Talos' image will take up to 2Gi."]],
    ["without room for an image that is there", found({ wanted: { machines: [], images: [image] }, state: { machines: [], images: [image] } }, { "pve-1": [storage({ avail: 0 })] }), []],
    ["without room for the next version's image", found({ wanted: { machines: [], images: [image] }, state: { machines: [], images: [{ ...image, version: "v1.13.8" }] } }, { "pve-1": [storage({ avail: 0 })] }), [expect.stringContaining("Talos' image") as string]],
  ])("%s", (_, problems, expected) => {
    expect(problems).toEqual(expected);
  });
});

describe("the engine's state", () => {
  const state = (more: Partial<EngineState> = {}): EngineState => ({ machines: [], images: [], configurations: [], resources: [{ urn: "u", type: "t", id: "" }], broken: [], pending: [], ...more });
  const runs = (...history: string[]): { kind: string; result: string }[] => history.map((run) => ({ kind: run.split(" ")[0] ?? "", result: run.split(" ")[1] ?? "succeeded" }));

  it.each<[string[], number]>([
    [[], 0],
    [["update"], 0],
    [["update failed"], 1],
    [["update", "update failed"], 1],
    [["refresh", "update failed"], 0],
    [["update", "refresh", "update failed"], 0],
    [["refresh failed", "update failed"], 1],
    [["refresh failed"], 1],
    [["update failed", "refresh"], 1],
    [["destroy failed"], 1],
    [["preview failed"], 0],
    [["update in-progress"], 1],
    [["import", "resource-import"], 0],
  ])("after %j (newest first) is known to be right or not", (history, problems) => {
    expect(failedRuns({ history: runs(...history), state: state(), stack: "s" })).toHaveLength(problems);
  });

  it.each([
    ["of one machine", { "pulumi.flag.target": "set" }, 1],
    ["of all but one", { "pulumi.flag.exclude": "set" }, 1],
    ["that only looks", { "pulumi.flag.preview-only": "true" }, 1],
    ["of everything", { "pulumi.flag.yes": "true", "pulumi.flag.stack": "set" }, 0],
  ])("after a failed up and a refresh %s", (_, environment, problems) => {
    const history = [{ kind: "refresh", result: "succeeded", environment }, ...runs("update failed")];
    expect(failedRuns({ history, state: state(), stack: "s" })).toHaveLength(problems);
  });

  it("with nothing in it needs no refresh", () => {
    expect(failedRuns({ history: runs("update failed"), state: state({ resources: [] }), stack: "s" })).toEqual([]);
  });

  it("is read from an export, the id before the input", () => {
    const inputs = { vmId: 1, name: "cp-1", nodeName: "pve-1", networkDevices: [{ macAddress: "aa:bb:cc:00:00:01" }], tags: ["talos"], initialization: { ipConfigs: [{ ipv4: { address: "10.0.20.11/24" } }] }, disks: [{ interface: "scsi0", datastoreId: "d", size: 40 }] };
    const resources = [
      { urn: "urn:p", type: TYPES.imageOf, inputs: { version: "v1.13.9" } },
      { urn: "urn:f", type: TYPES.image, parent: "urn:p", inputs: { nodeName: "pve-1", datastoreId: "local" } },
      { urn: "urn:pulumi:s::h::x::cp-1", type: TYPES.machine, id: "2011", inputs, initErrors: ["no"] },
    ];
    const read = stateOf(EXPORT.parse({ version: 3, deployment: { resources, pending_operations: [{ type: "creating", resource: { urn: "urn:x", type: "t" } }] } }));
    expect(read.machines).toEqual([{ urn: "urn:pulumi:s::h::x::cp-1", aliases: [], vmId: 2011, name: "cp-1", node: "pve-1", macs: ["AA:BB:CC:00:00:01"], tags: ["talos"], address: "10.0.20.11", disks: [{ slot: "scsi0", datastore: "d", bytes: 40 * GIB }] }]);
    expect(read.images).toEqual([{ urn: "urn:f", aliases: [], node: "pve-1", datastore: "local", version: "v1.13.9" }]);
    expect(read).toMatchObject({ broken: ["urn:pulumi:s::h::x::cp-1"], pending: [{ type: "creating", urn: "urn:x" }] });
    expect(stateOf(EXPORT.parse({ version: 3, deployment: null }))).toMatchObject({ machines: [], resources: [], pending: [] });
  });
});

describe("names", () => {
  const record = { urn: "urn:r", aliases: ["urn:old"], name: "a.example.com" };
  const tunnel = { urn: "urn:t", aliases: [], name: "homelab" };
  const found = (known: { urn: string; type?: string; id?: string }[] | undefined, records: { name: string; type: string }[], tunnels: { id: string; name: string; deleted_at?: string | null }[]): string[] =>
    words(nameProblems({ wanted: { records: [record], tunnels: [tunnel] }, state: known === undefined ? undefined : { resources: known.map(({ urn, type = "", id = "" }) => ({ urn, type, id })) }, records, tunnels, stack: "s" }));

  it.each<[string, string[], string[]]>([
    ["are free", found([], [], []), []],
    ["are ours", found([{ urn: "urn:r" }, { urn: "urn:t", type: TYPES.tunnel, id: "1" }], [{ name: "a.example.com", type: "A" }], [{ id: "1", name: "homelab", deleted_at: null }]), []],
    ["are ours by a former name", found([{ urn: "urn:old" }], [{ name: "a.example.com", type: "A" }], []), []],
    ["are in nobody's way: a text", found([], [{ name: "a.example.com", type: "TXT" }], []), []],
    ["are taken", found([], [{ name: "a.example.com", type: "CNAME" }], [{ id: "9", name: "homelab" }]), [expect.stringMatching(/^a\.example\.com has a record already/) as string, 'There is a tunnel "homelab" already.']],
    ["are free again: the tunnel was deleted", found([], [], [{ id: "9", name: "homelab", deleted_at: "2026-01-01" }]), []],
    ["are lost: our tunnel was deleted, and no refresh notices", found([{ urn: "urn:t", type: TYPES.tunnel, id: "1" }], [], [{ id: "1", name: "homelab", deleted_at: "2026-01-01" }]), [expect.stringMatching(/^The tunnel of the state was deleted in Cloudflare/) as string]],
  ])("%s", (_, problems, expected) => {
    expect(problems).toEqual(expected);
  });
});

describe("versions", () => {
  const node = (kubernetes: string, talos = "v1.13.9"): { name: string; kubernetes: string; talos: string } => ({ name: "cp-1", kubernetes, talos });
  const wanted = { talos: "v1.13.9", kubernetes: "v1.36.3", secretsFrom: "v1.13.0" };

  it.each([
    [[], []],
    [[node("v1.36.3")], []],
    [[node("v1.35.0")], []],
    [[node("v1.34.9")], [expect.stringMatching(/more than one minor version ahead of cp-1 \(v1\.34\.9\)/)]],
    [[node("v1.37.0")], [expect.stringMatching(/is older than on cp-1 \(v1\.37\.0\)/)]],
    [[node("v1.35.0", "v1.12.4")], ["Kubernetes v1.36.3 does not run on the Talos of cp-1 (v1.12.4)."]],
    [[node("v1.36.0", "")], []],
    [[node("kwok-v0.7.0", "")], []],
  ])("of what runs fit what is wanted (%#)", (running, expected) => {
    expect(words(versionProblems({ wanted, running, stack: "s" }))).toEqual(expected);
  });
});

describe("addresses", () => {
  const own = machine();
  const facts: AddressFacts = { fixed: [{ address: "10.0.20.11", of: "cp-1", machine: own }, { address: "10.0.20.10", of: "the Kubernetes API" }], state: { machines: [] }, started: false, actual: [], answering: [], stack: "s" };

  it.each<[Partial<AddressFacts>, (string | RegExp)[]]>([
    [{}, []],
    [{ answering: ["10.0.20.11", "10.0.20.10"] }, [/^Somebody answers at 10\.0\.20\.11, which cp-1 is to get/, /^Somebody answers at 10\.0\.20\.10, which the Kubernetes API is to get/]],
    [{ answering: ["10.0.20.11", "10.0.20.10"], state: { machines: [own] }, started: true }, []],
    [{ answering: ["10.0.20.10"], state: { machines: [own] }, started: false }, [/10\.0\.20\.10/]],
    [{ actual: [actual({ addresses: ["10.0.20.11"] })] }, []],
    [{ actual: [actual({ vmId: 300, name: "nas", addresses: ["10.0.20.11"] })], state: { machines: [own] }, started: true }, [/^10\.0\.20\.11 \(cp-1\) is the address of 300 \("nas" on pve-1\)/]],
  ])("are free or ours (%#)", (more, expected) => {
    expect(words(addressProblems({ ...facts, ...more }))).toEqual(expected.map((one) => expect.stringMatching(one) as string));
  });
});

it("secrets are missed by folder, with who reads them", () => {
  const read = [
    { remote: "/apps/a/X", service: "a" },
    { remote: "/apps/a/Y", service: "a" },
    { remote: "/apps/a/X", service: "b" },
    { remote: "/TZ", service: "c" },
  ];
  expect(words(missingSecrets({ read, present: new Map([["/apps/a", ["Z"]]]) }))).toEqual(["/apps/a in Infisical lacks X, Y, which a, b read.", "/ in Infisical lacks TZ, which c reads."]);
  expect(missingSecrets({ read, present: new Map([["/apps/a", ["X", "Y"]], ["/", ["TZ"]]]) })).toEqual([]);
});

it("every check stands on the page about them, with what it holds and whether it can be skipped", () => {
  const page = readFileSync(join(APP, "../../docs/operations/runbooks/preflight.md"), "utf8");
  const rows = CHECKS.map(({ name, holds, before, dangerous }) => `| \`${name}\` | ${holds} | ${before.join(", ")} | ${dangerous === true ? "never" : "yes"} |`);
  expect(page.split("\n").filter((line) => line.startsWith("| `"))).toEqual(rows);
});

describe("a run of checks", () => {
  const reads = {} as Reads;
  const check = (name: string, problems: Check["problems"]): Check => ({ name, holds: `${name} holds`, before: ["up"], problems });
  const bad = { problem: "It is wrong.", remedy: "Mend it." };

  it("tells well, wrong, skipped and not looked at apart", async () => {
    const never = vi.fn(() => Promise.resolve([bad]));
    const unread = (): Promise<never> => Promise.reject(new Unread("b", "No answer.", "Ask again."));
    const checks = [check("a", () => Promise.resolve([])), check("b", unread), check("c", unread), check("d", () => Promise.resolve([bad])), check("e", () => Promise.resolve([{ ...bad, unsure: true }])), check("f", never)];
    const outcomes = await runChecks(checks, reads, new Map([["f", "because"]]));
    expect(outcomes.map(({ name, status, reason }) => [name, status, reason])).toEqual([
      ["a", "ok", undefined],
      ["b", "failed", undefined],
      ["c", "open", 'not looked at: it needs "b"'],
      ["d", "failed", undefined],
      ["e", "open", undefined],
      ["f", "skipped", "because"],
    ]);
    expect(never).not.toHaveBeenCalled();
    expect(linesOf(outcomes).at(-1)).toBe("preflight: 1 of 6 checks ok, 2 failed, 2 open, 1 skipped");
    expect(linesOf(outcomes, { quiet: true }).join("\n")).not.toContain("a holds");
    expect(linesOf(outcomes).join("\n")).toMatch(/FAILED.*d {2}d holds\n {9}It is wrong\.\n {11}Mend it\./);
    expect(JSON.parse(toJson("s", "up", outcomes))).toMatchObject({ version: 1, stack: "s", before: "up", checks: [{ name: "a", status: "ok" }, {}, {}, { problems: [bad] }, {}, { reason: "because" }] });
  });

  it("gives up on one that does not end, and on no other", async () => {
    const endless = check("a", () => new Promise(() => undefined));
    const outcomes = await runChecks([endless, check("b", () => Promise.resolve([]))], reads, new Map(), 10);
    expect(outcomes).toMatchObject([{ status: "failed", problems: [{ problem: "Nothing was known after 0.01 s." }] }, { status: "ok" }]);
  });

  it("does not take a fault of ours for an answer", async () => {
    await expect(runChecks([check("a", () => Promise.reject(new TypeError("x is not a function")))], reads, new Map())).rejects.toThrow(TypeError);
  });

  it("reads once, and judges what was read", async () => {
    expect(await judged(() => Promise.resolve(3), (count) => Array.from({ length: count }, () => bad))(reads)).toHaveLength(3);
  });
});
