import { isDnsLabel, parseBytes, type Refuse } from "@rzp/core";
import type { VolumeArgs, WorkloadArgs } from "./args.ts";
import { scratchOf } from "./mounts.ts";
import { isReason } from "./reason.ts";
import { BACKUP_CLASSES } from "./service.ts";

/** Longest name of a volume: with the service's it must fit a claim's name and stay readable. */
const VOLUME_NAME_MAX = 20;

/** Volumes, scratch directories and files: each with a place of its own, and seeds on a volume. */
export function checkStorage(args: WorkloadArgs, refuse: Refuse): void {
  const { volumes = {}, scratch = {}, files = {}, secretFiles = {}, seed = {} } = args;
  const take = places(refuse);
  for (const [name, volume] of Object.entries(volumes)) checkVolume(name, volume, take, refuse);
  for (const [path, size] of Object.entries(scratch)) checkSize(size, `scratch.${path}`, "256Mi", refuse);
  for (const path of Object.keys(scratchOf(args))) take(path, `scratch.${path}`);
  for (const path of Object.keys(files)) take(path, `files.${path}`);
  for (const path of Object.keys(secretFiles)) take(path, `secretFiles.${path}`);
  for (const path of Object.keys(seed)) {
    take(path, `seed.${path}`);
    if (!Object.values(volumes).some(({ mountPath }) => path.startsWith(`${mountPath}/`))) {
      refuse(`seed.${path}`, "lies on no volume", "A seeded file must outlive a restart: put it below a volume's mountPath.");
    }
  }
}

function checkVolume(name: string, volume: VolumeArgs, take: (path: string, field: string) => void, refuse: Refuse): void {
  const path = `volumes.${name}`;
  if (!isDnsLabel(name) || name.length > VOLUME_NAME_MAX) refuse(path, "is not a name for a volume", `Use at most ${VOLUME_NAME_MAX} characters of a-z, 0-9 and -.`);
  // The pod has volumes of these names already.
  if (/^(files|secret-files|seed|scratch.*)$/.test(name)) refuse(path, "is a name the pod uses itself", "Choose another one.");
  take(volume.mountPath, `${path}.mountPath`);
  checkClaim(volume, path, refuse);
}

/** Size and backup class of a volume, whoever mounts it. */
export function checkClaim({ size, backup }: Partial<Pick<VolumeArgs, "size" | "backup">>, at: string, refuse: Refuse): void {
  checkSize(size, `${at}.size`, "5Gi", refuse);
  const path = `${at}.backup`;
  const right = `Use ${BACKUP_CLASSES.join(" or ")}, or { none: "<why it needs no backup>" }.`;
  if (backup === undefined) refuse(path, "is missing", right);
  if (typeof backup === "object" && !isReason(backup.none)) refuse(`${path}.none`, "has no reason", right);
  if (typeof backup === "string" && !BACKUP_CLASSES.includes(backup)) refuse(path, `"${backup as string}" is not a backup class`, right);
}

/** Gives out paths, each once. */
function places(refuse: Refuse): (path: string, field: string) => void {
  const taken = new Map<string, string>();
  return (path, field) => {
    if (!isMountable(path)) refuse(field, `"${path}" is not an absolute path`, "Begin it with / and leave out . and .., colons and control characters.");
    const other = taken.get(path);
    if (other !== undefined) refuse(field, `${path} is already ${other}`, "Each place holds one thing.");
    taken.set(path, field);
  };
}

// A mount path may not have a colon (the API server refuses it).
function isMountable(path: string): boolean {
  return /^(\/[^/:\p{Cc}]+)+$/u.test(path) && !path.split("/").some((part) => part === "." || part === "..");
}

export function checkSize(size: string | undefined, path: string, example: string, refuse: Refuse): void {
  if (!((parseBytes(size ?? "") ?? 0) > 0)) refuse(path, size === undefined ? "is missing" : `"${size}" is not a size`, `Write it with a binary unit, such as ${example}.`);
}
