/** One kind of object as kubectl knows it. */
export interface Kind {
  kind: string;
  /** Empty for Kubernetes' own, which come first wherever two have the same word. */
  group: string;
  plural: string;
  short: readonly string[];
  namespaced: boolean;
}

/** Kubernetes' own, as `kubectl api-resources` of 1.36 prints them; those that the pages name. */
const OWN = `
  ConfigMap configmaps cm | DaemonSet daemonsets ds | Deployment deployments deploy | Event events ev | Job jobs | NetworkPolicy networkpolicies netpol
  PersistentVolumeClaim persistentvolumeclaims pvc | Pod pods po | ReplicaSet replicasets rs | Secret secrets | Service services svc | StatefulSet statefulsets sts`;
const OWN_OF_CLUSTER = "Namespace namespaces ns | Node nodes no | PersistentVolume persistentvolumes pv | StorageClass storageclasses sc";

/** What the projects add, in every case as their CRDs say: a test compares. */
const ADDED: Readonly<Record<string, string>> = {
  "acme.cert-manager.io": "Challenge challenges | Order orders",
  "argoproj.io": "Application applications app apps | AppProject appprojects appproj appprojs",
  "barmancloud.cnpg.io": "ObjectStore objectstores",
  "cert-manager.io": "Certificate certificates cert certs | CertificateRequest certificaterequests cr crs",
  "external-secrets.io": "ExternalSecret externalsecrets es",
  "longhorn.io": "Backup backups lhb | BackupTarget backuptargets lhbt | BackupVolume backupvolumes lhbv | Node nodes lhn | RecurringJob recurringjobs lhrj | Volume volumes lhv",
  "postgresql.cnpg.io": "Backup backups | Cluster clusters | Database databases | ScheduledBackup scheduledbackups",
  "velero.io": "Backup backups | BackupStorageLocation backupstoragelocations bsl | PodVolumeRestore podvolumerestores | Restore restores | Schedule schedules",
};
const ADDED_OF_CLUSTER: Readonly<Record<string, string>> = { "cert-manager.io": "ClusterIssuer clusterissuers ciss", "external-secrets.io": "ClusterSecretStore clustersecretstores css" };

export const KINDS: readonly Kind[] = [
  ...kinds("", OWN, true),
  ...kinds("", OWN_OF_CLUSTER, false),
  ...Object.entries(ADDED).flatMap(([group, text]) => kinds(group, text, true)),
  ...Object.entries(ADDED_OF_CLUSTER).flatMap(([group, text]) => kinds(group, text, false)),
];

function kinds(group: string, text: string, namespaced: boolean): Kind[] {
  return text
    .trim()
    .split(/\s*[|\n]\s*/)
    .map((one) => one.split(/\s+/))
    .map(([kind = "", plural = "", ...short]) => ({ kind, group, plural, short, namespaced }));
}

/** Objects that stand in no folder of the tree and are there all the same: who makes them. */
export const MADE_BY_OTHERS: readonly { kind: string; namespace: string; name: string; by: string }[] = [
  { kind: "Deployment", namespace: "cert-manager", name: "cert-manager", by: "chart cert-manager" },
  { kind: "Deployment", namespace: "external-secrets", name: "external-secrets", by: "chart external-secrets" },
  { kind: "Deployment", namespace: "velero", name: "velero", by: "chart velero" },
  { kind: "Deployment", namespace: "minio", name: "minio", by: "chart minio" },
  { kind: "Service", namespace: "longhorn-system", name: "longhorn-frontend", by: "chart longhorn" },
  { kind: "StorageClass", namespace: "", name: "longhorn", by: "chart longhorn" },
  { kind: "BackupTarget", namespace: "longhorn-system", name: "default", by: "Longhorn, from its chart's defaultBackupStore" },
  { kind: "Secret", namespace: "argocd", name: "argocd-initial-admin-secret", by: "Argo CD at its first start" },
  { kind: "Secret", namespace: "argocd", name: "repository", by: "apps/deploy/src/machines/bootstrap.ts" },
  { kind: "Secret", namespace: "external-secrets", name: "infisical-identity", by: "apps/deploy/src/machines/bootstrap.ts" },
];
