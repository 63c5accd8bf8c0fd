import { join, posix } from "node:path";
import type { Found, Files } from "./files.ts";
import type { Marker } from "./marker.ts";
import type { Plan } from "./transaction.ts";

/** How one file differs from what is declared. */
export interface TreeDifference {
  path: string;
  /**
   * `added`: declared, not there. `changed`: generated from an older declaration. `removed`: generated, no longer declared.
   * `edited`: changed by hand since it was generated. `occupied`: somebody else's file stands where a generated one belongs.
   */
  difference: "added" | "changed" | "removed" | "edited" | "occupied";
  /** What it means and what to do, for a person. */
  message: string;
}

/** What must be done to make the folders hold exactly the files, and what is in the way. */
export interface Comparison extends Plan {
  unchanged: string[];
  occupied: { path: string; message: string }[];
}

/** Compares what stands below the roots with the files that are wanted; `held` are files known to be right. */
export function compare(base: string, found: Found, files: ReadonlyMap<string, string>, held: ReadonlySet<string>, marker: Marker, fs: Files): Comparison {
  const added = new Map<string, string>();
  const changed = new Map<string, { before: Buffer; text: string }>();
  const unchanged: string[] = [];
  const occupied: { path: string; message: string }[] = [];
  const folders = new Map<string, string | undefined>();
  for (const [path, text] of files) {
    const folder = posix.dirname(path);
    if (!folders.has(folder)) folders.set(folder, folderObstacle(folder, found));
    const obstacle = folders.get(folder) ?? fileObstacle(path, found);
    if (obstacle !== undefined) {
      occupied.push({ path, message: obstacle });
    } else if (!found.files.has(path)) added.set(path, text);
    else {
      const before = fs.readFileSync(join(base, path));
      if (before.equals(Buffer.from(text))) unchanged.push(path);
      else if (marker.isOurs(path, before)) changed.set(path, { before, text });
      else occupied.push({ path, message: "is not a generated file, so it is not overwritten. Move it away, or remove it." });
    }
  }
  const removed = new Map<string, Buffer>();
  for (const path of [...found.files].sort()) {
    if (files.has(path) || held.has(path)) continue;
    const content = fs.readFileSync(join(base, path));
    if (marker.isOurs(path, content)) removed.set(path, content);
  }
  return { folders: missingFolders(added.keys(), found.folders), added, changed, removed, emptied: parents(removed.keys()), unchanged, occupied };
}

export function differences({ added, changed, removed, occupied }: Comparison, marker: Marker): TreeDifference[] {
  const all: TreeDifference[] = occupied.map(({ path, message }) => ({ path, difference: "occupied", message }));
  for (const path of added.keys()) all.push({ path, difference: "added", message: "is missing." });
  for (const [path, { before }] of changed) {
    if (marker.isEdited(path, before)) all.push({ path, difference: "edited", message: "was edited by hand. Make the change in its source." });
    else all.push({ path, difference: "changed", message: "is not what its source says now." });
  }
  for (const path of removed.keys()) all.push({ path, difference: "removed", message: "is generated, but nothing declares it any more." });
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fileObstacle(path: string, { folders, others }: Found): string | undefined {
  if (folders.has(path)) return "is a folder. Move it away.";
  return others.has(path) ? "is a link or no ordinary file, so it is not overwritten. Remove it." : undefined;
}

/** A file or link where one of the file's folders belongs. */
function folderObstacle(folder: string, { folders, files, others }: Found): string | undefined {
  for (let above = folder; above !== "." && !folders.has(above); above = posix.dirname(above)) {
    if (others.has(above) || files.has(above)) return `cannot be written: ${above} is a link or no folder. Remove it.`;
  }
  return undefined;
}

function missingFolders(paths: Iterable<string>, folders: ReadonlySet<string>): string[] {
  return parents(paths).filter((folder) => !folders.has(folder)).reverse();
}

/** Every folder above the paths, deepest first. */
function parents(paths: Iterable<string>): string[] {
  const all = new Set<string>();
  for (const path of paths) {
    for (let folder = posix.dirname(path); folder !== "." && !all.has(folder); folder = posix.dirname(folder)) all.add(folder);
  }
  return [...all].sort().reverse();
}
