import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { recordingToJson, recordProgram, type RecordedResource, type Recording } from "@rzp/plan";
import { at, byKind } from "@rzp/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { whenNobodyReads } from "./cli.ts";
import { APP, engineConfig, RUNTIME_SECRETS } from "./config.ts";
import { homelab } from "./homelab.ts";
import { BOOTSTRAP, folders } from "./render.ts";
import { wholeStack, withChange } from "./stacks.test-data.ts";

const stack = wholeStack();
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

const ofRole = (role: "controlplane" | "worker"): string[] => Object.entries(stack.machines).flatMap(([name, machine]) => (machine.role === role ? [name] : []));

describe("the deploy program, as the engine would see it", () => {
  it("makes every machine of the stack, protected and under its fixed id", () => {
    const machines = Object.entries(stack.machines).map(([name, { vmId, host }]) => [name, vmId, host, true]);
    expect(of(VM).map((vm) => [vm.name, vm.inputs.vmId, vm.inputs.nodeName, vm.protect])).toEqual(machines);
  });

  it("lets no change power off two machines in the same moment: each waits until qemu runs the one before, though not for its etcd", () => {
    const order = [...ofRole("controlplane"), ...ofRole("worker")];
    const urnOf = (name: string | undefined): string => (name === undefined ? "" : one(VM, name).urn);
    const waitsFor = order.map((name) => of(VM).filter(({ urn }) => one(VM, name).dependencies.includes(urn)).map(({ urn }) => urn));
    expect(waitsFor).toEqual(order.map((_, index) => (index === 0 ? [] : [urnOf(order[index - 1])])));
  });

  it("configures a machine after it is there, control planes one by one, and starts etcd on the first alone", () => {
    const configurations = of(APPLY).map(({ name, dependencies }) => [name, dependencies] as const);
    const { name: cluster } = stack.cluster;
    expect(configurations.map(([name]) => name).sort()).toEqual(Object.keys(stack.machines).map((name) => `${cluster}-${name}`).sort());
    for (const [name, dependencies] of configurations) expect(dependencies).toContain(one(VM, name.slice(cluster.length + 1)).urn);
    const controlPlanes = ofRole("controlplane").map((name) => one(APPLY, `${cluster}-${name}`));
    controlPlanes.slice(1).forEach(({ dependencies }, index) => {
      expect(dependencies).toContain(controlPlanes[index]?.urn);
    });
    expect(of("talos:machine/bootstrap:Bootstrap").map(({ inputs }) => inputs.node)).toEqual([controlPlanes[0]?.inputs.node]);
  });

  it("lets every machine send what Talos and its kernel say to the port that the log agent has on it", () => {
    const [port] = homelab(stack).context.service("vector").hostPorts;
    for (const { inputs } of of(APPLY)) {
      const patches = (inputs.configPatches as string[]).filter((patch) => typeof patch === "string").join("---\n");
      expect(patches).toMatch(new RegExp(`destinations:\\s+- endpoint: tcp://127\\.0\\.0\\.1:${port}\\s+format: json_lines`));
      expect(patches).toMatch(new RegExp(`kind: KmsgLogConfig\\s+name: vector\\s+url: tcp://127\\.0\\.0\\.1:${port}`));
    }
  });

  it("protects the cluster's keys and the tunnel", () => {
    expect(one("talos:machine/secrets:Secrets", stack.cluster.name).protect).toBe(true);
    expect(of("cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared").map(({ protect }) => protect)).toEqual([true]);
  });

  it("gives every routed service a record that leads to the ingress controller", () => {
    const records = of("cloudflare:index/dnsRecord:DnsRecord").filter(({ inputs }) => inputs.type === "A").map(({ inputs }) => [inputs.name, inputs.content, inputs.proxied]);
    const { context } = homelab(stack);
    const internal = context.services.filter(({ host, exposure }) => host !== undefined && exposure === "internal");
    expect(internal.length).toBeGreaterThan(0);
    expect(records.sort()).toEqual(internal.map(({ host }) => [`${host}.${stack.domain}`, context.service("traefik").loadBalancer?.address, false]).sort());
  });

  it("uses the providers it configures, and no default one where a token is needed", () => {
    for (const resource of recording.resources.filter(({ type }) => /^(proxmoxve|cloudflare|kubernetes):/.test(type))) {
      expect([resource.name, resource.provider?.default]).toEqual([resource.name, false]);
    }
  });

  it("shows no secret of its environment", () => {
    const json = recordingToJson(recording);
    expect(json).not.toContain("never-shown");
    expect(json).toContain("[secret]");
  });
});

