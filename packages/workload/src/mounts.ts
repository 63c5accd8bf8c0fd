import { refusal, type Bytes } from "@rzp/core";
import type { IVolume } from "kubernetes-models/v1/Volume";
import type { IVolumeMount } from "kubernetes-models/v1/VolumeMount";
import type { Mount, PodExtras, WorkloadArgs } from "./args.ts";
import { keyOf } from "./env.ts";
import { claimName, fileKey, filesName, scratchName, secretFilesName, seedName } from "./names.ts";

/** Every container gets a place to write that is not its root file system. */
const SCRATCH: Record<string, Bytes> = { "/tmp": "256Mi" };

/** Everybody may read a mounted file, nobody may write it. */
const READABLE = 0o444;
/** A secret belongs to root, and the kubelet lets the process's group read it (`fsGroup`); nobody else may. */
const SECRET = 0o400;

/** The volumes of a pod. */
export function podVolumes(name: string, args: WorkloadArgs, { mounts = [] }: PodExtras): IVolume[] {
  const { volumes = {}, files = {}, seed = {}, secretFiles = {} } = args;
  return [
    ...Object.keys(volumes).map((volume) => ({ name: volume, persistentVolumeClaim: { claimName: claimName(name, volume) } })),
    ...Object.entries(scratchOf(args)).map(([path, sizeLimit]) => ({ name: scratchName(path), emptyDir: { sizeLimit } })),
    ...mounts.map(nfsVolume),
    ...(isEmpty(files) ? [] : [{ name: "files", configMap: { name: filesName(name), defaultMode: READABLE } }]),
    ...(isEmpty(secretFiles) ? [] : [{ name: "secret-files", secret: { secretName: secretFilesName(name), defaultMode: SECRET } }]),
    ...(isEmpty(seed) ? [] : [{ name: "seed", configMap: { name: seedName(name), defaultMode: READABLE } }]),
  ];
}

/** Where the app's container sees them. Files are mounted one by one, beside what the image has in the same folder. */
export function containerMounts(args: WorkloadArgs, { mounts = [] }: PodExtras): IVolumeMount[] {
  return [
    ...claimMounts(args),
    ...Object.keys(scratchOf(args)).map((mountPath) => ({ name: scratchName(mountPath), mountPath })),
    ...mounts.map(({ name, mountPath, readOnly = false }) => ({ name, mountPath, ...(readOnly ? { readOnly } : {}) })),
    ...Object.keys(args.files ?? {}).map((path) => ({ name: "files", mountPath: path, subPath: fileKey(path), readOnly: true })),
    ...Object.entries(args.secretFiles ?? {}).map(([path, secret]) => ({ name: "secret-files", mountPath: path, subPath: keyOf(secret), readOnly: true })),
  ];
}

/** The mounts of the volumes alone. */
export function claimMounts({ volumes = {} }: WorkloadArgs): IVolumeMount[] {
  return Object.entries(volumes).map(([name, { mountPath }]) => ({ name, mountPath }));
}

/** Scratch directories by path: the default ones unless something else is mounted there, and the workload's own. */
export function scratchOf({ scratch = {}, volumes = {}, files = {}, secretFiles = {} }: WorkloadArgs): Record<string, Bytes> {
  const taken = [...Object.values(volumes).map(({ mountPath }) => mountPath), ...Object.keys(files), ...Object.keys(secretFiles)];
  const defaults = Object.entries(SCRATCH).filter(([path]) => !taken.includes(path));
  return { ...Object.fromEntries(defaults), ...scratch };
}

/** What a composite adds must fit the workload it is added to; the server would refuse the pod, long after the merge. */
export function checkExtras(component: string, name: string, args: WorkloadArgs, extras: PodExtras): void {
  const refuse = refusal(component, name);
  const { mounts = [] } = extras;
  if (mounts.length > 0 && args.relax?.nfs === undefined) refuse("relax.nfs", "is missing, but NFS is mounted", "Say why; the restricted standard allows no NFS.");
  const names = podVolumes(name, args, extras).map((volume) => volume.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) refuse(`volumes.${twice}`, "is also the name of a mount", "Choose another name.");
  const paths = containerMounts(args, extras).map(({ mountPath }) => mountPath);
  const taken = mounts.find(({ mountPath }) => paths.indexOf(mountPath) !== paths.lastIndexOf(mountPath));
  if (taken !== undefined) refuse("", `mounts ${taken.mountPath} twice: ${taken.name} is there as well`, "Move the volume.");
}

function nfsVolume({ name, nfs, readOnly = false }: Mount): IVolume {
  return { name, nfs: { ...nfs, ...(readOnly ? { readOnly } : {}) } };
}

function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(record).length === 0;
}
