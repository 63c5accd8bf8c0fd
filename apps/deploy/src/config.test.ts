import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { APP, ConfigError, engineConfig, engineStack, loadStack, parseStack, runtimeSecret } from "./config.ts";

const FILE = "Pulumi.production.yaml";
const production = readFileSync(join(APP, FILE), "utf8");

/** The message a person reads when one piece of the production file is written differently. */
function refusal(find: string, replace: string): string {
  expect(production).toContain(find);
  const text = production.replace(find, replace);
  try {
    parseStack(FILE, text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.replace(`${FILE} cannot be used:\n  `, "");
  }
  throw new Error(`accepted: ${replace}`);
}

const lineOf = (find: string): number => production.slice(0, production.indexOf(find)).split("\n").length;

describe("a stack file", () => {
  it("is read whole", () => {
    const stack = loadStack("production");
    expect(Object.keys(stack.machines)).toEqual(["cp-1", "cp-2", "cp-3", "worker-1", "worker-2", "worker-3"]);
    expect(stack.network.vip).toBe("10.0.20.10");
  });

  it("is the same through the engine", () => {
    const stack = loadStack("production");
    expect(engineStack(engineConfig(stack))).toEqual(stack);
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
    expect(() => parseStack(FILE, production.replace("config:", "config:\n  kubernetes:enableServerSideApply: 'true'"))).not.toThrow();
  });
});

describe("values of the run", () => {
  it("come from the environment, and an error names the variable only", () => {
    expect(runtimeSecret("CLOUDFLARE_API_TOKEN", { CLOUDFLARE_API_TOKEN: "t" })).toBe("t");
    expect(() => runtimeSecret("CLOUDFLARE_API_TOKEN", { CLOUDFLARE_API_TOKEN: "" })).toThrow(
      "the environment cannot be used:\n  CLOUDFLARE_API_TOKEN is not set; run under Infisical (see bootstrap/argocd/README.md) or set it",
    );
  });
});
