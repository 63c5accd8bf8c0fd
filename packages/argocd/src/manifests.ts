export {
  argoAppManifests,
  ARGOCD_NAMESPACE,
  DEFAULT_SYNC_OPTIONS,
  IN_CLUSTER,
  type ApplicationSource,
  type ArgoAppArgs,
  type IgnoreDifference,
  type SourceHydrator,
} from "./application.ts";
export { APPLICATION_HEALTH_LUA, argoCdConfig, type ArgoCdConfig, type ArgoCdConfigArgs } from "./config.ts";
export { argoProjectManifests, emptyDefaultProjectManifests, type ArgoProjectArgs, type GroupKind } from "./project.ts";
export { APPLICATION_FILE, APPLICATION_FILES, ownFolder, rootApplicationManifests, type RootApplicationArgs } from "./roots.ts";
