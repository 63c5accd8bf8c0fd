import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatRecording, recordingToJson, recordProgram, RecordingError, Secret, UNKNOWN, type RecordedResource, type Recording, type RecordingJson, type RecordOptions } from "./index.ts"; // prettier-ignore

const scratch = mkdtempSync(join(tmpdir(), "rzp-plan-"));
const fixture = (name: string): string => join(import.meta.dirname, "__fixtures__", name);
const run = (name: string, options: Partial<RecordOptions> = {}): Promise<Recording> =>
  recordProgram({ program: fixture(name), stack: "production", compileCache: join(scratch, "cache"), timeoutMs: 60_000, ...options });
const urn = (rest: string): string => `urn:pulumi:production::homelab::${rest}`;

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe("a homelab", () => {
  const options: Partial<RecordOptions> = {
    config: { nodes: '["cp-1","cp-2"]', "homelab:token": "s3cr3t-t0ken" },
    secretKeys: ["token"],
    answers: { invokes: { "talos:imageFactory/getUrls:getUrls": ({ talosVersion }) => ({ urls: { installer: `factory/${talosVersion as string}` } }) } },
  };
  const progress: { resources: number; last: string }[] = [];
  let recording: Recording;
  let again: Recording;
  let applied: Recording;

  beforeAll(async () => {
    [recording, again, applied] = await Promise.all([
      run("homelab", { ...options, onProgress: (step) => progress.push(step) }),
      run("homelab", options),
      run("homelab", {
        ...options,
        answers: {
          resources: {
            "random:index/randomPassword:RandomPassword": ({ name, inputs }) => ({ id: `${name}-of-${inputs.length as number}`, outputs: { result: new Secret("generated") } }),
            "talos:machine/secrets:Secrets": () => ({ id: "machine_secrets", outputs: { result: new Secret({ token: "a" }) } }),
          },
          invokes: { "talos:machine/getConfiguration:getConfiguration": ({ machineSecrets }) => ({ machineConfiguration: `token=${(machineSecrets as { token: string }).token}` }) },
        },
      }),
    ]);
  }, 60_000);

  const find = (name: string, from = recording): RecordedResource => {
    const found = from.resources.find((resource) => resource.name === name);
    if (found === undefined) throw new Error(`${name} is not among ${from.resources.map((resource) => resource.name).join(", ")}`);
    return found;
  };

  it("is the same, byte for byte, every time", () => {
    expect(recordingToJson(again)).toBe(recordingToJson(recording));
    expect(formatRecording(again, { full: true })).toBe(formatRecording(recording, { full: true }));
  });

  it("has parents before children, and children by name with numbers as numbers", () => {
    const names = recording.resources.map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(["homelab-production", "apply", "cp-1", "cp-1-image", "cp-1-vm"]);
    expect(names.indexOf("w-2")).toBeLessThan(names.indexOf("w-10"));
    const seen = new Set<string | undefined>([undefined]);
    for (const { urn: own, parent } of recording.resources) {
      expect(seen).toContain(parent);
      seen.add(own);
    }
  });

  it("makes URNs of the types of all parents but the stack", () => {
    expect(find("homelab-production").urn).toBe(urn("pulumi:pulumi:Stack::homelab-production"));
    expect(find("cp-1-vm")).toMatchObject({ urn: urn("rzp:proxmox:ProxmoxVm$proxmoxve:VM/virtualMachine:VirtualMachine::cp-1-vm"), parent: urn("rzp:proxmox:ProxmoxVm::cp-1"), custom: true });
    expect(find("cp-1")).toMatchObject({ parent: urn("pulumi:pulumi:Stack::homelab-production"), custom: false, provider: undefined });
  });

  it("hands protect and providers of a component down to its children", () => {
    const pve = urn("pulumi:providers:proxmoxve::pve");
    expect(find("cp-1").providers).toEqual({ proxmoxve: pve });
    expect(find("cp-1-vm")).toMatchObject({ protect: true, provider: { package: "proxmoxve", urn: pve, name: "pve", default: false } });
    expect(find("loose-vm")).toMatchObject({ protect: false, retainOnDelete: true, deletedWith: pve, provider: { name: "pve" } });
    expect(find("eso")).toMatchObject({ protect: false, provider: { name: "default_4_34_2", version: "4.34.2", default: true } });
    expect(find("pve").provider).toBeUndefined();
  });

  it("keeps every option that mocks hide", () => {
    expect(find("cp-1-vm")).toMatchObject({
      ignoreChanges: ["disks[0].fileId"],
      replaceOnChanges: ["node"],
      deleteBeforeReplace: true,
      additionalSecretOutputs: ["result"],
      customTimeouts: { create: "10m" },
      version: "8.6.0",
      retainOnDelete: false,
    });
    expect(find("cp-1-image")).toMatchObject({ retainOnDelete: true, deleteBeforeReplace: undefined });
    expect(find("apply").deletedWith).toBe(urn("talos:machine/secrets:Secrets::talos"));
    expect(find("imported")).toMatchObject({ importId: "record-id", read: false });
    expect(find("zone")).toMatchObject({ importId: "zone-id", read: true });
    expect(find("organization/network/production")).toMatchObject({ type: "pulumi:pulumi:StackReference", read: true, provider: undefined });
  });

  it("follows aliases, those of a renamed parent included", () => {
    expect(find("cp-1-image").aliases).toEqual([urn("rzp:proxmox:ProxmoxVm$proxmoxve:Download/file:File::old-cp-1-image")]);
    expect(find("cp-1-vm").aliases).toEqual(
      expect.arrayContaining([
        urn("rzp:proxmox:ProxmoxVm$proxmoxve:VM/virtualMachine:VirtualMachine::cp-1-machine"),
        urn("rzp:proxmox:ProxmoxVm$proxmoxve:VM/old:Old::cp-1-vm"),
        urn("proxmoxve:VM/virtualMachine:VirtualMachine::cp-1-vm"),
        urn("rzp:proxmox:ProxmoxVm$proxmoxve:VM/virtualMachine:VirtualMachine::old-cp-1-vm"),
      ]),
    );
  });

  it("knows what comes after what, and because of which input", () => {
    const image = urn("rzp:proxmox:ProxmoxVm$proxmoxve:Download/file:File::cp-1-image");
    expect(find("cp-1-vm")).toMatchObject({ dependencies: [image], propertyDependencies: { disks: [image] } });
    expect(find("loose").dependencies).toContain(find("cp-2-vm").urn);
    expect(find("loose").propertyDependencies).toEqual({});
  });

  it("marks what is secret, unknown, an asset or a resource", () => {
    expect(find("eso").inputs).toEqual({ metadata: { name: "eso" }, stringData: { token: new Secret("s3cr3t-t0ken") } });
    expect((find("pve").inputs.apiToken as Secret).reveal()).toBe("s3cr3t-t0ken");
    expect(find("apply").inputs).toMatchObject({ machineConfigurationInput: UNKNOWN, versions: UNKNOWN, installer: "factory/v1.13.0", nested: { deep: [{ password: new Secret("correct-horse-battery") }] } });
    expect(JSON.parse(JSON.stringify(find("apply").inputs))).toMatchObject({ file: "[asset text]", archive: "[archive of a.txt]", machine: `[resource ${find("loose").urn}]` });
    expect(find("cp-1").outputs).toEqual({ node: "pve-1", token: new Secret("s3cr3t-t0ken"), vm: UNKNOWN });
    expect(recording.stackOutputs).toMatchObject({ endpoint: "https://10.0.0.5:6443", ip: UNKNOWN });
  });

  it("masks a secret that the program took the mark off", () => {
    expect(find("apply").inputs.byHand).toBe("Bearer [secret]");
    expect(recording.logs).toEqual([
      { severity: "warning", message: "the token is [secret]", urn: find("loose").urn, source: "log" },
      { severity: "info", message: "printed by the program", urn: undefined, source: "stdout" },
      { severity: "info", message: "(node) Warning: old", urn: undefined, source: "stderr" },
      { severity: "info", message: expect.stringContaining("--trace-warnings") as string, urn: undefined, source: "stderr" },
    ]);
  });

  it("asks no function whose arguments are unknown, and says which went without an answer", () => {
    expect(recording.invokes.map(({ token, answered }) => [token, answered])).toEqual([
      ["talos:imageFactory/getUrls:getUrls", true],
      ["talos:imageFactory/getVersions:getVersions", false],
    ]);
    expect(JSON.stringify(recording.invokes[0]?.args)).toBe('{"talosVersion":"[secret]"}');
  });

  it("lets an apply run where its value is known, as a preview does", () => {
    expect(find("in-apply").inputs).toEqual({ value: "known" });
    expect(() => find("unknown-in-preview")).toThrow("unknown-in-preview is not among");
  });

  it("goes further where answers make ids and outputs known", () => {
    expect(find("unknown-in-preview", applied).inputs).toEqual({ made: "password-of-20" });
    const configuration = find("apply", applied).inputs.machineConfigurationInput;
    expect(configuration).toBeInstanceOf(Secret);
    expect((configuration as Secret).reveal()).toBe("token=a");
  });

  it("tells how far it is", () => {
    expect(progress.at(-1)?.resources).toBe(recording.resources.length);
    expect(progress[0]?.last).toBe(find("homelab-production").urn);
  });

  it("writes JSON that leaves out what says nothing", () => {
    const json = JSON.parse(recordingToJson(recording)) as RecordingJson;
    expect(json).toMatchObject({ version: 1, recordedBy: "monitor", project: "homelab", stack: "production" });
    expect(json.resources.find(({ name }) => name === "w-2")).toEqual({
      urn: urn("kubernetes:core/v1:ConfigMap::w-2"),
      type: "kubernetes:core/v1:ConfigMap",
      name: "w-2",
      parent: urn("pulumi:pulumi:Stack::homelab-production"),
      custom: true,
      provider: { package: "kubernetes", urn: urn("pulumi:providers:kubernetes::default_4_34_2"), name: "default_4_34_2", version: "4.34.2", default: true },
      inputs: { data: {} },
      version: "4.34.2",
    });
  });
});

