import { download } from "@muhlba91/pulumi-proxmoxve";
import { ComponentResource, output, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { applyTransform, ArgumentError, stableHash, type Transform } from "@rzp/core";
import { checkDatastore, checkNode, type Refuse } from "./check.ts";

/** Sidero Labs' public image factory. */
export const TALOS_FACTORY = "https://factory.talos.dev";

/** Arguments of one Proxmox host's copy of a Talos image. */
export interface ProxmoxImageArgs {
  /** Proxmox host that downloads the image; it needs to reach the factory. A change downloads the image there, and deletes the old copy last. */
  node: string;
  /** Datastore of that host whose content types include `import` (Proxmox VE 8.4 or newer). A change downloads the image there, and deletes the old copy last. */
  datastore: string;
  /** The factory's id of the extensions and kernel arguments, 64 hexadecimal digits. A change downloads the new image beside the old one; running machines stay as they are. */
  schematicId: Input<string>;
  /** Talos version, such as `v1.13.9`. A change downloads the new image beside the old one; running machines stay as they are. */
  version: string;
  /** Image factory, without a slash at the end. A change downloads the image again, beside the old one. @default {@link TALOS_FACTORY} */
  factory?: string;
  transform?: { file?: Transform<download.FileArgs> };
}

/**
 * One Proxmox host's copy of a Talos image, for `ProxmoxVm` to be made from.
 *
 * A machine copies it once, when it is made: neither a new image nor a deleted one does anything to a machine that exists. Talos itself is upgraded
 * through its own API.
 */
export class ProxmoxImage extends ComponentResource {
  /** Volume id, such as `local:import/talos-....qcow2`: the `image` of a machine on this host. */
  readonly fileId: Output<string>;
  readonly nodes: Readonly<{ file: download.File }>;

  constructor(name: string, args: ProxmoxImageArgs, opts?: ComponentResourceOptions) {
    const fileArgs = downloadArgs(name, args);
    super("rzp:proxmox:ProxmoxImage", name, { node: args.node, version: args.version }, opts);

    const file = new download.File(name, fileArgs, { parent: this });

    this.nodes = { file };
    this.fileId = file.id;
    this.registerOutputs({ fileId: this.fileId });
  }
}

function downloadArgs(name: string, args: ProxmoxImageArgs): download.FileArgs {
  check(name, args);
  const url = output(args.schematicId).apply((id) => imageUrl(id, args));
  const file: download.FileArgs = {
    nodeName: args.node,
    datastoreId: args.datastore,
    contentType: "import",
    url,
    fileName: output(args.schematicId).apply((id) => imageFileName(id, args)),
    // The provider forgets a file on any error while reading it. The next `up` then finds the file in its way, and this is what lets it go on. It can
    // only hit the same image again: no other one has the name.
    overwriteUnmanaged: true,
    // The factory builds on demand, and two builds need not have the same size. With `overwrite` a refresh would see that as a change, download under the
    // same name and then delete the "old" file: the new one. What is in the file is said by its name, so that nothing is lost.
    overwrite: false,
    // Seconds. The factory's first build of a schematic takes minutes before the first byte arrives; the provider's own 600 are for a slow line alone.
    uploadTimeout: 1800,
  };
  return applyTransform(file, args.transform?.file);
}

/** qcow2, because content of type `import` is never decompressed by Proxmox, and the factory's raw image would be downloaded with all its zeros. */
function imageUrl(schematicId: string, { version, factory = TALOS_FACTORY }: ProxmoxImageArgs): string {
  return `${factory}/image/${schematicId}/${version}/nocloud-amd64.qcow2`;
}

/**
 * Name of the file on the host: version and schematic for a person, and a hash over all that would make the provider replace the file.
 *
 * A replacement downloads first and deletes the old file last, so two different files may never have one name: not by another factory, and not by two hosts
 * that share a datastore.
 */
export function imageFileName(schematicId: string, args: ProxmoxImageArgs): string {
  const hash = stableHash([args.node, imageUrl(schematicId, args)]);
  return `talos-${args.version}-${schematicId.slice(0, 8)}-${hash}-nocloud-amd64.qcow2`;
}

function check(name: string, args: ProxmoxImageArgs): void {
  const refuse: Refuse = (path, problem, expected) => {
    throw new ArgumentError("ProxmoxImage", name, { path, problem, ...(expected === undefined ? {} : { expected }) });
  };
  checkNode("node", args.node, refuse);
  checkDatastore("datastore", args.datastore, refuse);
  if (!/^v\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?$/.test(args.version)) refuse("version", `"${args.version}" is not a Talos version`, "Write it in full, such as v1.13.9.");
  if (typeof args.schematicId === "string" && !/^[0-9a-f]{64}$/.test(args.schematicId)) {
    refuse("schematicId", `"${args.schematicId}" is not a schematic's id`, "It has 64 hexadecimal digits; the factory gives it for a schematic.");
  }
  if (args.factory !== undefined && !/^https?:\/\/[^\s/]+(\/[^\s?#]*[^\s/?#])?$/.test(args.factory)) {
    refuse("factory", `"${args.factory}" is not the address of an image factory`, `Write it as ${TALOS_FACTORY}, without a slash at the end.`);
  }
}
