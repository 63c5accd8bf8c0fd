export { apiReady, type ApiReadyOptions } from "./api-ready.ts";
export { TalosCluster, type ApplyMode, type DataDisk, type ImageReference, type TalosClusterArgs, type TalosNode } from "./cluster.ts";
export { DEFAULT_EXTENSIONS, OFFICIAL_EXTENSIONS } from "./extensions.ts";
export { TalosImage, imageSpec, type ImageSpec, type TalosImageArgs } from "./image.ts";
export { DATA_DISK, installPatch, LONGHORN_VOLUME, machinePatches, patchYaml, type ConfigPatch, type DocumentPatch, type JsonObject, type MachinePatch } from "./patches.ts";
export { clusterSpec, type ClusterSpec, type NetworkSpec, type NodeSpec } from "./spec.ts";
