import type fs from "node:fs";
import { join } from "node:path";
import { mayBeGenerated } from "./paths.ts";

/** The file operations of this package: all that a test must make fail. */
export type Files = Pick<
  typeof fs,
  | "closeSync"
  | "fsyncSync"
  | "lstatSync"
  | "mkdirSync"
  | "openSync"
  | "readFileSync"
  | "readdirSync"
  | "readlinkSync"
  | "renameSync"
  | "rmdirSync"
  | "symlinkSync"
  | "unlinkSync"
  | "writeFileSync"
>;

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** What a call gives, or undefined when one of these error codes says that there is nothing. */
export function unless<T>(codes: readonly string[], call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (codes.includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

/** What stands below the roots already; links are not followed. */
export interface Found {
  folders: Set<string>;
  /** Files that may have been generated. */
  files: Set<string>;
  /** Links and everything else that is neither a folder nor a file. */
  others: Set<string>;
}

/** Everything below the roots. A root that is not there is empty; one that is reached through a link or is no folder stands in `others`. */
export function scan(base: string, roots: readonly string[], fs: Files): Found {
  const found: Found = { folders: new Set(), files: new Set(), others: new Set() };
  const queue: string[] = [];
  for (const root of roots) if (rootIsThere(base, root, found, fs)) queue.push(root);
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    for (const entry of fs.readdirSync(join(base, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        found.folders.add(path);
        queue.push(path);
      } else if (!entry.isFile()) found.others.add(path);
      else if (mayBeGenerated(entry.name)) found.files.add(path);
    }
  }
  return found;
}

function rootIsThere(base: string, root: string, found: Found, fs: Files): boolean {
  const segments = root.split("/");
  for (let length = 1; length <= segments.length; length++) {
    const folder = segments.slice(0, length).join("/");
    const stat = fs.lstatSync(join(base, folder), { throwIfNoEntry: false });
    if (stat === undefined) return false;
    (stat.isDirectory() ? found.folders : found.others).add(folder);
    if (!stat.isDirectory()) return false;
  }
  return true;
}