describe("the bootstrap", () => {
  it("applies on the server's side, as Argo CD does: two ways of owning a field would fight", () => {
    expect(one("pulumi:providers:kubernetes", "cluster").inputs.enableServerSideApply).toEqual("true");
  });

  const inCluster = (): RecordedResource[] => recording.resources.filter(({ type, custom }) => type.startsWith("kubernetes:") && custom);
  const named = (kind: string, name: string): RecordedResource => {
    const found = inCluster().find(({ type, inputs }) => type.endsWith(`:${kind}`) && identity(inputs) === name);
    if (found === undefined) throw new Error(`no ${kind} ${name}; there are: ${inCluster().map(({ type, inputs }) => `${type} ${identity(inputs)}`).join(", ")}`);
    return found;
  };
  const identity = (object: unknown): string => {
    const { metadata, name } = object as { metadata?: { namespace?: string; name?: string }; name?: string };
    return [metadata?.namespace, metadata?.name ?? name].filter((part) => part !== undefined).join("/");
  };

  it("applies what Argo CD cannot begin without, and the one root alone: every other object is Argo CD's to fetch", () => {
    expect(inCluster().map(({ type, inputs }) => `${type.split(":").at(-1) ?? ""} ${identity(inputs)}`).sort()).toEqual([
      "AppProject argocd/roots",
      "Application argocd/homelab",
      "Namespace argocd",
      "Namespace external-secrets",
      "Release argocd",
      "Secret argocd/repository",
      "Secret external-secrets/infisical-identity",
    ]);
  });

  it("leaves all of it behind in a destroy, which would otherwise wait for an API that is gone", () => {
    expect(inCluster().map(({ name, retainOnDelete }) => [name, retainOnDelete])).toEqual(inCluster().map(({ name }) => [name, true]));
  });

  it("puts nothing into a namespace before it is there", () => {
    const namespaces = ["argocd", "external-secrets"].map((name) => named("Namespace", name).urn);
    for (const waiting of [one("rzp:infisical:InfisicalIdentity", "infisical-identity"), named("Secret", "argocd/repository"), named("Release", "argocd")]) {
      expect(waiting.dependencies).toEqual(expect.arrayContaining(namespaces));
    }
  });

  it("brings the root last: it finds nothing without Argo CD, the repository's secret and the operator's identity", () => {
    const first = [named("Release", "argocd"), named("Secret", "argocd/repository"), named("Secret", "external-secrets/infisical-identity")].map(({ urn }) => urn);
    expect(named("Application", "argocd/homelab").dependencies).toEqual(expect.arrayContaining(first));
    expect(named("AppProject", "argocd/roots").dependencies).toEqual(expect.arrayContaining(first));
  });

  it("installs Argo CD as its own Application says it: its first act would be to change itself", () => {
    const { name, chart, version, repositoryOpts, namespace, values } = named("Release", "argocd").inputs;
    const application = byKind(folders(homelab(stack)).find(({ path }) => path.endsWith("/argo-cd"))?.objects ?? [], "Application");
    expect(at(application, "spec.sources.0")).toEqual({ repoURL: at(repositoryOpts, "repo"), chart, targetRevision: version, helm: { releaseName: name, valuesObject: values } });
    expect(at(application, "spec.destination.namespace")).toBe(namespace);
  });

  it("lets go of what Argo CD keeps from git, where a second hand on a field is a conflict, and of nothing that only Pulumi keeps", () => {
    const inGit = new Set(folders(homelab(stack)).filter(({ path }) => path !== BOOTSTRAP).flatMap(({ objects }) => objects.map((object) => `${object.kind} ${identity(object)}`)));
    const plain = inCluster().filter(({ type }) => !type.endsWith(":Release"));
    const expected = plain.map(({ type, inputs, name }) => [name, inGit.has(`${type.split(":").at(-1) ?? ""} ${identity(inputs)}`) ? ["metadata", "spec"] : []]);
    expect(plain.map(({ name, ignoreChanges }) => [name, ignoreChanges])).toEqual(expected);
    expect(expected.filter(([, ignored]) => ignored?.length !== 0)).toHaveLength(1);
    expect(named("Release", "argocd").ignoreChanges).toEqual(["version", "values", "chart", "repositoryOpts"]);
  });
});

