import { CustomResource } from "@pulumi/pulumi";
import { isSecret, record, valueOf, type Recorded, type RecordMocks } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { homelab } from "./homelab.test-data.ts";
import { TalosCluster, TalosImage, type TalosClusterArgs } from "./index.ts";

const SECRETS = "talos:machine/secrets:Secrets";
const APPLY = "talos:machine/configurationApply:ConfigurationApply";
const BOOTSTRAP = "talos:machine/bootstrap:Bootstrap";
const KUBECONFIG = "talos:cluster/kubeconfig:Kubeconfig";
const GENERATE = "talos:machine/getConfiguration:getConfiguration";

const clientConfiguration = { caCertificate: "Y2E=", clientCertificate: "Y2VydA==", clientKey: "a2V5" };

// The provider's answers in the shapes it has been seen to give; every secret word is told from the others.
const provider: RecordMocks = {
  newResource: ({ type, inputs }) => {
    const given = inputs as Record<string, unknown>;
    if (type === SECRETS) return { id: "machine_secrets", state: { ...given, machineSecrets: { cluster: { id: "id", secret: "hush" } }, clientConfiguration } };
    if (type === KUBECONFIG) return { id: "homelab", state: { ...given, kubeconfigRaw: "kind: Config" } };
    return undefined;
  },
  call: ({ token, inputs }) => {
    const given = inputs as Record<string, unknown>;
    if (token === GENERATE) return { ...given, id: "homelab", machineConfiguration: `machine: {type: ${given.machineType as string}}` };
    if (token.startsWith("talos:client/")) return { ...given, id: "homelab", talosConfig: "context: homelab" };
    return { ...given, id: "", urls: { installer: "factory/nocloud-installer/aa:v1.13.9", diskImage: "https://factory/image/aa/v1.13.9/nocloud-amd64.raw.xz" } };
  },
};

const cluster = (change: Partial<TalosClusterArgs> = {}, mocks: RecordMocks = provider): Promise<Recorded<TalosCluster>> => record(() => new TalosCluster("homelab", { ...homelab, ...change }), mocks);

