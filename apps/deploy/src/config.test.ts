import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { APP, ConfigError, engineConfig, engineStack, imageFactoryOf, loadStack, parseStack, RUNTIME_SECRETS, runtimeSecrets } from "./config.ts";

// A stack of the tests' own: the homelab's file is its owner's to change.
const FILE = "Pulumi.homelab.yaml";
const good = readFileSync(join(APP, "src/__fixtures__", FILE), "utf8");

/** The message a person reads when one piece of a good file is written differently. */
function refusal(find: string, replace: string): string {
  expect(good).toContain(find);
  const text = good.replace(find, replace);
  try {
    parseStack(FILE, text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.replace(`${FILE} cannot be used:\n  `, "");
  }
  throw new Error(`accepted: ${replace}`);
}

/** The engine keeps structured values as Go maps, and writes their keys sorted by bytes. */
function asTheEngineDoes(config: Record<string, string>): Record<string, string> {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value.startsWith("{") ? JSON.stringify(sorted(JSON.parse(value))) : value]));
}

function lineOf(find: string, text = good): number {
  expect(text).toContain(find);
  return text.slice(0, text.indexOf(find)).split("\n").length;
}

describe("a stack file", () => {
  it("may put the image factory elsewhere, as the lab's does", () => {
    expect(imageFactoryOf("lab")).toBe("http://127.0.0.1:8088");
    expect(imageFactoryOf("production")).toBeUndefined();
  });

  it("is read whole", () => {
    const stack = parseStack(FILE, good);
    expect(Object.keys(stack.machines)).toEqual(["cp-1", "cp-2", "cp-3", "worker-1", "worker-2", "worker-3"]);
    expect(stack.network.vip).toBe("10.0.20.10");
  });

  it("is the same through the engine", () => {
    const stack = parseStack(FILE, good);
    expect(engineStack(asTheEngineDoes(engineConfig(stack)))).toEqual(stack);
  });

  // Etcd is started on the first control plane: the plan and the engine must not name two different ones.
  it.each([
    ["names without numbers", ["zeus", "hera", "ares"], ["ares", "hera", "zeus"]],
    ["names with numbers", ["cp-10", "cp-9", "cp-1"], ["cp-1", "cp-9", "cp-10"]],
    ["names that differ in zeros alone", ["cp-1", "cp-01", "cp-001"], ["cp-001", "cp-01", "cp-1"]],
    ["names that sort otherwise by bytes", ["a1", "a-1", "a"], ["a", "a-1", "a1"]],
  ])("has its machines in one order, from the file and from the engine alike: %s", (_, names, ordered) => {
    const text = names.reduce((all, name, index) => all.replace(`    cp-${index + 1}: {`, `    ${name}: {`), good);
    const stack = parseStack(FILE, text);
    expect(Object.keys(stack.machines).filter((name) => names.includes(name))).toEqual(ordered);
    expect(Object.keys(engineStack(asTheEngineDoes(engineConfig(stack))).machines)).toEqual(Object.keys(stack.machines));
    expect(Object.keys(engineStack(engineConfig(stack)).machines)).toEqual(Object.keys(stack.machines));
  });

  it("has its Proxmox hosts in the same order as well", () => {
    const stack = parseStack(FILE, good.replaceAll("pve-2", "pve-10"));
    expect(Object.keys(stack.proxmox.hosts)).toEqual(["pve-1", "pve-3", "pve-10"]);
    expect(Object.keys(engineStack(asTheEngineDoes(engineConfig(stack))).proxmox.hosts)).toEqual(["pve-1", "pve-3", "pve-10"]);
  });

  it("is refused with its key when the engine hands over what is no JSON", () => {
    expect(() => engineStack({ "homelab:network": "{ nodes: " })).toThrow("the stack's configuration cannot be used:\n  homelab:network is not valid JSON, as structured values are handed over");
  });

  it("names the nearest stack when there is no such file", () => {
    expect(() => loadStack("producton")).toThrow('stack "producton" cannot be used:\n   has no file Pulumi.producton.yaml. Did you mean "production"?');
  });
});

