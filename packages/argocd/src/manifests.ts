export {
  argoAppManifests,
  ARGOCD_NAMESPACE,
  DEFAULT_SYNC_OPTIONS,
  IN_CLUSTER,
  type ArgoAppArgs,
  type IgnoreDifference,
} from "./application.ts";
export { APPLICATION_HEALTH_LUA, argoCdConfig, type ArgoCdConfig, type ArgoCdConfigArgs } from "./config.ts";
export { argoProjectManifests, emptyDefaultProjectManifests, type ArgoProjectArgs, type GroupKind } from "./project.ts";
export { APPLICATION_FILE, APPLICATION_FILES, ownFolder, rootApplicationManifests, type RootApplicationArgs } from "./roots.ts";
export type { ApplicationSource, Kustomize, PatchTarget, Source, SourceHydrator } from "./source.ts";