describe("secrets", () => {
  // One process for many values: starting one is what costs.
  const planted = (text: string): string => `s3cr3t:${text}`;
  const leaf = fc.string({ minLength: 3, unit: "grapheme" }).map(planted);
  const nested = fc.oneof(leaf, fc.array(leaf, { minLength: 1, maxLength: 2 }), fc.record({ password: leaf, more: fc.array(leaf, { maxLength: 2 }) }));
  const values = fc.sample(nested, { numRuns: 40, seed: 7 });
  const options = { config: { values: JSON.stringify(values), password: "s3cr3t:from-config" }, secretKeys: ["password", "values"] };

  it.concurrent("never show: not in the tree, not in JSON, not in an inspection", async () => {
    const recording = await run("secrets", options);
    expect(recording.resources).toHaveLength(41);
    expect(recording.logs.length).toBeGreaterThan(10);
    for (const text of [formatRecording(recording), formatRecording(recording, { full: true, color: true, width: 500 }), recordingToJson(recording), inspect(recording, { depth: 99, showHidden: true })]) {
      expect(text).toContain("[secret]");
      expect(text).not.toContain("s3cr3t:");
    }
  });

  it.concurrent("never show in an error either", async () => {
    const error = await failure(run("secrets", { ...options, environment: { FAIL: "1" } }));
    expect(error.message).toContain("failed with [secret]");
    expect(inspect(error)).not.toContain("s3cr3t:");
  });
});

