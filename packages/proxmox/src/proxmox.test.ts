import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { Provider } from "@muhlba91/pulumi-proxmoxve";
import { ComponentResource, secret } from "@pulumi/pulumi";
import { ArgumentError } from "@rzp/core";
import { at, record, valueOf, type Registration } from "@rzp/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageFileName, macAddress, ProxmoxImage, ProxmoxVm, type ProxmoxImageArgs, type ProxmoxVmArgs } from "./index.ts";

const SCHEMATIC = "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba";
const URL = `https://factory.talos.dev/image/${SCHEMATIC}/v1.13.9/nocloud-amd64.qcow2`;
const VM = "proxmoxve:index/vmLegacy:VmLegacy";
const FILE = "proxmoxve:download/file:File";

const image: ProxmoxImageArgs = { node: "pve-1", datastore: "local", url: URL, version: "v1.13.9" };
const basic: ProxmoxVmArgs = {
  node: "pve-1",
  vmId: 2011,
  cores: 4,
  memory: "8Gi",
  image: "local:import/talos.qcow2",
  disks: { scsi0: { size: "40Gi", datastore: "local-lvm" } },
  network: { bridge: "vmbr0", vlan: 20, address: "10.0.20.11/24", gateway: "10.0.20.1", nameservers: ["10.0.20.1"] },
  tags: ["talos", "control-plane"],
};

async function vm(args: Partial<ProxmoxVmArgs> = {}, opts?: ConstructorParameters<typeof ProxmoxVm>[2]): Promise<Registration> {
  return (await record(() => new ProxmoxVm("cp-1", { ...basic, ...args }, opts))).find(VM);
}

async function file(args: Partial<ProxmoxImageArgs> = {}): Promise<Registration> {
  return (await record(() => new ProxmoxImage("talos-pve-1", { ...image, ...args }))).find(FILE);
}

describe("ProxmoxVm", () => {
  it("registers exactly this", async () => {
    const { inputs } = await vm();
    expect(inputs).toEqual({
      name: "cp-1",
      vmId: 2011,
      nodeName: "pve-1",
      machine: "q35",
      bios: "ovmf",
      operatingSystem: { type: "l26" },
      efiDisk: { datastoreId: "local-lvm", type: "4m", fileFormat: "raw", preEnrolledKeys: false },
      cpu: { cores: 4, sockets: 1, type: "x86-64-v2-AES" },
      memory: { dedicated: 8192, floating: 0 },
      scsiHardware: "virtio-scsi-single",
      disks: [
        { interface: "scsi0", datastoreId: "local-lvm", size: 40, iothread: true, discard: "on", ssd: true, backup: true, importFrom: "local:import/talos.qcow2" },
      ],
      cdrom: { fileId: "none", interface: "ide2" },
      bootOrders: ["scsi0"],
      networkDevices: [{ bridge: "vmbr0", model: "virtio", macAddress: macAddress("cp-1"), vlanId: 20 }],
      initialization: {
        datastoreId: "local-lvm",
        interface: "ide0",
        ipConfigs: [{ ipv4: { address: "10.0.20.11/24", gateway: "10.0.20.1" } }],
        dns: { servers: ["10.0.20.1"] },
      },
      serialDevices: [{ device: "socket" }],
      agent: { enabled: true, waitForIp: { disabled: true } },
      timeoutShutdownVm: 600,
      onBoot: true,
      started: true,
      rebootAfterUpdate: true,
      migrate: true,
      stopOnDestroy: true,
      deleteUnreferencedDisksOnDestroy: false,
      tags: ["control-plane", "talos"],
    });
  });

  it("is one component with one child of the same name, and gives what others compose with", async () => {
    const { result, resources, find } = await record(() => new ProxmoxVm("cp-1", basic));
    expect(resources.map(({ type, name }) => [type, name])).toEqual([
      ["rzp:proxmox:ProxmoxVm", "cp-1"],
      [VM, "cp-1"],
    ]);
    expect(find(VM).parentUrn).toBe(find("rzp:proxmox:ProxmoxVm").urn);
    expect(await valueOf(result.vmId)).toBe(2011);
    expect([result.macAddress, result.address]).toEqual([macAddress("cp-1"), "10.0.20.11"]);
  });

  it("hands the provider in its options to what it makes", async () => {
    const { find } = await record(() => {
      const provider = new Provider("pve", { endpoint: "https://pve.lan:8006" });
      new ProxmoxVm("cp-1", basic, { provider });
      new ProxmoxImage("talos", image, { provider });
    });
    const provider = `${find("pulumi:providers:proxmoxve").urn}::pve-id`;
    expect([find(VM).provider, find(FILE).provider]).toEqual([provider, provider]);
  });

  it("passes on every choice", async () => {
    const { inputs } = await vm({
      cpu: "host",
      agent: false,
      shutdownTimeout: "90s",
      onBoot: false,
      started: false,
      rebootAfterUpdate: false,
      migrate: false,
      tags: [],
      network: { bridge: "lan", mac: "02:00:00:00:00:01" },
    });
    expect(inputs).toMatchObject({ agent: { enabled: false }, timeoutShutdownVm: 90, onBoot: false, started: false, rebootAfterUpdate: false, migrate: false, tags: [] });
    expect(inputs.cpu).toEqual({ cores: 4, sockets: 1, type: "host" });
    expect(inputs.networkDevices).toEqual([{ bridge: "lan", model: "virtio", macAddress: "02:00:00:00:00:01" }]);
    expect(inputs).not.toHaveProperty("initialization");
  });
});

