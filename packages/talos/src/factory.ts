/** What the image factory makes of a schematic. Both are computed, not asked for: they are known before anything is made. */
import { createHash } from "node:crypto";
import { parse, stringify } from "yaml";

/** The factory at Talos' own address. */
export const IMAGE_FACTORY = "https://factory.talos.dev";

/** Id of a schematic: the hash of its text as the factory's own encoder writes it (Go's yaml.v3, four spaces). Checked against ids that the factory publishes. */
export function schematicId(schematic: string): string {
  return createHash("sha256").update(stringify(parse(schematic), { indent: 4, lineWidth: 0 })).digest("hex");
}

/** URLs of an image for a platform such as `nocloud`, as the provider's `getUrls` gives them. */
export function imageUrls(factory: string, { schematicId: id, talosVersion, platform, architecture }: { schematicId: string; talosVersion: string; platform: string; architecture: string }): Record<"installer" | "diskImage" | "iso" | "pxe", string> {
  const { host } = new URL(factory);
  const image = `${id}/${talosVersion}/${platform}-${architecture}`;
  return { installer: `${host}/${platform}-installer/${id}:${talosVersion}`, diskImage: `${factory}/image/${image}.raw.xz`, iso: `${factory}/image/${image}.iso`, pxe: `http://pxe.${host}/pxe/${image}` };
}
