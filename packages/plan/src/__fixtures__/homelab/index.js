// A homelab in small: what mocks do not show, each of it once.
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const nodes = config.requireObject("nodes");
const token = config.requireSecret("token");

class Pve extends pulumi.ProviderResource {
  constructor(name, args, opts) {
    super("proxmoxve", name, args, opts);
  }
}
class Any extends pulumi.CustomResource {
  constructor(type, name, args, opts) {
    super(type, name, { result: undefined, ...args }, opts);
  }
}

class Vm extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("rzp:proxmox:ProxmoxVm", name, {}, opts);
    const image = new Any("proxmoxve:Download/file:File", `${name}-image`, { url: "https://factory.talos.dev/x.raw.xz" }, { parent: this, retainOnDelete: true });
    const vm = new Any(
      "proxmoxve:VM/virtualMachine:VirtualMachine",
      `${name}-vm`,
      { node: args.node, cores: 4, disks: [{ image: image.id, size: 40 }], tags: ["talos", "rzp"] },
      {
        parent: this,
        version: "8.6.0",
        ignoreChanges: ["disks[0].fileId"],
        replaceOnChanges: ["node"],
        deleteBeforeReplace: true,
        additionalSecretOutputs: ["result"],
        customTimeouts: { create: "10m" },
        aliases: [{ name: `${name}-machine` }, { type: "proxmoxve:VM/old:Old" }, { parent: pulumi.rootStackResource }],
      },
    );
    this.registerOutputs({ vm: vm.id, node: args.node, token });
  }
}

const pve = new Pve("pve", { endpoint: "https://10.0.0.2:8006", apiToken: token, insecure: false });
const machines = nodes.map((node) => new Vm(node, { node: "pve-1" }, { providers: [pve], protect: true, aliases: [{ name: `old-${node}` }] }));
const loose = new Vm("loose", { node: "pve-2" }, { provider: pve, dependsOn: machines, retainOnDelete: true, deletedWith: pve });

const secrets = new Any("talos:machine/secrets:Secrets", "talos", { talosVersion: "v1.13.0" });
const patch = "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        vip:\n          ip: 10.0.0.5\n";
const unsent = pulumi.runtime.invokeOutput("talos:machine/getConfiguration:getConfiguration", { clusterName: "homelab", machineSecrets: secrets.result });
const answered = pulumi.runtime.invokeOutput("talos:imageFactory/getUrls:getUrls", { talosVersion: "v1.13.0" });
const unanswered = pulumi.runtime.invokeOutput("talos:imageFactory/getVersions:getVersions", { since: token });

new Any("talos:machine/configurationApply:ConfigurationApply", "apply", {
  node: "10.0.0.11",
  machineConfigurationInput: unsent.apply((result) => result.machineConfiguration),
  configPatches: [patch],
  installer: answered.apply((result) => result.urls.installer),
  versions: unanswered.apply((result) => result.talosVersions),
  nested: { deep: [{ password: pulumi.secret("correct-horse-battery") }] },
  byHand: token.apply((value) => value).apply((value) => value) && pulumi.unsecret(token).apply((value) => `Bearer ${value}`),
  file: new pulumi.asset.StringAsset("some text"),
  archive: new pulumi.asset.AssetArchive({ "a.txt": new pulumi.asset.StringAsset("a") }),
  machine: loose,
}, { deletedWith: secrets });

new Any("kubernetes:core/v1:Secret", "eso", { metadata: { name: "eso" }, stringData: { token } }, { version: "4.34.2", protect: false });
new Any("kubernetes:core/v1:ConfigMap", "w-10", { data: {} }, { version: "4.34.2" });
new Any("kubernetes:core/v1:ConfigMap", "w-2", { data: {} }, { version: "4.34.2" });
new Any("cloudflare:index/zone:Zone", "zone", {}, { id: "zone-id" });
new Any("cloudflare:index/record:Record", "imported", { name: "home" }, { import: "record-id" });

const made = new Any("random:index/randomPassword:RandomPassword", "password", { length: 20 });
made.id.apply((id) => new Any("demo:index:Late", "unknown-in-preview", { made: id }));
pulumi.output("known").apply((value) => new Any("demo:index:Late", "in-apply", { value }));
new pulumi.StackReference("organization/network/production");

pulumi.log.warn("the token is " + config.get("token"), loose);
console.log("\u001b[1mprinted\u001b[22m by the program");
process.emitWarning("old");
export const endpoint = "https://10.0.0.5:6443";
export const kubeconfig = pulumi.secret("apiVersion: v1 # very-secret-kubeconfig");
export const ip = secrets.id;