describe("dangers of the provider, VmLegacy", () => {
  it("a machine without a name is replaced by adopting and then deleting it: the name is always set, whatever a transform does", async () => {
    expect((await vm()).inputs.name).toBe("cp-1");
    const { inputs } = await vm({ transform: { vm: () => ({ nodeName: "other" }) } });
    expect(inputs).toEqual({ name: "cp-1", vmId: 2011, nodeName: "pve-1" });
  });

  it("a machine without a vmId takes one that nobody has checked: it is a plain number, known at preview", async () => {
    const { find } = await record(() => new ProxmoxVm("cp-1", basic), { preview: true });
    expect(find(VM).inputs.vmId).toBe(2011);
  });

  it("without a cdrom the provider boots from a phantom one on ide3: an empty one on ide2, and an explicit boot order", async () => {
    const { inputs } = await vm();
    expect(inputs.cdrom).toEqual({ fileId: "none", interface: "ide2" });
    expect(inputs.bootOrders).toEqual(["scsi0"]);
  });

  it("the address's drive and the empty cdrom want the same slot, and the cdrom wins: the drive is on ide0", async () => {
    const { inputs } = await vm();
    expect(at(inputs, "initialization.interface")).toBe("ide0");
    expect(at(inputs, "cdrom.interface")).not.toBe(at(inputs, "initialization.interface"));
  });

  it("an address given later would replace the machine if its drive had a type: it has none", async () => {
    expect((await vm()).inputs.initialization).not.toHaveProperty("type");
  });

  it("every preview shows disks[n].speed: one ignored path a disk, also for disks that are added later or by a transform", async () => {
    expect((await vm()).options.ignoreChanges).toEqual(["disks[0].speed"]);
    const two = { ...basic.disks, scsi1: { size: "500Gi", datastore: "local-lvm" } } as const;
    expect((await vm({ disks: two })).options.ignoreChanges).toEqual(["disks[0].speed", "disks[1].speed"]);
    const three = await vm({ disks: two, transform: { vm: (args) => ({ ...args, disks: [{ interface: "scsi0" }, { interface: "scsi1" }, { interface: "virtio0" }] }) } });
    expect(three.options.ignoreChanges).toEqual(["disks[0].speed", "disks[1].speed", "disks[2].speed"]);
  });

  it("a disk that moves up in a list is another disk, and its data is gone: slots are names, and the order of writing does not matter", async () => {
    const { inputs } = await vm({
      disks: { scsi10: { size: "1Gi", datastore: "hdd", backup: false }, scsi2: { size: "500Gi", datastore: "ssd" }, scsi0: { size: "40Gi", datastore: "ssd" } },
    });
    expect((inputs.disks as Record<string, unknown>[]).map((disk) => [disk.interface, disk.size, disk.datastoreId, disk.backup, disk.importFrom])).toEqual([
      ["scsi0", 40, "ssd", true, "local:import/talos.qcow2"],
      ["scsi2", 500, "ssd", true, undefined],
      ["scsi10", 1, "hdd", false, undefined],
    ]);
  });

  it("waiting for an agent's address hangs every read for 15 minutes: the wait is off, with the agent on and off", async () => {
    expect((await vm()).inputs.agent).toEqual({ enabled: true, waitForIp: { disabled: true } });
    expect((await vm({ agent: false })).inputs.agent).toEqual({ enabled: false, waitForIp: { disabled: true } });
  });

  it("a mute agent holds up a power cycle for 30 minutes and a destroy too: ten at most, and a destroy does not ask", async () => {
    expect((await vm()).inputs).toMatchObject({ timeoutShutdownVm: 600, stopOnDestroy: true });
  });

  it("a destroy takes disks that only carry the same vmId: it leaves them", async () => {
    expect((await vm()).inputs.deleteUnreferencedDisksOnDestroy).toBe(false);
  });

  it("a changed node deletes the machine first: it migrates live, unless told otherwise", async () => {
    expect((await vm()).inputs.migrate).toBe(true);
    expect((await vm({ migrate: false })).inputs.migrate).toBe(false);
  });

  it("Proxmox sorts tags, and every preview would show them: they are sent sorted", async () => {
    expect((await vm({ tags: ["b", "a", "_", "c.d"] })).inputs.tags).toEqual(["_", "a", "b", "c.d"]);
  });

  it("memory is MiB on the wire", async () => {
    expect((await vm({ memory: "1536Mi" })).inputs.memory).toEqual({ dedicated: 1536, floating: 0 });
  });

  it("a failed replacement leaves no machine: protected, also where the option is there but undefined, or a parent is not", async () => {
    class Group extends ComponentResource {
      constructor() {
        super("test:index:Group", "group", {}, { protect: false });
        new ProxmoxVm("cp-1", basic, { parent: this });
      }
    }
    expect((await vm()).options.protect).toBe(true);
    // What a program that forwards options of its own hands over: not a word to turn safety off.
    expect((await vm({}, { protect: undefined } as unknown as { protect: boolean })).options.protect).toBe(true);
    expect((await record(() => new Group())).find(VM).options.protect).toBe(true);
    const open = await record(() => new ProxmoxVm("cp-1", basic, { protect: false }));
    expect(open.resources.map(({ options }) => options.protect)).toEqual([false, false]);
  });

  it("one `up` powers independent machines off together: dependsOn reaches the machine itself", async () => {
    const { find } = await record(() => {
      const first = new ProxmoxVm("cp-1", basic);
      new ProxmoxVm("cp-2", { ...basic, vmId: 2012 }, { dependsOn: first });
    });
    expect(find(VM, "cp-2").options.dependsOn).toContain(find(VM, "cp-1").urn);
    expect(find(VM, "cp-1").options.dependsOn).toEqual([]);
  });
});

