import { addressAfter, ArgumentError } from "@rzp/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { homelab } from "./homelab.test-data.ts";
import { clusterSpec, type TalosClusterArgs } from "./index.ts";

const node = (change: object): Partial<TalosClusterArgs> => ({ nodes: { ...homelab.nodes, "worker-1": { role: "worker", address: "10.0.20.21", ...change } } });
const extra = (name: string): Partial<TalosClusterArgs> => ({ nodes: { ...homelab.nodes, [name]: { role: "worker", address: "10.0.20.99" } } });
const controlPlanes = (count: number): Partial<TalosClusterArgs> => ({
  nodes: Object.fromEntries(Array.from({ length: count }, (_, index) => [`cp-${index}`, { role: "controlplane" as const, address: `10.0.20.${11 + index}` }])),
});
const network = (change: object): Partial<TalosClusterArgs> => ({ network: { ...homelab.network, ...change } });

describe("clusterSpec", () => {
  it("fills in the defaults", () => {
    expect(clusterSpec("homelab", homelab)).toMatchObject({
      endpoint: "https://10.0.20.10:6443",
      network: { pods: { cidr: "10.244.0.0/16" }, services: { cidr: "10.96.0.0/12" } },
      allowSchedulingOnControlPlanes: false,
      longhorn: true,
      applyMode: "staged_if_needing_reboot",
      timeout: "10m",
      controlPlanes: [{ name: "cp-1", installDisk: "/dev/sda" }, { name: "cp-2" }, { name: "cp-3" }],
      workers: [{ name: "worker-1", dataDisk: { selector: "!system_disk && !disk.readonly && !disk.cdrom", minSize: "10Gi" } }, { name: "worker-2" }],
    });
  });

  it.each([1, 3, 5, 7])("takes %i control planes", (count) => {
    expect(clusterSpec("c", { ...homelab, ...controlPlanes(count) }).controlPlanes).toHaveLength(count);
  });

  it.each([
    ["v1.12.4", "v1.35.0"],
    ["v1.13.9", "v1.31.0"],
    ["v1.14.0", "v1.99.0"],
  ])("takes Talos %s with Kubernetes %s", (version, kubernetes) => {
    expect(clusterSpec("c", { ...homelab, image: { version, installerImage: "x" }, kubernetes, secretsFrom: "v1.12.0" })).toMatchObject({ talos: version, kubernetes });
  });

  it("takes secrets of an older Talos than the machines': they stay when Talos is upgraded", () => {
    expect(clusterSpec("c", { ...homelab, secretsFrom: "v1.6.2" }).secretsFrom).toBe("v1.6.2");
  });

  const bad: [string, Partial<TalosClusterArgs>, string][] = [
    ["half a Talos version", { image: { version: "v1.13", installerImage: "x" } }, 'image.version "v1.13" is not a full version. Write all three numbers'],
    ["a Talos that is too old", { image: { version: "v1.11.0", installerImage: "x" } }, "image.version v1.11.0 is too old. Use v1.12.0 or newer"],
    ["half a Kubernetes version", { kubernetes: "1.36" }, 'kubernetes "1.36" is not a full version. Write all three numbers, as v1.36.3'],
    ["a Kubernetes newer than Talos supports", { kubernetes: "v1.37.0" }, "kubernetes v1.37.0 is not supported by Talos v1.13.9. Talos 1.13 runs Kubernetes 1.31 to 1.36."],
    ["a Kubernetes older than Talos supports", { kubernetes: "v1.30.9" }, "kubernetes v1.30.9 is not supported by Talos v1.13.9."],
    ["half a version of the secrets", { secretsFrom: "v1.13" }, 'secretsFrom "v1.13" is not a full version.'],
    ["secrets newer than the machines", { secretsFrom: "v1.13.10" }, "secretsFrom v1.13.10 is newer than the machines' v1.13.9. It is the version the cluster was made with"],
    ["secrets newer than the contract", { image: { version: "v1.14.2", installerImage: "x" }, secretsFrom: "v1.14.0" }, "secretsFrom v1.14.0 is newer than the v1.13 that configurations are generated for here. Use v1.13.0"],
    ["a node of another Talos", node({ image: { version: "v1.13.8", installerImage: "x" } }), "nodes.worker-1.image.version is v1.13.8, but the cluster's is v1.13.9."],
    ["no control plane", { nodes: { "worker-1": { role: "worker", address: "10.0.20.21" } } }, "nodes has no control plane. etcd needs one"],
    ["no node at all", { nodes: {} }, "nodes has no control plane."],
    ["two control planes", controlPlanes(2), "nodes has 2 control planes. etcd with 2 members survives no more failures than with 1. Use 3 or 1."],
    ["four control planes", controlPlanes(4), "nodes has 4 control planes. etcd with 4 members survives no more failures than with 3. Use 5 or 3."],
    ["a misspelt role", node({ role: "control-plane" }), 'nodes.worker-1.role "control-plane" is not a role. Did you mean "controlplane"?'],
    ["a host name that is none", extra("Worker_9"), "nodes.Worker_9 is not a DNS label."],
    ["a host name that is too long", extra("w".repeat(64)), `nodes.${"w".repeat(64)} is not a DNS label.`],
    ["an address given twice", node({ address: "10.0.20.12" }), "nodes.worker-1.address 10.0.20.12 is already nodes.cp-2.address."],
    ["a node on the VIP", node({ address: "10.0.20.10" }), "nodes.worker-1.address 10.0.20.10 is already vip."],
    ["a node on the gateway", node({ address: "10.0.20.1" }), "nodes.worker-1.address 10.0.20.1 is already network.gateway."],
    ["an address outside the network", node({ address: "10.0.21.21" }), "nodes.worker-1.address 10.0.21.21 lies outside network.nodes (10.0.20.0/24)."],
    ["the broadcast address", node({ address: "10.0.20.255" }), "nodes.worker-1.address 10.0.20.255 is the network or broadcast address of 10.0.20.0/24."],
    ["an address with a prefix", node({ address: "10.0.20.21/24" }), 'nodes.worker-1.address "10.0.20.21/24" is not an IPv4 address.'],
    ["an endpoint that is a URL", node({ endpoint: "https://127.0.0.1:50001" }), 'nodes.worker-1.endpoint "https://127.0.0.1:50001" is not a host with or without a port. Write it as 192.168.2.9:50001.'],
    ["an endpoint with a port that is none", node({ endpoint: "127.0.0.1:65536" }), 'nodes.worker-1.endpoint "127.0.0.1:65536" is not'],
    ["a MAC address that is none", node({ mac: "bc-24-11-0a-0b-0c" }), 'nodes.worker-1.mac "bc-24-11-0a-0b-0c" is not a MAC address. Write it as bc:24:11:0a:0b:0c.'],
    ["a MAC address given twice", { nodes: { ...homelab.nodes, a: { role: "worker", address: "10.0.20.31", mac: "bc:24:11:0a:0b:0c" }, b: { role: "worker", address: "10.0.20.32", mac: "BC:24:11:0A:0B:0C" } } }, "nodes.b.mac bc:24:11:0a:0b:0c is already nodes.a.mac."],
    ["an install disk that is none", node({ installDisk: "sda" }), 'nodes.worker-1.installDisk "sda" is not a device. Write it as /dev/sda.'],
    ["a data disk without a selector", node({ dataDisk: { selector: " " } }), "nodes.worker-1.dataDisk.selector is empty."],
    ["a data disk of no size", node({ dataDisk: { minSize: "100GB" } }), 'nodes.worker-1.dataDisk.minSize "100GB" is not a size. Write it with a binary unit, as 100Gi.'],
    ["a label's key that is none", node({ labels: { "-zone": "a" } }), 'nodes.worker-1.labels["-zone"] is not a label\'s key.'],
    ["a label's value that is none", node({ labels: { "example.com/zone": "a b" } }), 'nodes.worker-1.labels["example.com/zone"] "a b" is not a label\'s value.'],
    ["a label a worker may not set", node({ labels: { "node-role.kubernetes.io/worker": "" } }), 'nodes.worker-1.labels["node-role.kubernetes.io/worker"] may not be set by a worker itself (NodeRestriction).'],
    ["a VIP outside the network", { vip: "10.0.30.10" }, "vip 10.0.30.10 lies outside network.nodes (10.0.20.0/24)."],
    ["a VIP on the gateway", { vip: "10.0.20.1" }, "vip 10.0.20.1 is already network.gateway."],
    ["a VIP that is a name", { vip: "k8s.example.com" }, 'vip "k8s.example.com" is not an IPv4 address.'],
    ["an endpoint with scheme and port", { endpoint: "https://k8s.example.com:6443" }, 'endpoint "https://k8s.example.com:6443" is not a host name. Write the host alone'],
    ["a certificate for nobody", { certSans: ["*.example.com"] }, 'certSans[0] "*.example.com" is neither a host name nor an IPv4 address.'],
    ["a network with host bits", network({ nodes: "10.0.20.5/24" }), 'network.nodes "10.0.20.5/24" is not an IPv4 network. Write it as 10.0.20.0/24, without host bits.'],
    ["pods on the node network", network({ pods: "10.0.0.0/16" }), "network.pods 10.0.0.0/16 overlaps network.nodes (10.0.20.0/24)."],
    ["services on the node network", network({ services: "10.0.0.0/12" }), "network.services 10.0.0.0/12 overlaps network.nodes (10.0.20.0/24)."],
    ["services on the pods' network", network({ services: "10.244.128.0/17" }), "network.services 10.244.128.0/17 overlaps network.pods (10.244.0.0/16)."],
    ["a gateway outside the network", network({ gateway: "10.0.21.1" }), 'network.gateway "10.0.21.1" is not an address in 10.0.20.0/24.'],
    ["no nameserver", network({ nameservers: [] }), "network.nameservers is empty. A machine without one can pull no image."],
    ["a nameserver that is a name", network({ nameservers: ["dns.google"] }), 'network.nameservers[0] "dns.google" is not an IPv4 address.'],
    ["a mode no fresh machine takes", { applyMode: "no_reboot" as never }, 'applyMode "no_reboot" does not work for every machine.'],
    ["a timeout that is none", { timeout: "soon" }, 'timeout "soon" is not a duration. Write it as 90s or 10m.'],
    ["a timeout of nothing", { timeout: "0s" }, 'timeout "0s" is not a duration.'],
    ["a list of JSON patches", { patches: [[{ op: "add", path: "/machine/sysctls", value: {} }]] as never }, "patches[0] is not an object. JSON patches (RFC 6902) and text do not work here"],
    ["one JSON patch", { patches: [{ op: "add", path: "/machine/sysctls", value: {} }] as never }, "patches[0] is a JSON patch (RFC 6902), which does not work on several documents."],
    ["a patch as text", { patches: ["machine: {}"] as never }, "patches[0] is not an object."],
    ["an empty patch", node({ patches: [{}] }), "nodes.worker-1.patches[0] is empty."],
    ["a misspelt part of a patch", { patches: [{ machines: {} }] as never }, 'patches[0].machines is not a part of a machine configuration. Did you mean "machine"?'],
    ["a document without a version", { patches: [{ kind: "KmsgLogConfig" }] as never }, "patches[0] has no apiVersion."],
    ["a patch that names the host", { patches: [{ machine: { network: { hostname: "x" } } }] }, "patches[0].machine.network.hostname names the host twice, which a machine refuses."],
    ["a document that names the host", { patches: [{ apiVersion: "v1alpha1", kind: "HostnameConfig", hostname: "x" }] }, "patches[0] names the host, which nodes already does."],
    [
      "a second exemption of kube-system",
      { patches: [{ cluster: { apiServer: { admissionControl: [{ name: "PodSecurity", configuration: { exemptions: { namespaces: ["kube-system", "metallb-system"] } } }] } } }] },
      "patches[0].cluster.apiServer.admissionControl[0].configuration.exemptions.namespaces has kube-system.",
    ],
  ];
  it.each(bad)("refuses %s", (_, change, message) => {
    expect(() => clusterSpec("homelab", { ...homelab, ...change })).toThrow(ArgumentError);
    expect(() => clusterSpec("homelab", { ...homelab, ...change })).toThrow(`TalosCluster "homelab": ${message}`);
  });

  it("refuses a cluster's name that is none", () => {
    expect(() => clusterSpec("Home Lab", homelab)).toThrow('TalosCluster "Home Lab": name "Home Lab" is not a DNS label.');
  });
});

describe("laws of clusterSpec", () => {
  it("accepts distinct addresses of the network's own, and refuses as soon as two are equal", () => {
    const offsets = fc.uniqueArray(fc.integer({ min: 2, max: 254 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(offsets, fc.nat(), ([vip = 0, ...rest], pick) => {
        const address = (offset: number): string => addressAfter("10.0.20.0", offset);
        const build = (all: readonly number[]): TalosClusterArgs => ({
          ...homelab,
          vip: address(vip),
          nodes: Object.fromEntries(all.map((offset, index) => [`n${index}`, { role: index === 0 ? ("controlplane" as const) : ("worker" as const), address: address(offset) }])),
        });
        expect(clusterSpec("c", build(rest)).workers).toHaveLength(rest.length - 1);
        const again = [vip, ...rest][pick % (rest.length + 1)] ?? vip;
        expect(() => clusterSpec("c", build([...rest, again]))).toThrow(/ is already /);
      }),
    );
  });
});
