import { beforeAll, describe, expect, it, vi } from "vitest";
import { makeAuthority } from "../../certificates.ts";
import { testCluster, type TestCluster } from "./cluster.test-data.ts";
import { hostnameOf, readConfiguration } from "./configuration.ts";
import { resolveMode } from "./modes.ts";
import { problemsOf } from "./validate.ts";

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await testCluster();
});

const HARDWARE = { disks: [{ device: "/dev/sda", size: 1 }, { device: "/dev/sr0", size: 1, readonly: true }], macs: ["BC:24:11:00:00:02"], version: "v1.13.0" };
type Change = Parameters<TestCluster["configuration"]>[2];
type Tree = Record<string, unknown>;
const inner = (tree: Tree, key: string): Tree => tree[key] as Tree;

describe("reading", () => {
  it("takes what the provider makes, and knows the machine's name", () => {
    const configuration = readConfiguration(cluster.configuration("controlplane", "cp-1"));
    expect([configuration.main?.machine?.type, configuration.documents.map(({ kind }) => kind), hostnameOf(configuration)]).toEqual(["controlplane", ["HostnameConfig"], "cp-1"]);
  });

  const bad: [string, string, string][] = [
    ["nothing", "", "config not found"],
    ["no YAML", "machine: [", "decode error: yaml: "],
    ["a list", "- machine: {}", "expected a YAML document at line 1"],
    ["a key twice", "machine:\n  type: worker\n  type: worker\n", "decode error: yaml: Map keys must be unique"],
    ["two documents of one kind and name", "machine: {}\n---\nmachine: {}\n", "duplicate document /v1alpha1/ is not allowed (line 3)"],
    ["a misspelt key", "machine:\n  type: worker\n  instal: { disk: /dev/sda }\n", "error decoding document /v1alpha1/ (line 1): unknown keys found during decoding:\nmachine:\n    instal:\n        disk: /dev/sda\n"],
    ["a misspelt key in a list", "machine:\n  network:\n    interfaces:\n      - dhpc: true\n", "unknown keys found during decoding:\nmachine:\n    network:\n        interfaces:\n            - dhpc: true\n"],
    ["a misspelt key of a document", "machine: {}\n---\napiVersion: v1alpha1\nkind: HostnameConfig\nhostnam: x\n", "error decoding document v1alpha1/HostnameConfig/ (line 3): unknown keys found during decoding:\nhostnam: x\n"],
    ["a kind that is none", "apiVersion: v1alpha1\nkind: Bogus\n", '"Bogus" "v1alpha1": not registered'],
    ["a kind without a version", "kind: HostnameConfig\n", "missing apiVersion"],
    ["something that is no configuration", "hello: world\n", "missing kind"],
    ["a text where a list belongs", "machine:\n  certSANs: example.com\n", "yaml: unmarshal errors:\n  machine.certSANs: "],
  ];
  it.each(bad)("refuses %s", (_, text, message) => {
    expect(() => readConfiguration(text)).toThrow(expect.objectContaining({ code: 3, details: expect.stringContaining(message) as string }) as Error);
  });
});

