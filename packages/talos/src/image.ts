import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import * as talos from "@pulumiverse/talos";
import { applyTransform, ArgumentError, nearest, type Transform } from "@rzp/core";
import { stringify } from "yaml";
import { DEFAULT_EXTENSIONS, OFFICIAL_EXTENSIONS } from "./extensions.ts";
import { talosVersionMistake } from "./versions.ts";

/** Arguments for {@link TalosImage}. */
export interface TalosImageArgs {
  /**
   * Talos version, full: `v1.13.9`. A change gives new URLs; it upgrades no running machine, that is `talosctl upgrade --image <installerImage>`, node by node.
   */
  version: string;
  /**
   * Official extensions besides the default ones, such as `siderolabs/i915`. A change replaces the schematic, and so the URLs; running machines get it with their next upgrade.
   * @default none
   */
  extensions?: readonly string[];
  /** Extensions of every machine. @default {@link DEFAULT_EXTENSIONS}: iscsi-tools, qemu-guest-agent, util-linux-tools */
  defaultExtensions?: readonly string[];
  /** Architecture of the machines. @default "amd64" */
  architecture?: "amd64" | "arm64";
  /** Escape hatch over the children. Not part of the stable surface. */
  transform?: { schematic?: Transform<talos.imagefactory.SchematicArgs> };
}

/** A Talos image with extensions, from the image factory: what machines boot, and what they install themselves from. */
export class TalosImage extends ComponentResource {
  /** Talos version, as given. */
  readonly version: string;
  /** Id of the schematic, 64 hexadecimal digits. */
  readonly schematicId: Output<string>;
  /** Installer image of this schematic and version, for `machine.install.image` and `talosctl upgrade --image`. */
  readonly installerImage: Output<string>;
  /** URL of the disk image as `.qcow2`: what Proxmox imports as it is. (It cannot unpack the `.raw.xz` that the provider names.) */
  readonly diskImageUrl: Output<string>;
  readonly nodes: Readonly<{ schematic: talos.imagefactory.Schematic }>;

  constructor(name: string, { transform, ...args }: TalosImageArgs, opts?: ComponentResourceOptions) {
    const spec = imageSpec(name, args);
    super("rzp:talos:TalosImage", name, spec, opts);

    // The provider updates a changed schematic in place and keeps the OLD id, for good: only a replacement gets the new one.
    const schematic = new talos.imagefactory.Schematic(name, applyTransform({ schematic: spec.schematic }, transform?.schematic), { parent: this, replaceOnChanges: ["schematic"] });
    const urls = talos.imagefactory.getUrlsOutput({ schematicId: schematic.id, talosVersion: spec.version, platform: "nocloud", architecture: spec.architecture }, { parent: this }).urls;

    this.version = spec.version;
    this.schematicId = schematic.id;
    this.installerImage = urls.apply(({ installer }) => present("installer", installer));
    this.diskImageUrl = urls.apply(({ diskImage }) => qcow2(present("diskImage", diskImage)));
    this.nodes = { schematic };
    this.registerOutputs({ schematicId: this.schematicId, installerImage: this.installerImage, diskImageUrl: this.diskImageUrl });
  }
}

/** What a {@link TalosImage} is made of, all plain. */
export interface ImageSpec {
  version: string;
  architecture: "amd64" | "arm64";
  /** The schematic as YAML; it depends on the set of extensions, not on their order. */
  schematic: string;
}

/** Checks the arguments and writes the schematic. */
export function imageSpec(name: string, args: Omit<TalosImageArgs, "transform">): ImageSpec {
  const { version, extensions = [], defaultExtensions = DEFAULT_EXTENSIONS, architecture = "amd64" } = args;
  const mistake = talosVersionMistake(version);
  if (mistake !== undefined) throw new ArgumentError("TalosImage", name, { path: "version", ...mistake });
  extensions.forEach((extension, index) => {
    checkExtension(name, `extensions[${index}]`, extension);
  });
  defaultExtensions.forEach((extension, index) => {
    checkExtension(name, `defaultExtensions[${index}]`, extension);
  });
  const officialExtensions = [...new Set([...defaultExtensions, ...extensions])].sort();
  return { version, architecture, schematic: stringify({ customization: { systemExtensions: { officialExtensions } } }) };
}

function checkExtension(name: string, path: string, extension: string): void {
  if (OFFICIAL_EXTENSIONS.includes(extension)) return;
  const match = nearest(extension, OFFICIAL_EXTENSIONS) ?? nearest(`siderolabs/${extension}`, OFFICIAL_EXTENSIONS);
  const expected = match === undefined ? "Use a name from the catalogue of siderolabs/extensions; one that is newer than this package goes into transform.schematic." : `Did you mean "${match}"?`;
  throw new ArgumentError("TalosImage", name, { path, problem: `"${extension}" is not an official extension`, expected });
}

function present(field: string, url: string | undefined): string {
  if (url === undefined) throw new Error(`the image factory names no ${field} for this image`);
  return url;
}

/** The factory makes every form of a disk image, and says which by the ending. */
function qcow2(url: string): string {
  if (!url.endsWith(".raw.xz")) throw new Error(`the image factory names ${url} as disk image, which is no .raw.xz: the .qcow2 beside it is not known`);
  return url.replace(/\.raw\.xz$/, ".qcow2");
}