describe("TalosCluster", () => {
  it("registers keys, one configuration a machine, bootstrap and kubeconfig, all below it", async () => {
    const { resources } = await cluster();
    const [component, ...children] = resources;
    expect([component?.type, ...children.map(({ type, name }) => `${type} ${name}`)]).toEqual([
      "rzp:talos:TalosCluster",
      `${KUBECONFIG} homelab`,
      `${BOOTSTRAP} homelab`,
      ...["cp-1", "cp-2", "cp-3", "worker-1", "worker-2"].map((node) => `${APPLY} homelab-${node}`),
      `${SECRETS} homelab`,
    ]);
    expect(new Set(children.map(({ parentUrn }) => parentUrn))).toEqual(new Set([component?.urn]));
  });

  it("registers the same in a preview, where keys and configurations are unknown, and calls nobody", async () => {
    const [up, preview] = [await cluster(), await cluster({}, { preview: true })];
    expect(preview.resources.map(({ urn }) => urn)).toEqual(up.resources.map(({ urn }) => urn));
    expect(preview.calls).toEqual([]);
  });

  it("generates once a role, with version and contract pinned and nothing patched", async () => {
    const { calls } = await cluster({ image: { version: "v1.13.9", installerImage: "x" }, secretsFrom: "v1.12.0" });
    const generated = calls.filter(({ token }) => token === GENERATE).map(({ inputs }) => inputs);
    expect(generated).toEqual(
      ["controlplane", "worker"].map((machineType) => ({
        clusterName: "homelab",
        clusterEndpoint: "https://10.0.20.10:6443",
        machineType,
        machineSecrets: { cluster: { id: "id", secret: "hush" } },
        talosVersion: "v1.12.0",
        kubernetesVersion: "v1.36.3",
      })),
    );
  });

  it("hands out kubeconfig, talosconfig and credentials as secrets, and the endpoint in clear", async () => {
    const { result } = await cluster();
    expect(result.endpoint).toBe("https://10.0.20.10:6443");
    expect([await valueOf(result.kubeconfigRaw), await valueOf(result.talosconfig), await valueOf(result.clientConfiguration)]).toEqual(["kind: Config", "context: homelab", clientConfiguration]);
    for (const output of [result.kubeconfigRaw, result.talosconfig, result.clientConfiguration]) expect(await isSecret(output)).toBe(true);
  });

  it("takes a TalosImage for the cluster, and another one for a single machine", async () => {
    const { find } = await record(() => {
      const { "worker-1": worker, ...others } = homelab.nodes;
      if (worker === undefined) throw new Error("no worker-1");
      const gpu = { version: "v1.13.9", installerImage: "factory/gpu:v1.13.9" };
      return new TalosCluster("homelab", { ...homelab, image: new TalosImage("image", { version: "v1.13.9" }), nodes: { ...others, "worker-1": { ...worker, image: gpu } } });
    }, provider);
    const installer = (node: string): unknown => (find(APPLY, `homelab-${node}`).inputs.configPatches as string[])[0];
    expect(installer("cp-1")).toBe("machine:\n  install:\n    disk: /dev/sda\n    image: factory/nocloud-installer/aa:v1.13.9\n    wipe: false\n");
    expect(installer("worker-1")).toContain("image: factory/gpu:v1.13.9");
  });

  it("reaches a machine where it is said to be, and calls it by its address all the same", async () => {
    const { "cp-1": first, "cp-2": second, ...others } = homelab.nodes;
    if (first === undefined || second === undefined) throw new Error("no control planes");
    const { find, calls } = await cluster({ nodes: { "cp-1": { ...first, endpoint: "127.0.20.11:12345" }, "cp-2": second, ...others } });
    const there = { node: "10.0.20.11", endpoint: "127.0.20.11:12345" };
    expect([find(APPLY, "homelab-cp-1"), find(BOOTSTRAP), find(KUBECONFIG)].map(({ inputs: { node, endpoint } }) => ({ node, endpoint }))).toEqual([there, there, there]);
    expect(find(APPLY, "homelab-cp-2").inputs).not.toHaveProperty("endpoint");
    expect(calls.find(({ token }) => token.startsWith("talos:client/"))?.inputs).toMatchObject({ endpoints: ["127.0.20.11:12345", "10.0.20.12", "10.0.20.13"] });
  });

  it("is transformed last", async () => {
    const { find } = await cluster({ transform: { apply: (args) => ({ ...args, endpoint: `${args.node as string}:50001` }) } });
    expect(find(APPLY, "homelab-cp-1").inputs).toMatchObject({ node: "10.0.20.11", endpoint: "10.0.20.11:50001" });
  });

  it("refuses before anything is registered", async () => {
    await expect(cluster({ vip: "10.0.20.11" })).rejects.toThrow('TalosCluster "homelab": nodes.cp-1.address 10.0.20.11 is already vip.');
  });
});

