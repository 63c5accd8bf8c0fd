import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProxmox, type Proxmox } from "@rzp/lab";
import { recordProgram } from "@rzp/plan";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { APP, loadStack, parseStack } from "../config.ts";
import { destroyStep, engineSteps, type EngineRehearsal } from "./engine-steps.ts";
import { hardwareFor, inLab, labConfig, labSecrets, placesOf, writeProject, writeStackFile, type Places } from "./lab-stack.ts";
import { missingForPulumi, Pulumi, readEvents } from "./pulumi.ts";
import { pulumiOnPath, type Started } from "./pulumi.test-helper.ts";

const ALL = ["proxmoxve", "talos", "cloudflare", "kubernetes"];
const home = loadStack("production");
const secrets = labSecrets();

let folder = "";
let proxmox: Proxmox | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rzp-rehearsal-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await proxmox?.close();
  proxmox = undefined;
  rmSync(folder, { recursive: true });
});

const nowhere: Places = { proxmox: "https://127.0.0.1:1", cloudflare: "http://127.0.0.1:2", infisical: "http://127.0.0.1:3", imageFactory: "http://127.0.0.1:4", machines: {} };

interface Bench {
  rehearsal: EngineRehearsal & { pulumi: Pulumi };
  proxmox: Proxmox;
  started: () => Started[];
  lines: string[];
  project: string;
}

/** A rehearsal with the stand-ins for `pulumi` and Proxmox. */
async function bench(): Promise<Bench> {
  const started = pulumiOnPath(folder, ALL);
  const running = (proxmox = await startProxmox(hardwareFor(home, secrets).proxmox));
  const places = { ...nowhere, proxmox: running.url };
  const stack = inLab(home, places);
  const project = writeProject(folder);
  writeStackFile(project, stack, places);
  const pulumi = new Pulumi(folder, project, { ...secrets });
  await pulumi.init();
  const lines: string[] = [];
  const rehearsal = { pulumi, stack, proxmox: running, report: (line: string) => void lines.push(line), write: (changed: typeof stack) => { writeStackFile(project, changed, places); } }; // prettier-ignore
  return { rehearsal, proxmox: running, started, lines, project };
}