describe("an up with answers that make things", () => {
  const machine = ({ inputs }: { inputs: Record<string, unknown> }): { id: string; outputs: { result: string } } => ({
    id: `machine-of-${String(inputs.disk)}`,
    outputs: { result: `booted with ${String(inputs.key)} from ${String(inputs.url)}` },
  });
  const answers = {
    complete: true,
    invokes: { "demo:index:urls": ({ disk }: Record<string, unknown>) => ({ url: `https://factory.example.com/${String(disk)}` }) },
    resources: { "demo:index:Disk": () => Promise.resolve({ id: "disk-1", outputs: { result: "made-key" } }), "demo:index:Machine": machine },
  };

  it.concurrent("runs to its end with real values, in the order of dependencies, and not as a preview", async () => {
    const order: string[] = [];
    const slow = async (): Promise<{ id: string; outputs: { result: string } }> => {
      order.push("disk");
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push("disk is there");
      return answers.resources["demo:index:Disk"]();
    };
    const after: typeof machine = (asked) => {
      order.push("machine");
      return machine(asked);
    };
    const { stackOutputs } = await run("up", { answers: { ...answers, resources: { "demo:index:Disk": slow, "demo:index:Machine": after } } });
    expect(stackOutputs).toMatchObject({ machine: "machine-of-disk-1", dryRun: false });
    expect((stackOutputs.result as Secret).reveal()).toBe("booted with made-key from https://factory.example.com/disk-1");
    expect(order).toEqual(["disk", "disk is there", "machine"]);
  });

  it.concurrent.each([
    ["a type that nobody makes", answers, 'demo:index:Strange "third": there is nothing here that stands in for its provider.'],
    ["a function that nobody answers", { ...answers, invokes: {} }, "demo:index:urls: there is nothing here that stands in for its provider."],
    ["an answer that fails", { ...answers, resources: { "demo:index:Disk": () => Promise.reject(new Error("507 disk full")) } }, 'demo:index:Disk "first": 507 disk full'],
  ])("fails at once with %s", async (_, given, message) => {
    expect((await failure(run("up", { answers: given, environment: { MORE: "1" } }))).message).toBe(message);
  });
});

