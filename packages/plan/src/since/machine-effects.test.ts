import { describe, expect, it } from "vitest";
import { FILE, machines, RECORD, resource, SECRETS, VM, word, type Resource } from "./resources.test-data.ts";

describe("what a changed input does to a live thing", () => {
  it.each<[what: string, type: string, before: Resource["inputs"], after: Resource["inputs"], effect: string]>([
    ["more memory", VM, { memory: { dedicated: 8192 } }, { memory: { dedicated: 16384 } }, "restart"],
    ["another CPU type", VM, { cpu: { type: "host" } }, { cpu: { type: "x86-64-v2-AES" } }, "restart"],
    ["a tag", VM, { tags: ["a"] }, { tags: ["b"] }, "in place"],
    ["a disk that grows", VM, { disks: [{ size: 40 }] }, { disks: [{ size: 50 }] }, "in place"],
    ["a disk that shrinks", VM, { disks: [{ size: 50 }] }, { disks: [{ size: 40 }] }, "refused!"],
    ["one more disk", VM, { disks: [{ size: 50 }] }, { disks: [{ size: 50 }, { size: 500 }] }, "unclear"],
    ["another image, after its creation", VM, { disks: [{ importFrom: "a" }] }, { disks: [{ importFrom: "b" }] }, "nothing"],
    ["another boot disk by fileId", VM, { disks: [{ fileId: "a" }] }, { disks: [{ fileId: "b" }] }, "replace!"],
    ["another id", VM, { vmId: 1 }, { vmId: 2 }, "replace!"],
    ["another host, with migrate", VM, { nodeName: "a", migrate: true }, { nodeName: "b", migrate: true }, "in place"],
    ["another host, without", VM, { nodeName: "a" }, { nodeName: "b" }, "replace!"],
    ["an EFI disk's type", VM, { efiDisk: { type: "2m" } }, { efiDisk: { type: "4m" } }, "replace!"],
    ["an EFI disk where there was none", VM, {}, { efiDisk: { type: "4m" } }, "restart"],
    ["cloud-init's type", VM, { initialization: { type: "nocloud" } }, { initialization: { type: "configdrive2" } }, "replace!"],
    ["cloud-init's address", VM, { initialization: { ipConfigs: [{ ipv4: { address: "a" } }] } }, { initialization: { ipConfigs: [{ ipv4: { address: "b" } }] } }, "restart"],
    ["cloud-init with a type, where there was none", VM, {}, { initialization: { type: "nocloud" } }, "replace!"],
    ["cloud-init without, where there was none", VM, {}, { initialization: { datastoreId: "a" } }, "restart"],
    ["more memory at the next start", VM, { memory: { dedicated: 1 }, rebootAfterUpdate: false }, { memory: { dedicated: 2 }, rebootAfterUpdate: false }, "in place"],
    ["a CPU that is plugged in", VM, { cpu: { hotplugged: 1 } }, { cpu: { hotplugged: 2 } }, "in place"],
    ["a schematic of which nobody said that it is made anew", "talos:imageFactory/schematic:Schematic", { schematic: "a" }, { schematic: "b" }, "in place"],
    ["the machine that etcd was started on", "talos:machine/bootstrap:Bootstrap", { node: "a" }, { node: "b" }, "nothing"],
    ["where the kubeconfig is from", "talos:cluster/kubeconfig:Kubeconfig", { node: "a" }, { node: "b" }, "nothing"],
    ["how soon a kubeconfig is renewed", "talos:cluster/kubeconfig:Kubeconfig", { certificateRenewalDuration: "1h" }, { certificateRenewalDuration: "720h" }, "in place"],
    ["what nobody has looked up", VM, { poolId: "a" }, { poolId: "b" }, "unclear"],
    ["an image's URL", FILE, { url: "a" }, { url: "b" }, "replace"],
    ["a raised version of the secrets", SECRETS, { talosVersion: "v1.9.0" }, { talosVersion: "v1.13.0" }, "in place"],
    ["a lowered version of the secrets", SECRETS, { talosVersion: "v1.13.0" }, { talosVersion: "v1.9.0" }, "replace!"],
    ["a record's content", RECORD, { content: "a" }, { content: "b" }, "in place"],
    ["a record's type", RECORD, { type: "A" }, { type: "CNAME" }, "replace"],
    ["an object's name", "kubernetes:core/v1:Secret", { metadata: { name: "a" } }, { metadata: { name: "b" } }, "replace"],
    ["a provider's address", "pulumi:providers:proxmoxve", { endpoint: "a" }, { endpoint: "b" }, "in place"],
  ])("%s", (_, type, before, after, effect) => {
    expect(machines([resource(type, "x", before)], [resource(type, "x", after)]).map(word)).toEqual([effect]);
  });
});