describe("dangers of the Talos provider", () => {
  it("shows the patches readably in a preview, the installer's apart (in getConfiguration they are one secret)", async () => {
    const { find, calls } = await record(
      () => new TalosCluster("homelab", { ...homelab, image: new TalosImage("image", { version: "v1.13.9" }) }),
      { preview: true },
    );
    const { inputs, secretInputs } = find(APPLY, "homelab-worker-1");
    const [installer, config, ...documents] = inputs.configPatches as string[];
    expect(installer).toBe("04da6b54-80e4-46f7-96ec-b56ff0331ba9"); // the engine's word for unknown
    expect(config).toContain("- 10.0.20.21/24");
    expect(documents.map((text) => /kind: (.*)/.exec(text)?.[1])).toEqual(["HostnameConfig", "UserVolumeConfig"]);
    expect(secretInputs.filter((path) => path.startsWith("configPatches"))).toEqual([]);
    expect(calls).toEqual([]);
  });

  it("keeps the renewal window explicit (else every up may fail on kubeconfigRaw)", async () => {
    const { find } = await cluster();
    expect(find(KUBECONFIG).inputs.certificateRenewalDuration).toBe("720h");
  });

  it("never remakes the keys: protected, and a changed version is ignored (a lowered one replaces every CA)", async () => {
    const { find } = await cluster();
    expect(find(SECRETS)).toMatchObject({ inputs: { talosVersion: "v1.13.0" }, options: { protect: true, ignoreChanges: ["talosVersion"] } });
    const unprotected = await cluster({ protect: false });
    expect(unprotected.find(SECRETS).options).toMatchObject({ protect: false, ignoreChanges: ["talosVersion"] });
  });

  it("never asks for health (the invoke blocks every preview)", async () => {
    const { calls } = await cluster();
    expect(calls.map(({ token }) => token)).toEqual(expect.not.arrayContaining([expect.stringContaining("getHealth")]));
    expect(calls).toHaveLength(3);
  });

  it("never resets a machine (a replaced resource would wipe what was just configured)", async () => {
    const { resources } = await cluster();
    for (const { inputs } of resources.filter(({ type }) => type === APPLY)) expect(inputs).not.toHaveProperty("onDestroy");
  });

  it("stages a change that needs a reboot (a machine answers before it goes down, so that auto reboots several at once)", async () => {
    const mode = ({ resources }: Recorded<TalosCluster>): unknown[] => [...new Set(resources.filter(({ type }) => type === APPLY).map(({ inputs }) => inputs.applyMode))];
    expect(mode(await cluster())).toEqual(["staged_if_needing_reboot"]);
    expect(mode(await cluster({ applyMode: "auto" }))).toEqual(["auto"]);
  });

  it("configures control planes one after the other and workers after the last (their certificate comes from a control plane)", async () => {
    const { find } = await cluster();
    const urn = (node: string): string => find(APPLY, `homelab-${node}`).urn;
    const before = (node: string): string[] => find(APPLY, `homelab-${node}`).options.dependsOn.filter((dependency) => dependency.includes(APPLY));
    expect(["cp-1", "cp-2", "cp-3", "worker-1", "worker-2"].map(before)).toEqual([[], [urn("cp-1")], [urn("cp-2")], [urn("cp-3")], [urn("cp-3")]]);
  });

  it("starts etcd once, on the first control plane, when that one is configured", async () => {
    const { find } = await cluster();
    const bootstrap = find(BOOTSTRAP);
    expect(bootstrap.inputs).toMatchObject({ node: "10.0.20.11", timeouts: { create: "10m" } });
    expect(bootstrap.options.dependsOn).toContain(find(APPLY, "homelab-cp-1").urn);
    expect(bootstrap.options.dependsOn).not.toContain(find(APPLY, "homelab-cp-2").urn);
    expect(find(KUBECONFIG).inputs.node).toBe("10.0.20.11");
    expect(find(KUBECONFIG).options.dependsOn).toContain(bootstrap.urn);
  });

  it("keeps bootstrap and kubeconfig when the first control plane goes: an update, which calls nobody", async () => {
    const nodes = Object.fromEntries(Object.entries(homelab.nodes).filter(([name]) => name !== "cp-1" && name !== "cp-3"));
    const [before, after] = [await cluster(), await cluster({ nodes })];
    for (const type of [BOOTSTRAP, KUBECONFIG]) {
      expect(after.find(type).urn).toBe(before.find(type).urn);
      expect(after.find(type).inputs.node).toBe("10.0.20.12");
    }
  });

  it("sends one time limit everywhere (any change of it sends every configuration again)", async () => {
    const { find } = await cluster({ timeout: "90s" });
    expect([find(APPLY, "homelab-cp-1"), find(KUBECONFIG), find(BOOTSTRAP)].map(({ inputs }) => inputs.timeouts)).toEqual([{ create: "90s", update: "90s" }, { create: "90s", update: "90s" }, { create: "90s" }]);
  });

  it("configures a machine after it is there, and others without waiting for it", async () => {
    class Vm extends CustomResource {}
    const { find } = await record(() => {
      const { "cp-2": second, ...others } = homelab.nodes;
      if (second === undefined) throw new Error("no cp-2");
      const vm = new Vm("test:index:Vm", "cp-2", {});
      return new TalosCluster("homelab", { ...homelab, nodes: { ...others, "cp-2": { ...second, after: vm } } });
    }, provider);
    const vm = find("test:index:Vm").urn;
    expect(find(APPLY, "homelab-cp-2").options.dependsOn).toContain(vm);
    expect(find(APPLY, "homelab-cp-1").options.dependsOn).not.toContain(vm);
  });

  it("lets nothing secret into the component's own inputs, and gives every credential as a secret", async () => {
    const { find, resources } = await cluster();
    const { inputs, secretInputs } = find("rzp:talos:TalosCluster");
    expect(secretInputs).toEqual([]);
    expect(Object.keys(inputs).sort()).toEqual(["endpoint", "kubernetes", "nodes", "talos"]);
    expect(JSON.stringify(inputs)).not.toMatch(/hush|a2V5/);
    const secretsOf = (type: string): string[][] => resources.filter((resource) => resource.type === type).map((resource) => resource.secretInputs);
    for (const type of [BOOTSTRAP, KUBECONFIG]) expect(secretsOf(type)).toEqual([["clientConfiguration"]]);
    expect(secretsOf(APPLY)).toEqual(Array.from({ length: 5 }, () => ["clientConfiguration", "machineConfigurationInput"]));
  });
});
