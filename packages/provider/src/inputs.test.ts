import { output, secret } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { checkInputs } from "./inputs.ts";
import { rzpProvider, schema } from "./index.ts";

const VM = "rzp:proxmox:ProxmoxVm";
const vm = {
  node: "pve-1",
  vmId: 2011,
  cores: 4,
  memory: "8Gi",
  image: output("local:import/talos.qcow2"),
  disks: { scsi0: { size: "40Gi", datastore: "local-lvm" } },
  network: { bridge: "vmbr0", address: "10.0.20.11/24" },
};
const node = { role: "controlplane", address: "10.0.20.11" };
const cluster = {
  image: { version: "v1.13.9", installerImage: output("factory.talos.dev/x:v1.13.9") },
  kubernetes: "v1.36.3",
  secretsFrom: "v1.13.0",
  vip: "10.0.20.10",
  network: { nodes: "10.0.20.0/24", gateway: "10.0.20.1", nameservers: ["10.0.20.1"] },
  nodes: { "cp-1": node },
};

describe("checkInputs", () => {
  it("takes what the schema has, known or not where it may be", () => {
    expect(() => {
      checkInputs(schema, VM, vm);
      checkInputs(schema, "rzp:talos:TalosCluster", cluster);
    }).not.toThrow();
  });

  it.each<[what: string, type: string, inputs: Record<string, unknown>, path: string, reason: RegExp]>([
    ["a misspelt input", VM, { ...vm, memroy: "8Gi" }, "memroy", /^is not known\..*memory/],
    ["a misspelt input further in", VM, { ...vm, network: { ...vm.network, adress: "10.0.20.11/24" } }, "network.adress", /^is not known\..*address/],
    ["one of a disk", VM, { ...vm, disks: { scsi0: { ...vm.disks.scsi0, sise: "1Gi" } } }, "disks.scsi0.sise", /^is not known\..*size/],
    ["what is missing", VM, { ...vm, node: undefined }, "node", /^is missing$/],
    ["what is missing further in", "rzp:talos:TalosCluster", { ...cluster, nodes: { "cp-1": { role: "worker" } } }, "nodes.cp-1.address", /^is missing$/],
    ["what is known only later, where it decides what is made", VM, { ...vm, node: output("pve-1") }, "node", /^must be known when the program runs/],
    ["a secret there", VM, { ...vm, network: { ...vm.network, address: secret("10.0.20.11/24") } }, "network.address", /^must be known when the program runs/],
    ["a number as text", VM, { ...vm, vmId: "2011" }, "vmId", /^is "2011", and must be a number$/],
    ["a text as a number, in a list", VM, { ...vm, tags: ["talos", 1] }, "tags[1]", /^is 1, and must be a string$/],
    ["a value that is none of the few", "rzp:talos:TalosCluster", { ...cluster, nodes: { "cp-1": { ...node, role: "master" } } }, "nodes.cp-1.role", /^is "master"\. It is one of controlplane, worker$/],
  ])("refuses %s", (_what, type, inputs, path, reason) => {
    expect(() => {
      checkInputs(schema, type, inputs);
    }).toThrow(expect.objectContaining({ propertyPath: path, reason: expect.stringMatching(reason) as string }) as Error);
  });
});

describe("the provider", () => {
  it("refuses a component that it does not have, and names those it has", async () => {
    await expect(rzpProvider.construct?.("x", "rzp:proxmox:ProxmoxVN", {}, {})).rejects.toThrow(/^rzp:proxmox:ProxmoxVN is none of the components of rzp: .*rzp:proxmox:ProxmoxVm/);
  });
});
