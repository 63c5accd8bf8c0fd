import { describe, expect, it } from "vitest";
import { IMAGE_FACTORY, imageUrls, schematicId } from "./factory.ts";

describe("schematicId", () => {
  // Both are in Talos' own documentation.
  it.each([
    ["nothing", "customization: {}\n", "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"],
    ["an extension", "customization:\n  systemExtensions:\n    officialExtensions:\n      - siderolabs/qemu-guest-agent\n", "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515"],
    ["an extension, in JSON", '{"customization":{"systemExtensions":{"officialExtensions":["siderolabs/qemu-guest-agent"]}}}', "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515"],
  ])("is the factory's own for %s", (_, text, id) => {
    expect(schematicId(text)).toBe(id);
  });
});

describe("imageUrls", () => {
  it("are the provider's", () => {
    expect(imageUrls(IMAGE_FACTORY, { schematicId: "abc", talosVersion: "v1.13.9", platform: "nocloud", architecture: "amd64" })).toEqual({
      installer: "factory.talos.dev/nocloud-installer/abc:v1.13.9",
      diskImage: "https://factory.talos.dev/image/abc/v1.13.9/nocloud-amd64.raw.xz",
      iso: "https://factory.talos.dev/image/abc/v1.13.9/nocloud-amd64.iso",
      pxe: "http://pxe.factory.talos.dev/pxe/abc/v1.13.9/nocloud-amd64",
    });
  });
});