describe("a program that goes wrong", () => {
  const fails = (fault: string, more: Partial<RecordOptions> = {}): Promise<RecordingError> =>
    failure(run("broken", { config: { hidden: "s3cr3t-t0ken" }, secretKeys: ["hidden"], environment: { FAULT: fault }, ...more }));

  it.concurrent.each([
    ["mistake", "program", 'ProxmoxVm "cp-1": disks[0].size is 4Gi. Talos needs at least 10Gi.'],
    ["bug", "program", "The program failed: TypeError: no such thing: it was [secret]\n    at Object.bug (index.js:26:11)\n    at index.js:75:47"],
    ["thrownInApply", "program", "The program failed: thrown in an apply with [secret]\n    at index.js:30:13"],
    ["thrownText", "program", "The program failed: a text and [secret]"],
    ["duplicate", "program", "Duplicate resource URN 'urn:pulumi:production::broken::demo:index:Thing::first'; try giving it a unique name"],
    ["exit", "crash", "The program's process ended with exit code 7.\ngiving up on [secret]"],
    ["killed", "crash", "The program's process ended with signal SIGKILL."],
    ["logged", "program", "logged [secret]"],
    ["transform", "program", "The program uses transforms, which the recording monitor does not serve; only the real engine does."],
    ["construct", "program", 'demo:index:Remote "remote" is a component that its provider\'s plugin makes; the recording monitor runs no plugins, only the real engine does.'],
    ["missing", "program", "Missing required configuration variable 'broken:nowhere'\n\tplease set a value using the command `pulumi config set broken:nowhere <value>`"],
    ["syntax", "program", "The program failed: SyntaxError: Unexpected token '='"],
  ])("says one clean thing: %s", async (fault, reason, message) => {
    const error = await fails(fault);
    expect({ reason: error.reason, message: error.message }).toEqual({ reason, message });
  });

  it.concurrent("fails with an invoke's error even when the program catches it, as the engine does", async () => {
    const answers = { invokes: { "demo:index:fail": () => Promise.reject(new Error("no such cluster")) } };
    expect((await fails("failingInvoke", { answers })).message).toBe("no such cluster");
  });

  it.concurrent("is stopped after its time", async () => {
    const { reason, message } = await fails("hang", { timeoutMs: 4_000 });
    expect(reason).toBe("timeout");
    expect(message).toBe("The program did not end within 4 s and was stopped. It had registered 2 resources, urn:pulumi:production::broken::demo:index:Thing::first last.");
  });

  it.concurrent("is stopped by a signal", async () => {
    const stop = new AbortController();
    const { reason } = await fails("hang", { signal: stop.signal, onProgress: () => { stop.abort(); } }); // prettier-ignore
    expect(reason).toBe("aborted");
    expect((await fails("hang", { signal: AbortSignal.abort() })).reason).toBe("aborted");
  });

  it.concurrent.each([
    ["hang", "SIGKILL"],
    ["busy", "SIGTERM"],
  ] as const)("does not outlive its recorder: %s, %s", async (fault, signal) => {
    const pidFile = join(scratch, `pid-${signal}`);
    const recorder = spawn(process.execPath, ["--conditions=@rzp/source", fixture("recorder.js"), fixture("broken"), fault, pidFile], { stdio: "ignore" });
    const ended = new Promise((resolve) => recorder.once("exit", (_, by) => { resolve(by); })); // prettier-ignore
    const pid = await until(() => Number(readIfThere(pidFile)) || undefined);
    expect(isAlive(pid)).toBe(true);
    recorder.kill(signal);
    expect(await ended).toBe(signal);
    await until(() => (isAlive(pid) ? undefined : true));
  });
});

describe("a folder that is no program", () => {
  it.each([
    ["no Pulumi.yaml", undefined, "Pulumi.yaml is missing."],
    ["broken YAML", "name: [", "cannot be read: Flow sequence in block collection must be"],
    ["another language", "name: x\nruntime: go", "runtime is go; only nodejs programs can be recorded."],
    ["no runtime", "name: x", "runtime is missing; only nodejs programs can be recorded."],
    ["no SDK", "name: x\nruntime: nodejs", "has no @pulumi/pulumi; install its packages first."],
  ])("is refused: %s", async (_, yaml, message) => {
    const folder = mkdtempSync(join(scratch, "program-"));
    if (yaml !== undefined) writeFileSync(join(folder, "Pulumi.yaml"), yaml);
    const error = await failure(recordProgram({ program: folder, stack: "test" }));
    expect(error.reason).toBe("setup");
    expect(error.message).toContain(folder);
    expect(error.message).toContain(message);
  });
});

async function failure(recording: Promise<Recording>): Promise<RecordingError> {
  try {
    await recording;
  } catch (error) {
    if (error instanceof RecordingError) return error;
    throw error;
  }
  throw new Error("nothing went wrong");
}

async function until<T>(probe: () => T | undefined): Promise<T> {
  for (;;) {
    const found = probe();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
