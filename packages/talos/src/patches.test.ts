import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { homelab } from "./homelab.test-data.ts";
import { clusterSpec, installPatch, machinePatches, patchYaml, type MachinePatch, type TalosClusterArgs, type TalosNode } from "./index.ts";

function patches(node: string, change: Partial<TalosClusterArgs> = {}): MachinePatch[] {
  const spec = clusterSpec("homelab", { ...homelab, ...change });
  const found = [...spec.controlPlanes, ...spec.workers].find(({ name }) => name === node);
  if (found === undefined) throw new Error(`no node ${node}`);
  return machinePatches(spec, found);
}

const withNode = (name: string, node: Partial<TalosNode>): Pick<TalosClusterArgs, "nodes"> => {
  const before = homelab.nodes[name];
  if (before === undefined) throw new Error(`no node ${name}`);
  return { nodes: { ...homelab.nodes, [name]: { ...before, ...node } } };
};

const v14 = { image: { version: "v1.14.0", installerImage: "x" } };
const ofKind = (list: MachinePatch[], kind: string): MachinePatch | undefined => list.find((patch) => "kind" in patch && patch.kind === kind);

describe("machinePatches", () => {
  it("of a control plane", () => {
    expect(patches("cp-1").map(patchYaml).join("---\n")).toMatchInlineSnapshot(`
      "machine:
        network:
          nameservers:
            - 10.0.20.1
          interfaces:
            - deviceSelector:
                physical: true
                driver: virtio_net
              dhcp: false
              addresses:
                - 10.0.20.11/24
              routes:
                - network: 0.0.0.0/0
                  gateway: 10.0.20.1
              vip:
                ip: 10.0.20.10
        features:
          kubePrism:
            enabled: true
            port: 7445
      cluster:
        network:
          cni:
            name: flannel
            flannel:
              kubeNetworkPoliciesEnabled: true
          podSubnets:
            - 10.244.0.0/16
          serviceSubnets:
            - 10.96.0.0/12
        apiServer:
          admissionControl:
            - name: PodSecurity
              configuration:
                apiVersion: pod-security.admission.config.k8s.io/v1alpha1
                kind: PodSecurityConfiguration
                defaults:
                  enforce: baseline
                  enforce-version: latest
                  audit: restricted
                  audit-version: latest
                  warn: restricted
                  warn-version: latest
        allowSchedulingOnControlPlanes: false
      ---
      apiVersion: v1alpha1
      kind: HostnameConfig
      hostname: cp-1
      auto: "off"
      "
    `);
  });

  it("of a worker: no VIP, nothing of the control plane, and Longhorn's volume", () => {
    expect(patches("worker-1").map(patchYaml).join("---\n")).toMatchInlineSnapshot(`
      "machine:
        network:
          nameservers:
            - 10.0.20.1
          interfaces:
            - deviceSelector:
                physical: true
                driver: virtio_net
              dhcp: false
              addresses:
                - 10.0.20.21/24
              routes:
                - network: 0.0.0.0/0
                  gateway: 10.0.20.1
        features:
          kubePrism:
            enabled: true
            port: 7445
      cluster:
        network:
          podSubnets:
            - 10.244.0.0/16
          serviceSubnets:
            - 10.96.0.0/12
      ---
      apiVersion: v1alpha1
      kind: HostnameConfig
      hostname: worker-1
      auto: "off"
      ---
      apiVersion: v1alpha1
      kind: UserVolumeConfig
      name: longhorn
      provisioning:
        diskSelector:
          match: "!system_disk && !disk.readonly && !disk.cdrom"
        minSize: 10GiB
        grow: true
      "
    `);
  });

  it('names every host by a document with auto: "off", quoted (merged with auto: stable the machine refuses it)', () => {
    for (const name of Object.keys(homelab.nodes)) {
      const documents = patches(name).filter((patch) => "kind" in patch && patch.kind === "HostnameConfig");
      expect(documents).toEqual([{ apiVersion: "v1alpha1", kind: "HostnameConfig", hostname: name, auto: "off" }]);
      expect(documents.map(patchYaml).join("")).toContain('auto: "off"\n');
    }
    expect(JSON.stringify(patches("cp-1")[0])).not.toContain("hostname");
  });

  it("leaves kube-system out of the exemptions (an API server that reads it twice does not start)", () => {
    expect(JSON.stringify(patches("cp-1"))).not.toContain("exemptions");
  });

  it("leaves exclude-from-external-load-balancers as Talos sets it (deleting it fails on Talos 1.12)", () => {
    const text = JSON.stringify([...patches("cp-1"), ...patches("cp-1", { allowSchedulingOnControlPlanes: true })]);
    expect(text).not.toContain("exclude-from-external-load-balancers");
    expect(text).not.toContain("$patch");
  });

  it("makes /var executable for Longhorn on Talos 1.14, where workloads run and nowhere else", () => {
    const executable = { apiVersion: "v1alpha1", kind: "VolumeConfig", name: "EPHEMERAL", mount: { secure: false } };
    expect(ofKind(patches("worker-1", v14), "VolumeConfig")).toEqual(executable);
    // A worker without a disk of its own still attaches volumes.
    expect(ofKind(patches("worker-2", { ...v14, ...withNode("worker-2", { dataDisk: false }) }), "VolumeConfig")).toEqual(executable);
    expect(ofKind(patches("cp-1", { ...v14, allowSchedulingOnControlPlanes: true }), "VolumeConfig")).toEqual(executable);
    expect(ofKind(patches("cp-1", v14), "VolumeConfig")).toBeUndefined();
    expect(ofKind(patches("worker-1"), "VolumeConfig")).toBeUndefined();
    const { "cp-1": only } = homelab.nodes;
    expect(ofKind(patches("cp-1", { ...v14, allowSchedulingOnControlPlanes: true, nodes: only === undefined ? {} : { "cp-1": only } }), "VolumeConfig")).toBeUndefined();
  });

  it("takes the card by its MAC address, however it is written", () => {
    expect(JSON.stringify(patches("cp-1", withNode("cp-1", { mac: "BC:24:11:0A:0B:0C" }))[0])).toContain('"deviceSelector":{"hardwareAddr":"bc:24:11:0a:0b:0c"}');
  });

  it("takes the disk by the selector and size given", () => {
    const document = ofKind(patches("worker-1", withNode("worker-1", { dataDisk: { selector: "disk.size > 100u * GB", minSize: "400Gi" } })), "UserVolumeConfig");
    expect(document).toMatchObject({ name: "longhorn", provisioning: { diskSelector: { match: "disk.size > 100u * GB" }, minSize: "400GiB", grow: true } });
  });

  it("gives the API server's certificate the VIP when the endpoint is a name, and nothing twice", () => {
    const sans = (change: Partial<TalosClusterArgs>): unknown => (patches("cp-1", change)[0] as { cluster: { apiServer: { certSANs?: string[] } } }).cluster.apiServer.certSANs;
    expect(sans({})).toBeUndefined();
    expect(sans({ certSans: ["k8s.example.com", "10.0.20.10"] })).toEqual(["k8s.example.com"]);
    expect(sans({ endpoint: "k8s.example.com", certSans: ["k8s.example.com", "api.example.com"] })).toEqual(["10.0.20.10", "api.example.com"]);
  });

  it("puts the user's patches last: the cluster's, then the node's", () => {
    const metrics = { cluster: { etcd: { extraArgs: { "listen-metrics-urls": "http://0.0.0.0:2381" } } } };
    const sysctl = { machine: { sysctls: { "vm.nr_hugepages": "1024" } } };
    expect(patches("cp-1", { patches: [metrics], ...withNode("cp-1", { patches: [sysctl], labels: { "example.com/zone": "a" } }) }).slice(-2)).toEqual([metrics, sysctl]);
    expect(patches("cp-2", { patches: [metrics] }).at(-1)).toEqual(metrics);
  });

  it("pins the installer, and never wipes", () => {
    expect(installPatch("/dev/sda", "factory/x:v1.13.9")).toEqual({ machine: { install: { disk: "/dev/sda", image: "factory/x:v1.13.9", wipe: false } } });
  });
});

describe("laws of patchYaml", () => {
  it("says the same to a parser of YAML 1.1 and of 1.2, so that no string turns into a boolean or a number", () => {
    const word = fc.oneof(fc.constantFrom("off", "on", "yes", "no", "y", "n", "null", "~", "0x1f", "1_000", "1:30", "012", "1e3", "true"), fc.string());
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(word, fc.boolean(), fc.integer(), fc.array(word))), (machine) => {
        const text = patchYaml({ machine });
        expect(parse(text, { version: "1.1" })).toEqual({ machine });
        expect(parse(text, { version: "1.2" })).toEqual({ machine });
      }),
    );
  });
});
