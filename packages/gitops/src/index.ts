export type { TreeDifference } from "./compare.ts";
export { GitTreeError, type TreeProblem } from "./error.ts";
export { MAX_LEVELS } from "./paths.ts";
export type { KindSchema } from "./schemas/index.ts";
export { GitTree, type AddOptions, type GitTreeOptions, type TreeChanges } from "./tree.ts";
export { toYaml } from "./yaml.ts";
