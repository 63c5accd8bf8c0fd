import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { ArgumentError } from "@rzp/core";
import { record, valueOf } from "@rzp/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_EXTENSIONS, imageSpec, OFFICIAL_EXTENSIONS, TalosImage, type TalosImageArgs } from "./index.ts";

const ID = "613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245";
const SCHEMATIC = "talos:imageFactory/schematic:Schematic";

// What the provider answers for nocloud: `kernel`, `initramfs`, `kernelCommandLine` and `uki` are absent.
const factory = {
  newResource: ({ type, inputs }: { type: string; inputs: unknown }) => (type === SCHEMATIC ? { id: ID, state: inputs as Record<string, unknown> } : undefined),
  call: ({ inputs }: { inputs: unknown }) => {
    const { schematicId, talosVersion } = inputs as Record<string, string>;
    const urls = {
      installer: `factory.talos.dev/nocloud-installer/${schematicId ?? ""}:${talosVersion ?? ""}`,
      diskImage: `https://factory.talos.dev/image/${schematicId ?? ""}/${talosVersion ?? ""}/nocloud-amd64.raw.xz`,
    };
    return { ...(inputs as Record<string, unknown>), id: "", urls };
  },
};

describe("TalosImage", () => {
  it("registers the schematic and names installer and disk image, both with the version", async () => {
    const { result, resources, calls } = await record(() => new TalosImage("image", { version: "v1.13.9" }), factory);
    expect(resources.map(({ type, name, parentUrn }) => [type, name, parentUrn])).toEqual([
      ["rzp:talos:TalosImage", "image", undefined],
      [SCHEMATIC, "image", resources[0]?.urn],
    ]);
    expect(calls).toEqual([{ token: "talos:imageFactory/getUrls:getUrls", inputs: { schematicId: ID, talosVersion: "v1.13.9", platform: "nocloud", architecture: "amd64" } }]);
    expect(await valueOf(result.schematicId)).toBe(ID);
    expect(await valueOf(result.installerImage)).toBe(`factory.talos.dev/nocloud-installer/${ID}:v1.13.9`);
    expect(await valueOf(result.diskImageUrl)).toBe(`https://factory.talos.dev/image/${ID}/v1.13.9/nocloud-amd64.qcow2`);
  });

  it("replaces the schematic when its text changes (an update keeps the old id for good)", async () => {
    const { find } = await record(() => new TalosImage("image", { version: "v1.13.9" }), factory);
    expect(find(SCHEMATIC).options.replaceOnChanges).toEqual(["schematic"]);
  });

  it("has what Longhorn and Proxmox need, and what is asked for besides", async () => {
    const { find } = await record(() => new TalosImage("gpu", { version: "v1.13.9", extensions: ["siderolabs/i915"] }), factory);
    expect(find(SCHEMATIC).inputs.schematic).toMatchInlineSnapshot(`
      "customization:
        systemExtensions:
          officialExtensions:
            - siderolabs/i915
            - siderolabs/iscsi-tools
            - siderolabs/qemu-guest-agent
            - siderolabs/util-linux-tools
      "
    `);
  });

  it("registers the same in a preview, where the id is unknown, and calls nobody", async () => {
    const program = (): TalosImage => new TalosImage("image", { version: "v1.13.9" });
    const [up, preview] = [await record(program, factory), await record(program, { preview: true })];
    expect(preview.resources.map(({ urn }) => urn)).toEqual(up.resources.map(({ urn }) => urn));
    expect(preview.calls).toEqual([]);
  });

  // In a process of its own, since a failure ends the process.
  it.each([
    ["nocloud-amd64.raw.xz", 0, "https://factory.lan/nocloud-amd64.qcow2\n", /^$/],
    ["nocloud-amd64.raw.zst", 1, "", /the image factory names https:\/\/factory\.lan\/nocloud-amd64\.raw\.zst as disk image, which is no \.raw\.xz/],
  ])("takes the %s that the factory names for what it is", (file, code, printed, said) => {
    const script = `
      import { record, valueOf } from "@rzp/testing";
      import { TalosImage } from "./src/index.ts";
      const call = () => ({ urls: { installer: "i", diskImage: "https://factory.lan/${file}" } });
      const { result } = await record(() => new TalosImage("image", { version: "v1.13.9" }), { call });
      console.log(await valueOf(result.diskImageUrl));`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script], { cwd: resolve(import.meta.dirname, ".."), encoding: "utf8" });
    expect(stderr).toMatch(said);
    expect([status, stdout]).toEqual([code, printed]);
  });

  it("is transformed last", async () => {
    const { find } = await record(() => new TalosImage("image", { version: "v1.13.9", transform: { schematic: { schematic: "customization: {}\n" } } }), factory);
    expect(find(SCHEMATIC).inputs).toEqual({ schematic: "customization: {}\n" });
  });

  const bad: [string, TalosImageArgs, string][] = [
    ["half a version", { version: "v1.13" }, 'version "v1.13" is not a full version. Write all three numbers, as v1.13.9'],
    ["a version without v", { version: "1.13.9" }, 'version "1.13.9" is not a full version.'],
    ["a Talos without HostnameConfig", { version: "v1.11.6" }, "version v1.11.6 is too old. Use v1.12.0 or newer"],
    ["a misspelt extension", { version: "v1.13.9", extensions: ["siderolabs/i195"] }, 'extensions[0] "siderolabs/i195" is not an official extension. Did you mean "siderolabs/i915"?'],
    ["an extension without its author", { version: "v1.13.9", extensions: ["i915"] }, 'extensions[0] "i915" is not an official extension. Did you mean "siderolabs/i915"?'],
    ["an extension nobody knows", { version: "v1.13.9", defaultExtensions: ["quux/flux-capacitor-driver"] }, 'defaultExtensions[0] "quux/flux-capacitor-driver" is not an official extension. Use a name from the catalogue'],
  ];
  it.each(bad)("refuses %s", (_, args, message) => {
    expect(() => imageSpec("image", args)).toThrow(ArgumentError);
    expect(() => imageSpec("image", args)).toThrow(`TalosImage "image": ${message}`);
  });
});

describe("laws of the schematic", () => {
  it("depends on the set of extensions alone, so that sorting a list replaces nothing", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...OFFICIAL_EXTENSIONS]), (shuffled) => {
        const text = (list: readonly string[]): string => imageSpec("i", { version: "v1.13.9", extensions: list }).schematic;
        expect(text([...shuffled, ...shuffled, ...DEFAULT_EXTENSIONS])).toBe(text([...shuffled].sort()));
      }),
    );
  });
});
