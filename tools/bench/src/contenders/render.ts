/** Ours: declarations, registry, manifests, validated tree. */
import { createRequire } from "node:module";
import { GitTree } from "@rzp/gitops";
import { folders, SITE } from "../homelab.ts";
import { task, tell } from "./task.ts";

const { out, ...size } = task();
const tree = new GitTree({ base: out, roots: [SITE.git.path], generator: "./rzp bench" });
for (const { path, objects, source } of folders(size)) tree.add(path, objects, { source });
const { added, changed, unchanged } = tree.write();
// The SDK is CommonJS, so whoever loads it leaves it in this cache.
const loaded = Object.keys(createRequire(import.meta.url).cache);
tell({ objects: added.length + changed.length + unchanged.length, pulumi: loaded.some((file) => /[\\/]@pulumi[\\/]/.test(file)) });