describe("with the real engine a homelab", () => {
  it("is made, left as it is, compared, changed, failed half-way, recovered and taken down", async () => {
    const { rehearsal, started, lines } = await bench();
    const { steps, made } = await engineSteps(rehearsal);
    expect(steps.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["up", "1 made"],
      ["up again", "1 unchanged"],
      ["refresh", "1 unchanged"],
      ["less memory for worker-3", "1 changed; worker-3 has 32512 MiB"],
      ["an up that fails half-way", 'failed as it was told to, with "lock timeout"'],
      ["refresh after it", "1 found otherwise"],
      ["up after it", "1 changed; worker-3 has 32256 MiB"],
    ]);
    expect(made).toEqual([{ op: "create", type: "proxmoxve:index/vmLegacy:VmLegacy", name: "worker-3", inputs: { vmId: 2023 }, seconds: 3, failed: false }]);
    expect(await destroyStep(rehearsal)).toMatchObject({ outcome: "1 deleted" });
    expect(await rehearsal.pulumi.output("kubeconfig")).toBe("the kubeconfig");
    expect(lines[3]).toMatch(/^less memory for worker-3: 1 changed/);

    const verbs = started().map(({ words }) => words.slice(0, 3).join(" "));
    expect(verbs).toEqual(["stack init lab", "up --stack lab", "up --stack lab", "refresh --stack lab", "up --stack lab", "up --stack lab", "refresh --stack lab", "up --stack lab", "state unprotect --all", "destroy --stack lab", "stack output kubeconfig"]);
    const log = join(folder, "pulumi-1-up.jsonl");
    expect(started()[1]?.words).toEqual(["up", "--stack", "lab", "--yes", "--skip-preview", "--non-interactive", "--color", "never", "--event-log", log]);
  });

  it("is kept in the rehearsal's folder, and reached with the rehearsal's tokens: nothing of a person's own is used or changed", async () => {
    for (const name of ["PROXMOX_VE_ENDPOINT", "PULUMI_ACCESS_TOKEN", "CLOUDFLARE_API_KEY", "KUBECONFIG"]) vi.stubEnv(name, "never-used");
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", "never-used");
    vi.stubEnv("PULUMI_HOME", "/plugins");
    const before = readFileSync(join(APP, "Pulumi.lab.yaml"), "utf8");
    const { started, project } = await bench();
    const [{ cwd, environment, words } = { cwd: "", environment: {} as Record<string, string>, words: [] }] = started();
    expect(words).toEqual(["stack", "init", "lab", "--no-select", "--secrets-provider", "passphrase", "--non-interactive"]);
    expect(cwd).toBe(project);
    expect(environment).toMatchObject({ ...secrets, PULUMI_BACKEND_URL: `file://${join(folder, "state")}`, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true", PULUMI_HOME: "/plugins" });
    expect(environment.PULUMI_CONFIG_PASSPHRASE).toMatch(/^[0-9a-f]{40}$/);
    expect(Object.values(environment)).not.toContain("never-used");
    expect(existsSync(join(folder, "state"))).toBe(true);
    expect(readFileSync(join(APP, "Pulumi.lab.yaml"), "utf8")).toBe(before);
    for (const secret of Object.values(secrets)) expect(readFileSync(join(project, "Pulumi.lab.yaml"), "utf8")).not.toContain(secret);
  });

  it("keeps what the engine has written into the stack's file", async () => {
    const { rehearsal, project } = await bench();
    rehearsal.write(rehearsal.stack);
    expect(parse(readFileSync(join(project, "Pulumi.lab.yaml"), "utf8"))).toMatchObject({ encryptionsalt: "v1:salt", config: { "talos:imageFactoryUrl": "http://127.0.0.1:4" } });
  });

  describe("fails the rehearsal", () => {
    it("where it cannot be made", async () => {
      const { rehearsal, proxmox: { faults } } = await bench();
      faults.add({ on: "POST /nodes/*/qemu", status: 400, message: "no such storage" });
      await expect(engineSteps(rehearsal)).rejects.toThrow("up failed:\nerror creating VM: no such storage");
    });

    it("where a refresh finds it otherwise than it was made", async () => {
      const { rehearsal } = await bench();
      const { pulumi } = rehearsal;
      const drift = { op: "update", type: "cloudflare:index/dnsRecord:DnsRecord", name: "nas", inputs: {}, seconds: 0, failed: false };
      const drifting = { up: () => pulumi.up(), destroy: () => pulumi.destroy(), refresh: async () => ({ ...(await pulumi.refresh()), changes: [drift, { ...drift, type: "kubernetes:core/v1:Namespace" }] }) };
      await expect(engineSteps({ ...rehearsal, pulumi: drifting })).rejects.toThrow("a refresh is to change nothing, and did: update cloudflare:index/dnsRecord:DnsRecord nas");
    });

    it("where a failed change stays recorded as done", async () => {
      const { rehearsal } = await bench();
      const { pulumi } = rehearsal;
      const blind = { up: () => pulumi.up(), destroy: () => pulumi.destroy(), refresh: () => Promise.resolve({ succeeded: true, changes: [], errors: [], seconds: 0 }) };
      await expect(engineSteps({ ...rehearsal, pulumi: blind })).rejects.toThrow("the up after a failure is to change worker-3 alone, and changed: nothing");
    });

    it("where a machine is left behind", async () => {
      const { rehearsal, proxmox: { faults } } = await bench();
      await rehearsal.pulumi.up();
      faults.add({ on: "DELETE /nodes/*/qemu/*", status: 500, message: "VM is locked" });
      await expect(destroyStep(rehearsal)).rejects.toThrow("destroy succeeded, and these machines are still there: 2023");
    });
  });
});

describe("what the real engine lacks", () => {
  it("is told by name: the engine, or a plugin that is neither kept nor on PATH", async () => {
    vi.stubEnv("PATH", folder);
    expect(await missingForPulumi()).toEqual(["pulumi"]);
    pulumiOnPath(folder, ["talos", "kubernetes"]);
    expect(await missingForPulumi()).toEqual(["pulumi-resource-proxmoxve", "pulumi-resource-cloudflare"]);
    writeFileSync(join(folder, "bin", "pulumi-resource-proxmoxve"), "#!/bin/sh\n");
    chmodSync(join(folder, "bin", "pulumi-resource-proxmoxve"), 0o755);
    expect(await missingForPulumi()).toEqual(["pulumi-resource-cloudflare"]);
    pulumiOnPath(folder, ALL);
    expect(await missingForPulumi()).toEqual([]);
  });
});

describe("the log of the engine's events", () => {
  it("gives what was done to each resource and how long it took, and leaves out components and providers", () => {
    const at = (timestamp: number, event: string, type: string, op: string): string => JSON.stringify({ timestamp, [event]: { metadata: { op, type, urn: `urn:pulumi:lab::homelab::${type}::a::b`, new: null } } });
    const lines = [at(10, "resourcePreEvent", "talos:machine/bootstrap:Bootstrap", "create"), at(11, "resOutputsEvent", "rzp:talos:TalosCluster", "create"), at(11, "resOutputsEvent", "pulumi:providers:talos", "create"), at(17, "resOpFailedEvent", "talos:machine/bootstrap:Bootstrap", "create"), '{"sequence":9,"cancelEvent":{}}', ""];
    expect(readEvents(lines.join("\n"))).toEqual({ changes: [{ op: "create", type: "talos:machine/bootstrap:Bootstrap", name: "a::b", inputs: {}, seconds: 7, failed: true }], errors: [] });
  });
});

describe("the stack of a rehearsal", () => {
  it("is the homelab's own, but for where its vendors and machines are reached", async () => {
    const machines = await placesOf(home);
    const lab = inLab(home, { ...nowhere, machines });
    const back = { ...lab, proxmox: { ...lab.proxmox, endpoint: home.proxmox.endpoint, insecure: false }, cloudflare: { ...lab.cloudflare }, infisical: { ...lab.infisical, siteUrl: home.infisical.siteUrl }, machines: home.machines };
    delete back.cloudflare.baseUrl;
    expect(back).toEqual(home);
    expect(lab.machines["cp-1"]?.endpoint).toBe(`127.0.20.11:${machines["10.0.20.11"]?.port ?? 0}`);
  });

  it("is one that the program takes, out of a folder of its own: the same resources as at home", async () => {
    const project = writeProject(folder);
    const lab = inLab(home, nowhere);
    const [there, here] = await Promise.all([
      recordProgram({ program: project, stack: "lab", config: labConfig(lab, nowhere), environment: { ...secrets } }),
      recordProgram({ program: APP, stack: "lab", config: labConfig(home, nowhere), environment: { ...secrets } }),
    ]);
    expect(there.resources.map(({ urn }) => urn)).toEqual(here.resources.map(({ urn }) => urn));
    expect(there.resources.find(({ type }) => type === "pulumi:providers:cloudflare")?.inputs.baseUrl).toBe("http://127.0.0.1:2/client/v4");
  });

  it("is committed in small, with every vendor on this machine and nothing secret", () => {
    const text = readFileSync(join(APP, "Pulumi.lab.yaml"), "utf8");
    const lab = parseStack("Pulumi.lab.yaml", text);
    const urls = [lab.proxmox.endpoint, lab.cloudflare.baseUrl, lab.infisical.siteUrl, `tcp://${lab.machines["cp-1"]?.endpoint ?? ""}`, `tcp://${lab.machines["worker-1"]?.endpoint ?? ""}`];
    for (const url of urls) expect(new URL(url ?? "").hostname).toMatch(/^127\./);
    expect(Object.keys(lab.machines)).toEqual(["cp-1", "worker-1"]);
    expect(text).not.toMatch(/token|password|secret:/i);
  });
});