describe("macAddress", () => {
  it("is stable: a reservation written today fits tomorrow", () => {
    expect(macAddress("cp-1")).toBe("CE:B8:27:C1:4C:EE");
  });

  it("is locally administered, unicast, and upper case as Proxmox writes it back, for any name", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(macAddress(name)).toMatch(/^[0-9A-F][26AE](:[0-9A-F]{2}){5}$/);
        expect(macAddress(name)).toBe(macAddress(name));
      }),
    );
  });

  it("is never the same for two names", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/), { minLength: 100, maxLength: 500 }), (names) => {
        expect(new Set(names.map(macAddress)).size).toBe(names.length);
      }),
      { numRuns: 20 },
    );
    const numbered = Array.from({ length: 20_000 }, (_, n) => macAddress(`node-${n}`));
    expect(new Set(numbered).size).toBe(numbered.length);
  });
});

describe("ProxmoxImage", () => {
  it("registers exactly this, and gives the volume to import", async () => {
    const { result, resources, find } = await record(() => new ProxmoxImage("talos-pve-1", image), {
      newResource: ({ type }) => (type === FILE ? { id: "local:import/x.qcow2", state: {} } : undefined),
    });
    expect(resources.map(({ type, name, options }) => [type, name, options.protect])).toEqual([
      ["rzp:proxmox:ProxmoxImage", "talos-pve-1", false],
      [FILE, "talos-pve-1", false],
    ]);
    expect(find(FILE).parentUrn).toBe(find("rzp:proxmox:ProxmoxImage").urn);
    expect(find(FILE).inputs).toEqual({
      nodeName: "pve-1",
      datastoreId: "local",
      contentType: "import",
      url: URL,
      fileName: imageFileName(URL, image),
      overwriteUnmanaged: true,
      overwrite: false,
      uploadTimeout: 1800,
    });
    expect(find(FILE).inputs.fileName).toMatch(/^talos-v1\.13\.9-[0-9a-f]{8}-nocloud-amd64\.qcow2$/);
    expect(await valueOf(result.fileId)).toBe("local:import/x.qcow2");
  });

  it("takes a URL of the same `up`, and a transform", async () => {
    const { inputs } = await file({ url: secret(URL), transform: { file: { verify: false } } });
    expect(inputs).toMatchObject({ url: URL, fileName: imageFileName(URL, image), verify: false });
  });

  it("boots what the URL says, and names the file after it: another factory, another architecture", async () => {
    const url = `https://factory.lan/talos/image/${SCHEMATIC}/v1.13.9/nocloud-arm64.qcow2`;
    const { inputs } = await file({ url });
    expect(inputs.url).toBe(url);
    expect(inputs.fileName).toMatch(/-nocloud-arm64\.qcow2$/);
  });
});

