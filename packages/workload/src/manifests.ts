export { serviceApplication, serviceFolder, serviceObjects } from "./application.ts";
export type { Mount, PodExtras, Self, Text, VolumeArgs, WorkloadArgs } from "./args.ts";
export { category, type Category } from "./category.ts";
export { checkClaim, checkSize } from "./check-storage.ts";
export { chartSource, helmFacts, helmManifests, helmWorkload, type ChartNetwork, type FromContext, type HelmWorkloadArgs } from "./helm-workload.ts";
export { parseImage, type Image } from "./image.ts";
export { VOLUME as VOLUME_FIELDS } from "./known.ts";
export { AUTH_MIDDLEWARE, NAME_MAX } from "./names.ts";
export { hasPolicy, peersPolicy } from "./network-policy.ts";
export { placedManifests, type Placement } from "./placement.ts";
export { POSTGRES_PASSWORD, postgresAddress, postgresDatabase, type PostgresArgs } from "./postgres.ts";
export { POSTGRES_BACKUPS, type ObjectStore } from "./postgres-backup.ts";
export type { Recovery } from "./postgres-recovery.ts";
export { registry, RegistryError, type Registry, type RegistryOptions } from "./registry.ts";
export type { Relax } from "./relax.ts";
export { containerResources } from "./resources.ts";
export {
  BACKUP_CLASSES,
  commonLabels,
  hostOf,
  layerOf,
  LAYERS,
  namespaceOf,
  peerPorts,
  POD_SECURITY,
  SHARED_CONFIG,
  type BackupClass,
  type ClusterKind,
  type Declaration,
  type Delivery,
  type Layer,
  type PodSecurity,
  type Relaxation,
  type RenderContext,
  type Service,
  type ServiceFacts,
  type ServiceId,
  type ServiceOverride,
  type ServicePort,
  type ServiceSecret,
  type ServiceVolume,
} from "./service.ts";
export type { Capacity, Certificates, Ingress, MediaLibrary, SecretStore, Site, Storage } from "./site.ts";
export { BACKUP_LABEL, backupLabels, claim } from "./storage.ts";
export { declare, workload, workloadFacts, workloadManifests } from "./workload.ts";
