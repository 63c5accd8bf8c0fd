import { download } from "@muhlba91/pulumi-proxmoxve";
import { ComponentResource, output, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { applyTransform, refusal, stableHash, type Refuse, type Transform } from "@rzp/core";
import { checkDatastore, checkNode } from "./check.ts";

/** Arguments of one Proxmox host's copy of a Talos image. */
export interface ProxmoxImageArgs {
  /** Proxmox host that downloads the image; it needs to reach the URL. A change downloads the image there, and deletes the old copy last. */
  node: string;
  /** Datastore of that host whose content types include `import` (Proxmox VE 8.4 or newer). A change downloads the image there, and deletes the old copy last. */
  datastore: string;
  /**
   * Where the host gets the image from, a `.qcow2`: `diskImageUrl` of a `TalosImage`. It holds extensions, version, platform and architecture, and nothing else says
   * them. A change downloads the new image beside the old one; running machines stay as they are.
   */
  url: Input<string>;
  /** Talos version of that image, such as `v1.13.9`, for the file's name. A change downloads the image beside the old one; running machines stay as they are. */
  version: string;
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
  // A URL of the same `up` is known too late for the check above, and still before anything is downloaded.
  const url = output(args.url).apply((known) => checkedUrl(known, refusal("ProxmoxImage", name)));
  const file: download.FileArgs = {
    nodeName: args.node,
    datastoreId: args.datastore,
    contentType: "import",
    url,
    fileName: url.apply((known) => imageFileName(known, args)),
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

/**
 * Name of the file on the host: version, platform and architecture for a person, and a hash over all that would make the provider replace the file.
 *
 * A replacement downloads first and deletes the old file last, so two different files may never have one name: not with other extensions, not by another
 * factory, and not by two hosts that share a datastore. The end is the URL's own: Proxmox refuses what it cannot import by it.
 */
export function imageFileName(url: string, { node, version }: Pick<ProxmoxImageArgs, "node" | "version">): string {
  return `talos-${version}-${stableHash([node, url])}-${url.slice(url.lastIndexOf("/") + 1)}`;
}

function check(name: string, args: ProxmoxImageArgs): void {
  const refuse = refusal("ProxmoxImage", name);
  checkNode("node", args.node, refuse);
  checkDatastore("datastore", args.datastore, refuse);
  if (!/^v\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?$/.test(args.version)) refuse("version", `"${args.version}" is not a Talos version`, "Write it in full, such as v1.13.9.");
  if (typeof args.url === "string") checkedUrl(args.url, refuse);
}

/** qcow2, because content of type `import` is never decompressed by Proxmox, and the factory's raw image would be downloaded with all its zeros. */
function checkedUrl(url: string, refuse: Refuse): string {
  if (!/^https?:\/\/[^\s/?#]+\/([^\s?#]*\/)?[a-zA-Z0-9+=_.-]+\.qcow2$/.test(url)) {
    refuse("url", `"${url}" is not the address of a .qcow2 image`, "Use the diskImageUrl of a TalosImage: Proxmox imports what is not compressed.");
  }
  return url;
}