describe("dangers of the provider, download.File", () => {
  const copy = fc.record({
    node: fc.constantFrom("pve-1", "pve-2"),
    factory: fc.constantFrom("https://factory.talos.dev", "https://factory.lan", "http://factory.lan/talos"),
    version: fc.constantFrom("v1.13.9", "v1.13.10", "v1.14.0-alpha.1"),
    schematic: fc.constantFrom(SCHEMATIC, `${SCHEMATIC.slice(0, 63)}b`, SCHEMATIC.replace("3", "4")),
    architecture: fc.constantFrom("amd64", "arm64"),
  });
  type Copy = typeof copy extends fc.Arbitrary<infer T> ? T : never;
  const name = ({ node, factory, version, schematic, architecture }: Copy): string =>
    imageFileName(`${factory}/image/${schematic}/${version}/nocloud-${architecture}.qcow2`, { node, version });

  it("a replacement under the same name deletes the new image: whatever replaces the file changes its name", () => {
    fc.assert(
      fc.property(copy, copy, (a, b) => {
        expect(name(a) === name(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it("Proxmox refuses other characters, and other endings than .qcow2, .raw, .vmdk and .ova for an import", () => {
    fc.assert(
      fc.property(copy, (args) => {
        expect(name(args)).toMatch(/^[a-zA-Z0-9.+=_-]+\.qcow2$/);
        expect(name(args)).toContain(args.version);
        expect(name(args).length).toBeLessThanOrEqual(255);
      }),
    );
  });

  it("an image that the factory built anew has another size, and a refresh would replace it under the same name: sizes are not looked at", async () => {
    expect((await file()).inputs.overwrite).toBe(false);
  });

  it("the file is dropped from the state on any read error, and is then in its own way: it may be overwritten", async () => {
    expect((await file()).inputs.overwriteUnmanaged).toBe(true);
  });

  it("content of type import is never decompressed: the image is not compressed, and nothing asks for it", async () => {
    const { inputs } = await file();
    expect(inputs.url).toMatch(/\.qcow2$/);
    expect(inputs).not.toHaveProperty("decompressionAlgorithm");
  });
});

const withDisk = (slot: string, disk: object): Partial<ProxmoxVmArgs> => ({ disks: { ...basic.disks, [slot]: { size: "1Gi", datastore: "local-lvm", ...disk } } });
const withNetwork = (network: Partial<ProxmoxVmArgs["network"]>): Partial<ProxmoxVmArgs> => ({ network: { bridge: "vmbr0", ...network } });

describe("good arguments at the edge", () => {
  it.each<[string, Partial<ProxmoxVmArgs>]>([
    ["the smallest machine", { memory: "1Gi", disks: { scsi0: { size: "10Gi", datastore: "zfs" } } }],
    ["a host in capitals", { node: "PVE-1" }],
    ["the last slot", withDisk("scsi30", {})],
    ["an address without a way out", withNetwork({ address: "10.0.20.11/24" })],
    ["a machine of the other half of a /31", withNetwork({ address: "10.0.20.0/31", gateway: "10.0.20.1" })],
    ["an image of the same `up`", { image: secret("anything") }],
  ])("takes %s", async (_, args) => {
    await expect(vm(args)).resolves.toBeDefined();
  });
});

describe("bad arguments are refused before anything is registered", () => {
  it.each<[string, Partial<ProxmoxVmArgs>]>([
    ['node "pve-1.lan" is not the name of a Proxmox host. Use the name as it stands in Proxmox, without a domain.', { node: "pve-1.lan" }],
    ["vmId is 99. Use a whole number from 100 to 999999999 that no other machine of this Proxmox cluster has.", { vmId: 99 }],
    ["vmId is 1000000000. Use a whole", { vmId: 1_000_000_000 }],
    ["vmId is 100.5. Use a whole", { vmId: 100.5 }],
    ["vmId is NaN. Use a whole", { vmId: Number.NaN }],
    ["cores is 0. Use a whole number from 1 to 1024.", { cores: 0 }],
    ["cores is 2.5. Use", { cores: 2.5 }],
    ["cores is 1025. Use", { cores: 1025 }],
    ['memory "8GB" is not an amount of memory. Use whole MiB and at least 1Gi, such as 8Gi or 8192Mi.', { memory: "8GB" as "8Gi" }],
    ['memory "0.0001Gi" is not', { memory: "0.0001Gi" }],
    ['memory "1048577Ki" is not', { memory: "1048577Ki" }],
    ['memory "512Mi" is not', { memory: "512Mi" }],
    ['image "local:iso/talos.iso" is not an image to import. Use the fileId of a ProxmoxImage, or a volume id such as local:import/talos.qcow2.', { image: "local:iso/talos.iso" }],
    ['image "" is not an image to import.', { image: "" }],
    ["cpu is empty. Leave it out, or name a CPU type such as host or x86-64-v3.", { cpu: " " }],
    ["disks.scsi0 is missing. It is the disk that the machine boots from.", { disks: { scsi1: { size: "1Gi", datastore: "a1" } } as unknown as ProxmoxVmArgs["disks"] }],
    ["disks.scsi31 is not a slot for a disk. Use scsi0 to scsi30.", withDisk("scsi31", {})],
    ["disks.scsi01 is not a slot for a disk.", withDisk("scsi01", {})],
    ["disks.virtio0 is not a slot for a disk.", withDisk("virtio0", {})],
    ["disks.scsi0.size is 9Gi; Talos needs at least 10Gi.", withDisk("scsi0", { size: "9Gi" })],
    ['disks.scsi1.size "500Mi" is not the size of a disk. Use whole GiB, such as 40Gi.', withDisk("scsi1", { size: "500Mi" })],
    ['disks.scsi1.size "1.5Gi" is not', withDisk("scsi1", { size: "1.5Gi" })],
    ['disks.scsi1.size "0Gi" is not', withDisk("scsi1", { size: "0Gi" })],
    ['disks.scsi1.datastore "local lvm" is not the name of a datastore. Use the name as it stands in Proxmox, such as local-lvm.', withDisk("scsi1", { datastore: "local lvm" })],
    ['network.bridge "vmbr0/20" is not the name of a bridge. Use the name as it stands in Proxmox, such as vmbr0.', withNetwork({ bridge: "vmbr0/20" })],
    ['network.bridge "a-bridge-of-16chr" is not', withNetwork({ bridge: "a-bridge-of-16chr" })],
    ["network.vlan is 0. Use 1 to 4094, or leave it out for untagged.", withNetwork({ vlan: 0 })],
    ["network.vlan is 4095. Use", withNetwork({ vlan: 4095 })],
    ['network.mac "01:00:00:00:00:01" is not a unicast MAC address in upper case. Write it as 02:AB:CD:EF:01:23, or', withNetwork({ mac: "01:00:00:00:00:01" })],
    ['network.mac "02:ab:cd:ef:01:23" is not', withNetwork({ mac: "02:ab:cd:ef:01:23" })],
    ['network.address "10.0.20.11" is not an address of a machine with its prefix. Write it as 10.0.20.11/24.', withNetwork({ address: "10.0.20.11" })],
    ['network.address "10.0.20.0/24" is not', withNetwork({ address: "10.0.20.0/24" })],
    ['network.address "10.0.20.255/24" is not', withNetwork({ address: "10.0.20.255/24" })],
    ['network.gateway "router" is not an IPv4 address.', withNetwork({ address: "10.0.20.11/24", gateway: "router" })],
    ["network.gateway is 10.0.21.1, outside 10.0.20.0/24. A machine only", withNetwork({ address: "10.0.20.11/24", gateway: "10.0.21.1" })],
    ["network.gateway is 10.0.20.11, the machine's own address. Name the router's.", withNetwork({ address: "10.0.20.11/24", gateway: "10.0.20.11" })],
    ["network.gateway is given without an address. Give network.address too, or leave both to DHCP.", withNetwork({ gateway: "10.0.20.1" })],
    ["network.nameservers are given without an address. Give", withNetwork({ nameservers: ["10.0.20.1"] })],
    ['network.nameservers[1] "dns.lan" is not an IPv4 address.', withNetwork({ address: "10.0.20.11/24", nameservers: ["10.0.20.1", "dns.lan"] })],
    ['tags[1] "Talos" is not a tag. Use a-z, 0-9, _, and after the first character also -, + and dots.', { tags: ["a", "Talos"] }],
    ['tags[0] "-a" is not a tag.', { tags: ["-a"] }],
    ['tags[0] "a;b" is not a tag.', { tags: ["a;b"] }],
    ['tags[1] "a" is there twice.', { tags: ["a", "a"] }],
    ['shutdownTimeout "10" is not a duration of whole seconds. Write it as 90s or 10m.', { shutdownTimeout: "10" }],
    ['shutdownTimeout "1500ms" is not', { shutdownTimeout: "1500ms" }],
  ])("ProxmoxVm: %s", async (message, args) => {
    await expectRefusal(`ProxmoxVm "cp-1": ${message}`, () => new ProxmoxVm("cp-1", { ...basic, ...args }));
  });

  it.each(["CP-1", "cp_1", "cp-1.lan", "-cp", "", "a".repeat(64)])("ProxmoxVm with the name %j", async (name) => {
    await expectRefusal(`ProxmoxVm "${name}": is not a name for a machine. Use a-z, 0-9 and -`, () => new ProxmoxVm(name, basic));
  });

  it.each<[string, Partial<ProxmoxImageArgs>]>([
    ['node "" is not the name of a Proxmox host.', { node: "" }],
    ['datastore "l" is not the name of a datastore.', { datastore: "l" }],
    ['version "1.13.9" is not a Talos version. Write it in full, such as v1.13.9.', { version: "1.13.9" }],
    ['version "v1.13" is not', { version: "v1.13" }],
    ['version "latest" is not', { version: "latest" }],
    ['url "https://factory.lan/nocloud-amd64.raw.xz" is not the address of a .qcow2 image. Use the diskImageUrl of a TalosImage: Proxmox imports what is not compressed.', { url: "https://factory.lan/nocloud-amd64.raw.xz" }],
    ...["", "factory.lan/a.qcow2", "ftp://factory.lan/a.qcow2", "https://factory.lan/a.qcow2?v=1", "https://factory.lan/", "https:///a.qcow2", "https://factory.lan/a b.qcow2", "https://factory.lan/.qcow2/"].map(
      (url): [string, Partial<ProxmoxImageArgs>] => [`url "${url}" is not the address of a .qcow2 image.`, { url }],
    ),
  ])("ProxmoxImage: %s", async (message, args) => {
    await expectRefusal(`ProxmoxImage "talos": ${message}`, () => new ProxmoxImage("talos", { ...image, ...args }));
  });
});

describe("an image whose URL is known too late for that", () => {
  /** In a process of its own, since a failure ends the process; prints the URLs that are to be downloaded. */
  function downloaded(url: string): { status: number | null; stdout: string; stderr: string } {
    const script = `
      import { output } from "@pulumi/pulumi";
      import { record } from "@rzp/testing";
      import { ProxmoxImage } from "./src/index.ts";
      const args = { ...${JSON.stringify(image)}, url: output(${JSON.stringify(url)}) };
      await record(() => new ProxmoxImage("talos", args), { newResource: ({ type, inputs }) => console.log(type, inputs.url) });`;
    return spawnSync(process.execPath, ["--conditions=@rzp/source", "--input-type=module", "-e", script], { cwd: resolve(import.meta.dirname, ".."), encoding: "utf8" });
  }

  it("is downloaded where it is a .qcow2", () => {
    expect(downloaded(URL)).toMatchObject({ status: 0, stdout: `rzp:proxmox:ProxmoxImage undefined\n${FILE} ${URL}\n` });
  });

  it("is refused before it is downloaded where it is none", () => {
    const { status, stdout, stderr } = downloaded("https://factory.lan/nocloud-amd64.raw.xz");
    expect(stderr).toContain('ProxmoxImage "talos": url "https://factory.lan/nocloud-amd64.raw.xz" is not the address of a .qcow2 image.');
    expect(status).not.toBe(0);
    expect(stdout).not.toContain(FILE);
  });
});

async function expectRefusal(message: string, program: () => unknown): Promise<void> {
  let refused: unknown;
  const { resources } = await record(() => {
    try {
      program();
    } catch (error) {
      refused = error;
    }
  });
  expect(refused).toBeInstanceOf(ArgumentError);
  expect((refused as Error).message.slice(0, message.length)).toBe(message);
  expect(resources).toEqual([]);
}