describe("checking", () => {
  const problems = (type: "controlplane" | "worker", change?: Change): string | undefined => problemsOf(readConfiguration(cluster.configuration(type, "node-1", change)), HARDWARE);

  it.each(["controlplane", "worker"] as const)("finds nothing wrong with a %s", (type) => {
    expect(problems(type)).toBeUndefined();
  });

  it("says what is wrong as Talos does, all of it", () => {
    const found = problems("worker", ({ machine }) => {
      machine.type = "router";
      machine.install = { disk: "" };
    });
    expect(found).toBe('1 error occurred:\n\t* v1alpha1.Config: 2 errors occurred:\n\t* either install disk or diskSelector should be defined\n\t* unknown machine type "router"\n\n\n\n');
  });

  const bad: [string, "controlplane" | "worker", Change, string][] = [
    ["no machine", "worker", (main) => Reflect.deleteProperty(main, "machine"), "machine instructions are required"],
    ["no cluster", "worker", (main) => Reflect.deleteProperty(main, "cluster"), "cluster instructions are required"],
    ["no endpoint", "worker", ({ cluster: c }) => (c.controlPlane = {}), "cluster controlplane endpoint is required"],
    ["an endpoint over http", "worker", ({ cluster: c }) => (c.controlPlane = { endpoint: "http://10.9.0.2:6443" }), "invalid controlplane endpoint: url scheme must be https"],
    ["etcd on a worker", "worker", ({ cluster: c }) => (c.etcd = {}), "etcd config is only allowed on control plane machines"],
    ["discovery without an id", "worker", ({ cluster: c }) => (c.id = ""), "cluster discovery service requires .cluster.id"],
    ["no disk to install on", "worker", ({ machine }) => Reflect.deleteProperty(machine, "install"), 'install instructions are required in "metal" mode'],
    ["a disk that is not there", "worker", ({ machine }) => (inner(machine, "install").disk = "/dev/vda"), "install disk /dev/vda is not on this machine, which has /dev/sda, /dev/sr0"],
    ["a disk that cannot be written", "worker", ({ machine }) => (inner(machine, "install").disk = "/dev/sr0"), "install disk /dev/sr0 is read-only"],
    ["kernel arguments with UKI's", "worker", ({ machine }) => (inner(machine, "install").extraKernelArgs = ["quiet"]), "install.extraKernelArgs and install.grubUseUKICmdline can't be used together"],
    ["host DNS half on", "worker", ({ machine }) => (inner(machine, "features").hostDNS = { forwardKubeDNSToHost: true }), "feature hostDNS.forwardKubeDNSToHost requires hostDNS.enabled"],
    ["no authority", "worker", ({ machine }) => Reflect.deleteProperty(machine, "ca"), "issuing CA or some accepted CAs are required"],
    ["no key of the authority", "controlplane", ({ machine }) => Reflect.deleteProperty(inner(machine, "ca"), "key"), "issuing CA key is required for controlplane nodes (.machine.ca.key)"],
    ["a CNI that is none", "controlplane", ({ cluster: c }) => (inner(c, "network").cni = { name: "calico" }), 'cni name should be one of ["flannel", "custom", "none"]'],
    ["a shared address on a worker", "worker", ({ machine }) => (inner(machine, "network").interfaces = [{ interface: "eth0", vip: { ip: "10.9.0.2" } }]), "virtual (shared) IP is not allowed on non-controlplane nodes"],
    ["a shared address that is none", "controlplane", ({ machine }) => (inner(machine, "network").interfaces = [{ interface: "eth0", vip: { ip: "10.9.0" } }]), '[networking.os.device.vip] failed to parse "10.9.0" as IP address'],
    ["an address that is none", "worker", ({ machine }) => (inner(machine, "network").interfaces = [{ interface: "eth0", addresses: ["10.9.0.300/24"] }]), '[networking.os.device.addresses] "eth0": failed to parse IP address "10.9.0.300/24"'],
    ["a prefix that is none", "worker", ({ machine }) => (inner(machine, "network").interfaces = [{ interface: "eth0", addresses: ["10.9.0.3/33"] }]), 'failed to parse IP address "10.9.0.3/33"'],
    ["a route to nowhere", "worker", ({ machine }) => (inner(machine, "network").interfaces = [{ interface: "eth0", routes: [{ network: "default", gateway: "router" }, {}] }]), '[networking.os.device.route[0].gateway] "router": invalid network address'],
    ["a card by nothing", "worker", ({ machine }) => (inner(machine, "network").interfaces = [{ dhcp: true }]), "required either config section to be set"],
    ["a card by two", "worker", ({ machine }) => (inner(machine, "network").interfaces = [{ interface: "eth0", deviceSelector: { physical: true } }]), "config sections are mutually exclusive"],
    ["a card of another machine", "worker", ({ machine }) => (inner(machine, "network").interfaces = [{ deviceSelector: { hardwareAddr: "bc:24:11:00:00:99" } }]), "no network card of this machine has the address bc:24:11:00:00:99; they have BC:24:11:00:00:02"],
    ["a kubelet too new", "worker", ({ machine }) => (inner(machine, "kubelet").image = "ghcr.io/siderolabs/kubelet:v1.37.0"), "kubelet image is not valid: version of Kubernetes 1.37.0 is too new to be used with Talos 1.13.0"],
    ["an API server too old", "controlplane", ({ cluster: c }) => (inner(c, "apiServer").image = "registry.k8s.io/kube-apiserver:v1.30.9@sha256:00"), "kube-apiserver image is not valid: version of Kubernetes 1.30.9 is too old"],
    ["an image without a version", "worker", ({ machine }) => (inner(machine, "kubelet").image = "kubelet:latest"), 'failed to parse Kubernetes version from image reference "kubelet:latest"'],
    ["a name twice", "worker", ({ machine }) => (inner(machine, "network").hostname = "node-1"), "static hostname is already set in v1alpha1 config"],
    ["a name and none", "worker", (_, documents) => ((documents[0] as Tree).auto = "stable"), "HostnameConfig: 'auto' and 'hostname' cannot be set at the same time"],
    ["neither a name nor none", "worker", (_, documents) => Reflect.deleteProperty(documents[0] as Tree, "hostname"), "HostnameConfig: either 'auto' or 'hostname' must be set"],
    ["a volume whose name is none", "worker", (_, documents) => documents.push({ apiVersion: "v1alpha1", kind: "UserVolumeConfig", name: "long_horn" }), "UserVolumeConfig/long_horn: name can only contain"],
    ["a certificate that is none", "controlplane", ({ cluster: c }) => (inner(c, "ca").crt = "AAAA"), ".cluster.ca: failed to parse PEM block"],
    ["another certificate's key", "controlplane", ({ cluster: c }) => (inner(c, "ca").key = inner(c, "aggregatorCA").key), ".cluster.ca: the key is not the certificate's"],
  ];
  it.each(bad)("refuses %s", (_, type, change, message) => {
    expect(problems(type, change)).toContain(message);
  });

  it("refuses a certificate that has ended", () => {
    const configuration = readConfiguration(cluster.configuration("worker", "w"));
    vi.useFakeTimers({ now: Date.now() + 31 * 86_400_000, toFake: ["Date"] });
    expect(problemsOf(configuration, HARDWARE)).toContain(".machine.ca: certificate is invalid: it ended on ");
    vi.useRealTimers();
  });

  it("refuses a certificate of somebody who may sign for nobody", async () => {
    const leaf = await (await makeAuthority("talos")).client("admin");
    expect(problems("worker", ({ machine }) => (machine.ca = { crt: Buffer.from(leaf.certificate).toString("base64") }))).toContain(".machine.ca: certificate is invalid: it is none of an authority");
  });

  it("lets cards of a machine be whatever they are where nobody said", () => {
    const configuration = readConfiguration(cluster.configuration("worker", "w", ({ machine }) => (inner(machine, "network").interfaces = [{ deviceSelector: { hardwareAddr: "bc:24:11:00:00:99" } }])));
    expect(problemsOf(configuration, { ...HARDWARE, macs: [] })).toBeUndefined();
  });
});

