/** The same objects as plain data, one folder an entry, for the contenders that do not make them. */
import { readFileSync, writeFileSync } from "node:fs";
import type { KubernetesObject } from "@rzp/core";

export interface PlainFolder {
  path: string;
  objects: KubernetesObject[];
}

export interface Plain {
  folders: PlainFolder[];
  objects: number;
  readMs: number;
}

export function writeObjects(file: string, folders: readonly { path: string; objects: readonly KubernetesObject[] }[]): void {
  writeFileSync(file, JSON.stringify(folders.map(({ path, objects }) => ({ path, objects }))));
}

export function readObjects(file: string): Plain {
  const started = performance.now();
  const folders = JSON.parse(readFileSync(file, "utf8")) as PlainFolder[];
  const readMs = performance.now() - started;
  return { folders, objects: folders.reduce((sum, { objects }) => sum + objects.length, 0), readMs };
}