describe.skipIf(ofRole("controlplane").length < 3)("another stack (skipped where this one has fewer than three control planes)", () => {
  const [first = "", second = "", third = ""] = ofRole("controlplane");
  const text = engineConfig({
    ...stack,
    proxmox: { ...stack.proxmox, hosts: { "aaa-unused": { bridge: "vmbr0", images: "local", disks: "local-lvm", memory: "64Gi" }, ...stack.proxmox.hosts } },
    machines: renamed({ [first]: "zeus", [second]: "hera", [third]: "ares" }),
  });
  let other: Recording;
  beforeAll(async () => {
    other = await recordProgram({ program: APP, stack: "other", config: text, environment });
  });
  const named = (type: string, field: string): unknown[] => other.resources.filter((resource) => resource.type === type).map(({ inputs }) => inputs[field]);

  it("starts etcd on the first control plane by name, which is what the engine's own order would give", () => {
    expect(named("talos:machine/bootstrap:Bootstrap", "node")).toEqual([stack.machines[third]?.address]);
  });

  it("downloads no image to a host without machines", () => {
    expect(named("proxmoxve:download/file:File", "nodeName")).toEqual([...new Set(Object.values(stack.machines).map(({ host }) => host))].sort());
  });

  function renamed(names: Record<string, string>): typeof stack.machines {
    return Object.fromEntries(Object.entries(stack.machines).map(([name, machine]) => [names[name] ?? name, machine]));
  }
});

describe("a run without its tokens", () => {
  it("names all of them before anything registers", async () => {
    const registered: string[] = [];
    const onProgress = ({ last }: { last: string }): unknown => registered.push(last);
    const run = recordProgram({ program: APP, stack: "production", config: engineConfig(stack), environment: { ...environment, GIT_TOKEN: "", PROXMOX_VE_API_TOKEN: "" }, onProgress });
    await expect(run).rejects.toThrow(/PROXMOX_VE_API_TOKEN is not set; run under Infisical [^\n]*\n\s*GIT_TOKEN is not set/);
    expect(registered).toEqual([expect.stringContaining("pulumi:pulumi:Stack")]);
  });
});

describe("a stack without Argo CD", () => {
  it("is refused: nothing else would bring up what is in git", async () => {
    const run = recordProgram({ program: APP, stack: "production", config: engineConfig(withChange(stack, "core/argo-cd", { enabled: false })), environment });
    await expect(run).rejects.toThrow('argo-cd is switched off, and nothing else would bring up the others. Leave "enabled" out.');
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

  it("keeps its exit code when nobody reads on", () => {
    expect(() => {
      whenNobodyReads(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    }).not.toThrow();
    expect(() => {
      whenNobodyReads(Object.assign(new Error("disk full"), { code: "ENOSPC" }));
    }).toThrow("disk full");
    const command = `"${process.execPath}" --conditions=@rzp/source --disable-warning=ExperimentalWarning "${join(APP, "src/cli.ts")}" plan --json --stack nobody | true; exit \${PIPESTATUS[0]}`;
    const { status, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect([status, stderr.includes("EPIPE")]).toEqual([1, false]);
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
