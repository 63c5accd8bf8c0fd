import { ArgumentError } from "@rzp/core";
import { declare, type Declaration, type Mount, type PodExtras, type Site, type VolumeArgs, type WorkloadArgs } from "@rzp/workload/manifests";

/** Arguments of a media app: a workload with a configuration volume, the time zone and, if asked for, the media library. */
export interface MediaAppArgs extends Omit<WorkloadArgs, "pod" | "volumes" | "group"> {
  /**
   * Folders of the library it works in, such as `["tv", "downloads"]`. Several are seen through ONE mount of the whole export, because a hard link
   * cannot cross mounts and a finished download would be copied instead; a single folder is mounted alone. @default none
   */
  library?: readonly string[];
  /** Sees the library without being able to change it. @default false */
  readOnly?: boolean;
  /**
   * Hardware transcoding. `intel` asks for `gpu.intel.com/i915` and the groups video and render; `nvidia` for `nvidia.com/gpu` and its RuntimeClass.
   * Without the device plugin on some node the pod waits for ever. @default none
   */
  gpu?: "intel" | "nvidia";
  /** The configuration volume; databases in it forbid NFS. @default { size: "5Gi", mountPath: "/config", backup: "daily" } */
  config?: Partial<VolumeArgs>;
  /** Further volumes. @default none */
  volumes?: WorkloadArgs["volumes"];
}

const CONFIG: VolumeArgs = { size: "5Gi", mountPath: "/config", backup: "daily" };

/** Why the library is mounted as it is; it ends up as an annotation. */
const NFS_REASON = "the media library is one NFS export, so that a finished download is hard-linked into place and not copied";

/** Groups video and render of the nodes' /dev/dri, as homelabs with Intel GPUs on Talos set them. */
const INTEL_GROUPS = [44, 104];

const GPUS: Record<NonNullable<MediaAppArgs["gpu"]>, PodExtras> = {
  intel: { devices: { "gpu.intel.com/i915": 1 }, groups: INTEL_GROUPS },
  nvidia: { devices: { "nvidia.com/gpu": 1 }, runtimeClass: "nvidia" },
};

/** Declares one media app. */
export function mediaApp(args: MediaAppArgs): Declaration {
  return declare("MediaApp", (name) => toWorkload(name, args));
}

/** The workload a media app is. */
export function toWorkload(name: string, { library = [], readOnly = false, gpu, config = {}, volumes = {}, relax, resources, env, ...rest }: MediaAppArgs): WorkloadArgs {
  checkLibrary(name, library, readOnly);
  return {
    resources: { cpu: "100m", memory: "384Mi", memoryLimit: "2Gi", ...resources },
    ...rest,
    // What one app writes, the others of the group must be able to move.
    env: { UMASK: "002", ...env },
    volumes: { config: { ...CONFIG, ...config }, ...volumes },
    ...(library.length === 0 && relax === undefined ? {} : { relax: { ...(library.length === 0 ? {} : { nfs: NFS_REASON }), ...relax } }),
    pod: (site) => ({ ...(gpu === undefined ? {} : GPUS[gpu]), ...shared(name, site, library, readOnly) }),
  };
}

function shared(name: string, site: Site, library: readonly string[], readOnly: boolean): PodExtras {
  if (library.length === 0) return {};
  const { media } = site;
  if (media === undefined) {
    throw new ArgumentError("MediaApp", name, { path: "library", problem: "is asked for, but the site has no media library", expected: "Add media: { server, path, group } to the stack." });
  }
  return { group: media.group, mounts: [mount(media, library, readOnly)], annotations: { "rzp.dev/library": library.join(",") } };
}

function mount({ server, path, mountPath }: NonNullable<Site["media"]>, library: readonly string[], readOnly: boolean): Mount {
  const [only] = library;
  const alone = library.length === 1 && only !== undefined ? `/${only}` : "";
  return { name: "media", mountPath: `${mountPath}${alone}`, nfs: { server, path: `${path}${alone}` }, ...(readOnly ? { readOnly } : {}) };
}

function checkLibrary(name: string, library: readonly string[], readOnly: boolean): void {
  const refuse = (path: string, problem: string, expected: string): never => {
    throw new ArgumentError("MediaApp", name, { path, problem, expected });
  };
  library.forEach((folder, index) => {
    if (!/^[A-Za-z0-9][-._A-Za-z0-9]*(\/[A-Za-z0-9][-._A-Za-z0-9]*)*$/.test(folder)) refuse(`library[${index}]`, `"${folder}" is not a folder of the library`, "Name it below the export, without a / at either end.");
    if (library.indexOf(folder) !== index) refuse(`library[${index}]`, `"${folder}" is named twice`, "Name each folder once.");
  });
  if (readOnly && library.length === 0) refuse("readOnly", "is set, but no library is mounted", "Name the folders in library.");
}
