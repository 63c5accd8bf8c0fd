import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { recordingToJson, recordProgram, type RecordedResource, type Recording } from "@rzp/plan";
import { beforeAll, describe, expect, it } from "vitest";
import { APP, engineConfig, loadStack, RUNTIME_SECRETS } from "./config.ts";

const stack = loadStack("production");
const environment = Object.fromEntries(RUNTIME_SECRETS.map((name) => [name, `never-shown-${name}`]));

let recording: Recording;
beforeAll(async () => {
  recording = await recordProgram({ program: APP, stack: "production", config: engineConfig(stack), environment });
});

const of = (type: string): RecordedResource[] => recording.resources.filter((resource) => resource.type === type);
const one = (type: string, name: string): RecordedResource => {
  const found = of(type).find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no ${type} ${name}; there are: ${recording.resources.map((resource) => `${resource.type} ${resource.name}`).join(", ")}`);
  return found;
};
const VM = "proxmoxve:index/vmLegacy:VmLegacy";
const APPLY = "talos:machine/configurationApply:ConfigurationApply";

describe("the deploy program, as the engine would see it", () => {
  it("makes every machine of the stack, protected and under its fixed id", () => {
    const machines = Object.entries(stack.machines).map(([name, { vmId, host }]) => [name, vmId, host, true]);
    expect(of(VM).map((vm) => [vm.name, vm.inputs.vmId, vm.inputs.nodeName, vm.protect])).toEqual(machines);
  });

  it("never lets one change power off two machines at once: each waits for the one before", () => {
    const order = ["cp-1", "cp-2", "cp-3", "worker-1", "worker-2", "worker-3"];
    const urnOf = (name: string | undefined): string => (name === undefined ? "" : one(VM, name).urn);
    const waitsFor = order.map((name) => of(VM).filter(({ urn }) => one(VM, name).dependencies.includes(urn)).map(({ urn }) => urn));
    expect(waitsFor).toEqual(order.map((_, index) => (index === 0 ? [] : [urnOf(order[index - 1])])));
  });

  it("configures a machine after it is there, control planes one by one, and starts etcd on the first alone", () => {
    const configurations = of(APPLY).map(({ name, dependencies }) => [name, dependencies] as const);
    expect(configurations.map(([name]) => name)).toEqual(["homelab-cp-1", "homelab-cp-2", "homelab-cp-3", "homelab-worker-1", "homelab-worker-2", "homelab-worker-3"]);
    for (const [name, dependencies] of configurations) expect(dependencies).toContain(one(VM, name.slice("homelab-".length)).urn);
    expect(one(APPLY, "homelab-cp-3").dependencies).toContain(one(APPLY, "homelab-cp-2").urn);
    expect(of("talos:machine/bootstrap:Bootstrap").map(({ inputs }) => inputs.node)).toEqual([stack.machines["cp-1"]?.address]);
  });

  it("protects the cluster's keys and the tunnel", () => {
    expect(one("talos:machine/secrets:Secrets", "homelab").protect).toBe(true);
    expect(of("cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared").map(({ protect }) => protect)).toEqual([true]);
  });

  it("gives every routed service a record that leads to the ingress controller", () => {
    const records = of("cloudflare:index/dnsRecord:DnsRecord").map(({ inputs }) => [inputs.name, inputs.content, inputs.proxied]);
    expect(records).toContainEqual(["sonarr.home.example.com", "10.0.20.200", false]);
    expect(records).toHaveLength(7);
  });

  it("uses the providers it configures, and no default one where a token is needed", () => {
    for (const resource of recording.resources.filter(({ type }) => /^(proxmoxve|cloudflare|kubernetes):/.test(type))) {
      expect([resource.name, resource.provider?.default]).toEqual([resource.name, false]);
    }
  });

  it("installs Argo CD once and then leaves it alone, before the root that brings everything else", () => {
    const release = one("kubernetes:helm.sh/v3:Release", "argo-cd");
    expect(release.ignoreChanges).toEqual(expect.arrayContaining(["version", "values"]));
    expect(one("kubernetes:argoproj.io/v1alpha1:Application", "homelab-application-argocd/homelab").dependencies).toContain(release.urn);
  });

  it("shows no secret of its environment", () => {
    const json = recordingToJson(recording);
    expect(json).not.toContain("never-shown");
    expect(json).toContain("[secret]");
  });
});

describe("the command line", () => {
  const rzp = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ["--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", join(APP, "src/cli.ts"), ...words], {
      encoding: "utf8",
      env: { ...process.env, PATH: "/nonexistent" },
    });

  it.each(["preview", "up", "refresh", "destroy"])("%s says how to get pulumi where it is missing, and exits 2", (verb) => {
    const { status, stderr } = rzp(verb);
    expect(status).toBe(2);
    expect(stderr).toContain("pulumi is not on PATH, so nothing was done.");
  });

  it("shows a mistake's message alone, and exits 1", () => {
    const { status, stderr } = rzp("render", "--check", "--stack", "producton");
    expect(status).toBe(1);
    expect(stderr).toContain('stack "producton" cannot be used:');
    expect(stderr).toContain('Did you mean "production"?');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    [["plna"], "Did you mean plan?"],
    [["plan", "--jsn"], "Did you mean --json?"],
  ])("%j: %s", (words, message) => {
    const { status, stderr } = rzp(...words);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });
});
