import { ArgumentError, didYouMean, dnsLabel, refusal, refuseUnknown } from "@rzp/core";
import { declare, VOLUME_FIELDS, type Declaration, type MediaLibrary, type Mount, type PodExtras, type Site } from "@rzp/workload/manifests";
import type { Relax, VolumeArgs, WorkloadArgs } from "@rzp/workload/manifests";

/** Arguments of a media app: a workload with a configuration volume, the time zone and, if asked for, the media library. */
export interface MediaAppArgs extends Omit<WorkloadArgs, "pod" | "group"> {
  /**
   * Folders of the library it works in, such as `["tv", "downloads"]`. Several are seen through ONE mount of the whole export, because a hard link
   * cannot cross mounts and a finished download would be copied instead. A single folder, and each of a reader's, is mounted alone. The server must
   * speak NFS 4, whose locks need no helper on the nodes. @default none
   */
  library?: readonly string[];
  /** Sees the library without being able to change it, and of it only the folders it names. @default false */
  readOnly?: boolean;
  /**
   * Hardware transcoding. `intel` asks for `gpu.intel.com/i915` and the groups video and render; `nvidia` for `nvidia.com/gpu` and its RuntimeClass.
   * Without the device plugin on some node the pod waits for ever. @default none
   */
  gpu?: "intel" | "nvidia";
  /** The configuration volume; databases in it forbid NFS. @default { size: "5Gi", mountPath: "/config", backup: "daily" } */
  config?: Partial<VolumeArgs>;
  /** Further volumes; the name `config` is taken. @default none */
  volumes?: NonNullable<WorkloadArgs["volumes"]>;
}

const CONFIG: VolumeArgs = { size: "5Gi", mountPath: "/config", backup: "daily" };

/** What the *arr-like apps of real homelabs ask for; without a limit of its own an import would be killed. */
const RESOURCES: NonNullable<WorkloadArgs["resources"]> = { cpu: "100m", memory: "384Mi", memoryLimit: "2Gi" };

/** What one app writes, the others of the group must be able to move and to link: the kernel allows a hard link only to a file one may write. */
const UMASK = "002";

/** Why the library is mounted as it is; it ends up as an annotation. */
const NFS_REASON = "the media library is one NFS export, so that a finished download is hard-linked into place and not copied";

/** Groups video and render of the nodes' /dev/dri, as homelabs with Intel GPUs on Talos set them. */
const INTEL_GROUPS = [44, 104];

const GPUS: Record<NonNullable<MediaAppArgs["gpu"]>, PodExtras> = {
  intel: { devices: { "gpu.intel.com/i915": 1 }, groups: INTEL_GROUPS },
  nvidia: { devices: { "nvidia.com/gpu": 1 }, runtimeClass: "nvidia" },
};

/** Every argument of a media app: one that is not among them is a slip of the pen. */
const MEDIA_ARGS: Readonly<Record<keyof MediaAppArgs, true>> = {
  image: true, port: true, health: true, purpose: true, upstream: true, risks: true, ports: true, startupSeconds: true, command: true, args: true, env: true, secrets: true,
  secretFiles: true, files: true, seed: true, volumes: true, scratch: true, user: true, host: true, exposure: true, auth: true, talksTo: true, needs: true, internet: true,
  lan: true, loadBalancer: true, replicas: true, resources: true, gracePeriodSeconds: true, relax: true, transform: true, library: true,
  readOnly: true, gpu: true, config: true,
}; // prettier-ignore

/** Declares one media app. */
export function mediaApp(args: MediaAppArgs): Declaration {
  return declare("MediaApp", (name) => toWorkload(name, args));
}

/** The workload a media app is. */
export function toWorkload(name: string, args: MediaAppArgs): WorkloadArgs {
  refuseUnknown(refusal("MediaApp", name), args, MEDIA_ARGS);
  refuseUnknown(refusal("MediaApp", name), args.config, VOLUME_FIELDS, "config");
  checkMedia(name, args);
  const { library = [], readOnly = false, gpu, config, volumes, relax, resources, env, ...rest } = args;
  if (gpu !== undefined && !Object.hasOwn(GPUS, gpu)) refusal("MediaApp", name)("gpu", `is "${gpu as string}"`, didYouMean(gpu, Object.keys(GPUS)));
  return {
    ...rest,
    resources: { ...RESOURCES, ...resources },
    env: { UMASK, ...env },
    volumes: { config: { ...CONFIG, ...config }, ...volumes },
    relax: relaxed(library, relax),
    pod: (site) => ({ ...(gpu === undefined ? {} : GPUS[gpu]), ...shared(name, site, library, readOnly) }),
  };
}

function relaxed(library: readonly string[], relax: Relax = {}): Relax {
  return library.length === 0 ? relax : { nfs: NFS_REASON, ...relax };
}

/** What the site's library adds to the pod. The group owns the files; the server alone decides who may write them. */
function shared(name: string, { media }: Site, library: readonly string[], readOnly: boolean): PodExtras {
  if (library.length === 0) return {};
  if (media === undefined) {
    throw new ArgumentError("MediaApp", name, {
      path: "library",
      problem: "is asked for, but the site has no media library",
      expected: "Add media: { server, path, group } to the stack.",
    });
  }
  return { group: media.group, mounts: libraryMounts(media, library, readOnly), annotations: { "rzp.dev/library": library.join(",") } };
}

/** One mount of everything for those who link, and of each folder alone for those who need no more. Every app sees a file at the same path. */
function libraryMounts(media: MediaLibrary, library: readonly string[], readOnly: boolean): Mount[] {
  if (!readOnly && library.length > 1) return [{ name: "media", mountPath: media.mountPath, nfs: { server: media.server, path: media.path } }];
  return library.map((folder) => ({
    name: dnsLabel(["media", folder]),
    mountPath: `${media.mountPath}/${folder}`,
    nfs: { server: media.server, path: `${media.path}/${folder}` },
    ...(readOnly ? { readOnly } : {}),
  }));
}

function checkMedia(name: string, { library = [], readOnly = false, volumes = {} }: MediaAppArgs): void {
  const refuse = (path: string, problem: string, expected: string): never => {
    throw new ArgumentError("MediaApp", name, { path, problem, expected });
  };
  library.forEach((folder, index) => {
    const path = `library[${index}]`;
    if (!/^[A-Za-z0-9][-._A-Za-z0-9]*(\/[A-Za-z0-9][-._A-Za-z0-9]*)*$/.test(folder)) {
      refuse(path, `"${folder}" is not a folder of the library`, "Name it below the export, without a / at either end.");
    }
    if (library.indexOf(folder) !== index) refuse(path, `"${folder}" is named twice`, "Name each folder once.");
  });
  if (readOnly && library.length === 0) refuse("readOnly", "is set, but no library is mounted", "Name the folders in library.");
  if (volumes.config !== undefined) refuse("volumes.config", "is the configuration volume", "Change it in config.");
}