describe("bad configuration is refused with its line and what would be right", () => {
  const cp1 = "cp-1: { role: controlplane, host: pve-1, vmId: 2011, address: 10.0.20.11, cores: 4, memory: 8Gi, disk: 40Gi }";
  const cases: [what: string, find: string, replace: string, path: string, message: string][] = [
    // wrong type, unknown key, missing
    ["a number where a string belongs", "homelab:domain: home.example.com", "homelab:domain: 42", "domain", "must be a string, not 42"],
    ["a string where a map belongs", "homelab:git:\n    repoURL: https://git.harness.io/homelab/default/rzp-infra.git\n    revision: main", "homelab:git: main", "git", 'must be a map, not "main"'],
    ["a list where a map belongs", cp1, "cp-1: [10.0.20.11]", "machines.cp-1", 'must be a map, not ["10.0.20.11"]'],
    ["text where a number belongs", "vmId: 2011", "vmId: first", "machines.cp-1.vmId", 'must be a number, not "first"'],
    ["a fraction where a whole number belongs", "cores: 4, memory: 8Gi, disk: 40Gi }\n    cp-2", "cores: 1.5, memory: 8Gi, disk: 40Gi }\n    cp-2", "machines.cp-1.cores", "must be a whole number, not 1.5"],
    ["an unknown key at the top", "homelab:timeZone: Europe/Berlin", "homelab:timezone: Europe/Berlin", "timezone", 'is not a known key. Did you mean "timeZone"?'],
    ["an unknown key inside", "gateway: 10.0.20.1", "gatway: 10.0.20.1", "network.gatway", 'is not a known key. Did you mean "gateway"?'],
    ["an unknown key in a record", "vlan: 20, images: local, disks: local-lvm, memory: 64Gi }\n      pve-2", "vlans: 20, images: local, disks: local-lvm, memory: 64Gi }\n      pve-2", "proxmox.hosts.pve-1.vlans", 'is not a known key. Did you mean "vlan"?'],
    ["a missing value", "    vip: 10.0.20.10\n", "", "network.vip", "is missing"],
    ["a missing section", "  homelab:certificates:\n    email: acme@example.com\n", "", "certificates", "is missing"],
    // syntax of single values
    ["a broken address", "vip: 10.0.20.10", "vip: 10.0.20.300", "network.vip", '"10.0.20.300" is not an IPv4 address such as 10.0.20.11'],
    ["an invalid CIDR", "pods: 10.244.0.0/16", "pods: 10.244.0.0/33", "network.pods", '"10.244.0.0/33" is not an IPv4 network such as 10.0.20.0/24 (no host bits set)'],
    ["a CIDR with host bits", "nodes: 10.0.20.0/24", "nodes: 10.0.20.7/24", "network.nodes", '"10.0.20.7/24" is not an IPv4 network such as 10.0.20.0/24 (no host bits set)'],
    ["a range the wrong way round", "dhcp: 10.0.20.100-10.0.20.199", "dhcp: 10.0.20.199-10.0.20.100", "network.dhcp", '"10.0.20.199-10.0.20.100" is not a range of addresses such as 10.0.20.100-10.0.20.199'],
    ["a decimal unit", "disk: 40Gi }\n    cp-2", "disk: 40GB }\n    cp-2", "machines.cp-1.disk", '"40GB" is not a size with a binary unit such as 32Gi'],
    ["a zone nobody knows", "Europe/Berlin", "Europe/Berln", "timeZone", '"Europe/Berln" is not an IANA time zone such as Europe/Berlin'],
    ["a VLAN out of range", "vlan: 20, images: local, disks: local-lvm, memory: 64Gi }\n      pve-2", "vlan: 4095, images: local, disks: local-lvm, memory: 64Gi }\n      pve-2", "proxmox.hosts.pve-1.vlan", "is 4095; the most is 4094"],
    ["a VM id out of range", "vmId: 2011", "vmId: 99", "machines.cp-1.vmId", "is 99; the least is 100"],
    ["plain http", "https://10.0.10.11:8006", "http://10.0.10.11:8006", "proxmox.endpoint", '"http://10.0.10.11:8006" is not an https:// address'],
    ["a version without its patch", "talos: v1.13.9", "talos: v1.13", "cluster.talos", '"v1.13" is not a full version such as v1.13.9'],
    ["an account id that is none", "0123456789abcdef0123456789abcdef", "0123456789abcdef", "cloudflare.accountId", '"0123456789abcdef" is not 32 hexadecimal digits, as Cloudflare shows them'],
    ["an e-mail address that is none", "email: acme@example.com", "email: acme", "certificates.email", '"acme" is not an e-mail address'],
    ["a role that is misspelt", "role: controlplane, host: pve-1", "role: controlplan, host: pve-1", "machines.cp-1.role", 'must be one of controlplane, worker, not "controlplan". Did you mean "controlplane"?'],
    ["a machine name that is no label", cp1, cp1.replace("cp-1", "CP_1"), "machines.CP_1", "is not a DNS label: 1 to 63 characters of a-z, 0-9 and -, a letter or digit at both ends"],
    ["a name that is too long", cp1, cp1.replace("cp-1", "c".repeat(64)), `machines.${"c".repeat(64)}`, "is not a DNS label: 1 to 63 characters of a-z, 0-9 and -, a letter or digit at both ends"],
    ["a domain that is none", "homelab:domain: home.example.com", "homelab:domain: home", "domain", '"home" is not a host name such as home.example.com'],
    ["a relative export", "path: /tank/media", "path: tank/media", "media.path", '"tank/media" is not an absolute path'],
    // values that must fit one another
    ["an address outside its subnet", "address: 10.0.20.11,", "address: 10.0.21.11,", "machines.cp-1.address", "10.0.21.11 lies outside network.nodes (10.0.20.0/24)"],
    ["the broadcast address", "address: 10.0.20.11,", "address: 10.0.20.255,", "machines.cp-1.address", "10.0.20.255 is the network or broadcast address of 10.0.20.0/24"],
    ["an address given twice", "address: 10.0.20.12,", "address: 10.0.20.11,", "machines.cp-2.address", "10.0.20.11 is already machines.cp-1.address"],
    ["an address in the DHCP range", "address: 10.0.20.23,", "address: 10.0.20.123,", "machines.worker-3.address", "10.0.20.123 lies inside network.dhcp (10.0.20.100-10.0.20.199): the router may give it away"],
    ["an address in MetalLB's pool", "address: 10.0.20.23,", "address: 10.0.20.223,", "machines.worker-3.address", "10.0.20.223 lies inside network.loadBalancers (10.0.20.200-10.0.20.239): MetalLB may give it away"],
    ["a VIP in the DHCP range", "vip: 10.0.20.10", "vip: 10.0.20.110", "network.vip", "10.0.20.110 lies inside network.dhcp (10.0.20.100-10.0.20.199): the router may give it away"],
    ["a VIP on a node", "vip: 10.0.20.10", "vip: 10.0.20.11", "machines.cp-1.address", "10.0.20.11 is already network.vip"],
    ["a gateway outside", "gateway: 10.0.20.1", "gateway: 10.0.21.1", "network.gateway", "10.0.21.1 lies outside network.nodes (10.0.20.0/24)"],
    ["a pool outside the subnet", "loadBalancers: 10.0.20.200-10.0.20.239", "loadBalancers: 10.0.30.1-10.0.30.9", "network.loadBalancers", "10.0.30.1-10.0.30.9 lies outside network.nodes (10.0.20.0/24): nobody would answer ARP for it"],
    ["a pool over the DHCP range", "loadBalancers: 10.0.20.200-10.0.20.239", "loadBalancers: 10.0.20.190-10.0.20.239", "network.loadBalancers", "10.0.20.190-10.0.20.239 overlaps network.dhcp (10.0.20.100-10.0.20.199)"],
    ["pods over nodes", "pods: 10.244.0.0/16", "pods: 10.0.0.0/16", "network.pods", "10.0.0.0/16 overlaps network.nodes (10.0.20.0/24)"],
    ["services over pods", "services: 10.96.0.0/12", "services: 10.240.0.0/12", "network.services", "10.240.0.0/12 overlaps network.pods (10.244.0.0/16)"],
    ["a VM id given twice", "vmId: 2012", "vmId: 2011", "machines.cp-2.vmId", "2011 is already the id of cp-1"],
    ["a host nobody declared", "host: pve-3, vmId: 2013", "host: pve3, vmId: 2013", "machines.cp-3.host", '"pve3" is not a host under proxmox.hosts. Did you mean "pve-3"?'],
    ["an even number of control planes", "cp-3: { role: controlplane", "cp-3: { role: worker", "machines", "has 2 control planes; etcd with 2 members survives no more failures than with 1. Use 3"],
    ["a disk smaller than Talos needs", "disk: 40Gi }\n    cp-2", "disk: 8Gi }\n    cp-2", "machines.cp-1.disk", "8Gi is less than the 10Gi that Talos needs"],
    ["a machine with too little memory", "memory: 8Gi, disk: 40Gi }\n    cp-2", "memory: 1Gi, disk: 40Gi }\n    cp-2", "machines.cp-1.memory", "1Gi is less than the 2Gi that Talos needs on a controlplane"],
    ["more memory than the host has", "memory: 64Gi }\n      pve-2", "memory: 32Gi }\n      pve-2", "proxmox.hosts.pve-1.memory", "32Gi is less than the 40Gi its machines ask for"],
    ["a domain outside the zone", "homelab:domain: home.example.com", "homelab:domain: home.example.org", "domain", "home.example.org lies outside cloudflare.zone (example.com)"],
  ];

  it.each(cases)("%s", (_, find, replace, path, message) => {
    const refused = refusal(find, replace);
    expect(refused.split("\n").map((line) => line.replace(/^\s*line \d+: /, ""))).toContain(`${path} ${message}`);
    expect(refused).toMatch(/^line \d+: /);
  });

  // What the components would refuse in the middle of an `up`, and Proxmox, Talos and Cloudflare after it.
  const limits: [what: string, find: string, replace: string, path: string, message: string, on?: string][] = [
    ["a Talos that is too old", "talos: v1.13.9", "talos: v1.11.0", "cluster.talos", "v1.11.0 is too old. Use v1.12.0 or newer: an older machine does not know the documents written here."],
    ["secrets newer than the machines", "secretsFrom: v1.13.0", "secretsFrom: v1.13.10", "cluster.secretsFrom", "v1.13.10 is newer than the machines' v1.13.9. It is the version the cluster was made with: set it once, and leave it when Talos is upgraded."],
    ["a Kubernetes newer than Talos runs", "kubernetes: v1.36.3", "kubernetes: v1.99.0", "cluster.kubernetes", "v1.99.0 is not supported by Talos v1.13.9. Talos 1.13 runs Kubernetes 1.31 to 1.36."],
    ["a Kubernetes older than Talos runs", "kubernetes: v1.36.3", "kubernetes: v1.30.9", "cluster.kubernetes", "v1.30.9 is not supported by Talos v1.13.9. Talos 1.13 runs Kubernetes 1.31 to 1.36."],
    ["part of a GiB of disk", "cores: 4, memory: 8Gi, disk: 40Gi", "cores: 4, memory: 8Gi, disk: 60.5Gi", "machines.cp-1.disk", "60.5Gi is not whole GiB, as Proxmox counts disks"],
    ["part of a GiB of data disk", "dataDisk: 500Gi", "dataDisk: 0.4999Ti", "machines.worker-1.dataDisk", "0.4999Ti is not whole GiB, as Proxmox counts disks"],
    ["a data disk smaller than Longhorn's volume", "dataDisk: 500Gi", "dataDisk: 9Gi", "machines.worker-1.dataDisk", "9Gi is less than the 10Gi that Longhorn's volume asks for"],
    ["part of a MiB of memory", "memory: 32Gi, disk: 60Gi", "memory: 31.9999Gi, disk: 60Gi", "machines.worker-1.memory", "31.9999Gi is not whole MiB, as Proxmox counts memory"],
    ["a bridge that is none", "bridge: vmbr0", "bridge: vm br0", "proxmox.hosts.pve-1.bridge", '"vm br0" is not the name of a bridge such as vmbr0: 1 to 15 letters, digits, dots, - and _'],
    ["a bridge with a name too long for Linux", "bridge: vmbr0", "bridge: vmbr012345678901", "proxmox.hosts.pve-1.bridge", '"vmbr012345678901" is not the name of a bridge such as vmbr0: 1 to 15 letters, digits, dots, - and _'],
    ["a datastore for disks that is none", "disks: local-lvm", "disks: local lvm", "proxmox.hosts.pve-1.disks", '"local lvm" is not the name of a datastore such as local-lvm'],
    ["a datastore for images that is none", "images: local,", "images: local/,", "proxmox.hosts.pve-1.images", '"local/" is not the name of a datastore such as local-lvm'],
    ["pods over Proxmox", "pods: 10.244.0.0/16", "pods: 10.0.8.0/21", "network.pods", "10.0.8.0/21 holds 10.0.10.11 (proxmox.endpoint), which the cluster could then not reach"],
    ["pods over the media server", "pods: 10.244.0.0/16", "pods: 10.0.8.0/21", "network.pods", "10.0.8.0/21 holds 10.0.10.5 (media.server), which the cluster could then not reach"],
    ["pods over the backups' target", "pods: 10.244.0.0/16", "pods: 10.0.8.0/21", "network.pods", "10.0.8.0/21 holds 10.0.10.5 (backups.target), which the cluster could then not reach"],
    ["services over Proxmox", "services: 10.96.0.0/12", "services: 10.0.10.0/24", "network.services", "10.0.10.0/24 holds 10.0.10.11 (proxmox.endpoint), which the cluster could then not reach"],
    ["a DHCP range outside the subnet", "dhcp: 10.0.20.100-10.0.20.199", "dhcp: 10.0.21.100-10.0.21.199", "network.dhcp", "10.0.21.100-10.0.21.199 lies outside network.nodes (10.0.20.0/24)"],
    ["a DHCP range half outside the subnet", "dhcp: 10.0.20.100-10.0.20.199", "dhcp: 10.0.20.250-10.0.21.9", "network.dhcp", "10.0.20.250-10.0.21.9 lies outside network.nodes (10.0.20.0/24)"],
    ["a name server that is a pod's", "nameservers: [10.0.20.1]", "nameservers: [10.0.20.1, 10.244.0.10]", "network.pods", "10.244.0.0/16 holds 10.244.0.10 (network.nameservers[1]), which the cluster could then not reach", "pods: 10."],
    ["a name server that is a service", "nameservers: [10.0.20.1]", "nameservers: [10.96.0.10]", "network.services", "10.96.0.0/12 holds 10.96.0.10 (network.nameservers[0]), which the cluster could then not reach", "services: 10."],
    ["an Infisical that is a pod's", "siteUrl: https://eu.infisical.com", "siteUrl: https://10.244.3.4", "network.pods", "10.244.0.0/16 holds 10.244.3.4 (infisical.siteUrl), which the cluster could then not reach", "pods: 10."],
    ["a git server that is a service", "https://git.harness.io/", "https://10.97.0.9:3000/", "network.services", "10.96.0.0/12 holds 10.97.0.9 (git.repoURL), which the cluster could then not reach", "services: 10."],
    ["a certificate's name that is none", "tunnel: homelab", "tunnel: homelab\n    certificateNames: [example.com, '**.example.com']", "cloudflare.certificateNames[1]", '"**.example.com" is not a name on a certificate such as home.example.com or *.home.example.com'],
    ["a certificate of another zone", "zone: example.com", "zone: example.com\n    certificateNames: ['*.example.org']", "cloudflare.certificateNames[0]", "*.example.org lies outside cloudflare.zone (example.com)"],
  ];

  it.each(limits)("%s", (_, find, replace, path, message, on = replace.split("\n").at(-1) ?? "") => {
    const line = lineOf(on, good.replace(find, replace));
    expect(refusal(find, replace).split("\n").map((one) => one.trim())).toContain(`line ${line}: ${path} ${message}`);
  });

  it("takes names on an advanced certificate", () => {
    const text = good.replace("tunnel: homelab", "tunnel: homelab\n    certificateNames: ['*.home.example.com', home.example.com]");
    expect(parseStack(FILE, text).cloudflare.certificateNames).toEqual(["*.home.example.com", "home.example.com"]);
  });

  it("points at the line the mistake stands on", () => {
    expect(refusal("vip: 10.0.20.10", "vip: nowhere")).toMatch(new RegExp(`^line ${lineOf("vip: 10.0.20.10")}: network.vip`));
    expect(refusal("vmId: 2012", "vmId: 2011")).toMatch(new RegExp(`^line ${lineOf("cp-2: {")}: machines.cp-2.vmId`));
    expect(refusal("homelab:timeZone", "homelab:timezone")).toMatch(new RegExp(`line ${lineOf("homelab:timeZone")}: timezone`));
  });

  it("reports every mistake at once", () => {
    const message = refusal("vip: 10.0.20.10\n    loadBalancers: 10.0.20.200-10.0.20.239", "vip: 10.0.21.10\n    loadBalancers: 10.0.30.1-10.0.30.9");
    expect(message.split("\n")).toHaveLength(2);
  });

  it.each([
    ["broken YAML", "homelab:git:", "homelab:git: [", /^line \d+: is not valid YAML: /],
    ["a key twice", "homelab:timeZone: Europe/Berlin", "homelab:timeZone: Europe/Berlin\n  homelab:timeZone: UTC", /^line 6: is not valid YAML: Map keys must be unique$/],
    ["a tab for indentation", "  homelab:git:", "\thomelab:git:", /^line \d+: is not valid YAML: /],
    ["no config at all", "config:", "konfig:", /^line 1: has no `config:` with the stack's values$/],
    ["a key without its prefix", "homelab:timeZone", "timeZone", /^line 5: timeZone has the wrong prefix; write homelab:timeZone$/],
    ["a misspelt prefix", "homelab:timeZone", "homlab:timeZone", /^line 5: homlab:timeZone has the wrong prefix; write homelab:timeZone$/],
  ])("%s", (_, find, replace, message) => {
    expect(refusal(find, replace)).toMatch(message);
  });

  it("leaves other providers' keys alone", () => {
    expect(() => parseStack(FILE, good.replace("config:", "config:\n  kubernetes:enableServerSideApply: 'true'"))).not.toThrow();
  });
});

describe("values of the run", () => {
  const whole = Object.fromEntries(RUNTIME_SECRETS.map((name) => [name, `value of ${name}`]));

  it("come from the environment", () => {
    expect(runtimeSecrets({ ...whole, HOME: "/root" })).toEqual(whole);
  });

  it("are all missed at once, and named without their content", () => {
    const hint = "is not set; run under Infisical (see bootstrap/argocd/README.md) or set it";
    expect(() => runtimeSecrets({ ...whole, CLOUDFLARE_API_TOKEN: "", GIT_TOKEN: undefined })).toThrow(
      new ConfigError("the environment", [{ path: ["CLOUDFLARE_API_TOKEN"], message: hint }, { path: ["GIT_TOKEN"], message: hint }], String),
    );
    expect(() => runtimeSecrets({})).toThrow(RUNTIME_SECRETS.map((name) => `${name} ${hint}`).join("\n  "));
  });
});