describe("modes", () => {
  const read = (change?: Change): ReturnType<typeof readConfiguration> => readConfiguration(cluster.configuration("worker", "w", change));
  const label: Change = ({ machine }) => (machine.nodeLabels = { a: "b" });
  const udev: Change = ({ machine }) => (machine.udev = { rules: [] });
  const prism: Change = ({ machine }) => (inner(machine, "features").kubePrism = { enabled: false });
  const quota: Change = ({ machine }) => (inner(machine, "features").diskQuotaSupport = false);
  const hostname: Change = (_, documents) => ((documents[0] as Tree).hostname = "other");

  it.each([
    ["AUTO", label, "NO_REBOOT"],
    ["AUTO", prism, "NO_REBOOT"],
    ["AUTO", hostname, "NO_REBOOT"],
    ["AUTO", udev, "REBOOT"],
    ["AUTO", quota, "REBOOT"],
    ["REBOOT", label, "REBOOT"],
    ["NO_REBOOT", label, "NO_REBOOT"],
    ["TRY", label, "TRY"],
    ["STAGED", udev, "STAGED"],
  ] as const)("%s of a change becomes what it needs", (asked, change, mode) => {
    expect(resolveMode(asked, read(), read(change)).mode).toBe(mode);
  });

  it.each(["NO_REBOOT", "TRY"] as const)("%s is refused where a reboot is needed", (asked) => {
    expect(() => resolveMode(asked, read(), read(udev))).toThrow("this config change can't be applied in immediate mode");
  });
});
