import type { KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import { BACKUP_CLASSES, BACKUP_LABEL, helmWorkload, type BackupClass } from "@rzp/workload/manifests";
import { BACKUP_SCHEDULES } from "../../../backups.ts";
import { OBJECT_STORE } from "../../../object-store.ts";

/** How long a backup is kept: as many of its class as the other backups of that class. */
const HOURS: Record<BackupClass, number> = { daily: 24, weekly: 7 * 24 };
const PLUGIN = "docker.io/velero/velero-plugin-for-aws:v1.14.2@sha256:0751144c1c8e52d52c48717fbd13ad5a3061e612ae4d7ad744a946cd5b139d1a";
const REPOSITORY_PASSWORD = { key: "repository-password", remote: "/platform/backup/velero/REPOSITORY_PASSWORD" };

export const velero = helmWorkload({
  purpose: "Backs up the cluster's objects, and the files of volumes that belong to a backup class.",
  upstream: "https://velero.io/docs/v1.18/",
  risks: [
    "It copies files while their pods run, without a snapshot: databases have backups of their own, and Longhorn takes snapshots of every other volume. Copies of snapshots would need the snapshot-controller and a VolumeSnapshotClass.",
    "Its server may do everything in the cluster, because it has to restore everything.",
  ],
  chart: { repoURL: "https://vmware-tanzu.github.io/helm-charts", name: "velero", version: "12.1.0" },
  podSecurity: { level: "privileged", reason: "its node agent reads the volumes of all pods, as root and through the node's file system" },
  values: ({ name }) => ({
    // A hook before every sync; Argo CD applies the CRDs itself.
    upgradeCRDs: false,
    // Where backups go stands below, and there are no snapshots of volumes.
    backupsEnabled: false,
    snapshotsEnabled: false,
    // It is not in the image.
    initContainers: [{ name: "velero-plugin-for-aws", image: PLUGIN, volumeMounts: [{ name: "plugins", mountPath: "/target" }] }],
    credentials: { useSecret: false, extraSecretRef: `${name}-secrets` },
    configuration: { uploaderType: "kopia", defaultBackupStorageLocation: "default" },
    deployNodeAgent: true,
    nodeAgent: { resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "1Gi" } } },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  }),
  secrets: [{ key: "AWS_ACCESS_KEY_ID", remote: "/platform/backup/minio/VELERO_ACCESS_KEY" }, { key: "AWS_SECRET_ACCESS_KEY", remote: "/platform/backup/minio/VELERO_SECRET_KEY" }, REPOSITORY_PASSWORD],
  // The server, and an agent on each of three workers.
  replicas: 4,
  resources: { cpu: "65m", memory: "128Mi" },
  talksTo: ["minio"],
  needs: ["minio"],
  clusterKinds: [{ group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" }, { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" }],
  network: { api: true },
  objects: ({ namespace, site }, context) => [
    // Before the server's first start, which would make one with a password everybody knows.
    ...externalSecretManifests("velero-repo-credentials", { namespace, store: site.secretStore.name, keys: [REPOSITORY_PASSWORD] }),
    location(namespace),
    ...BACKUP_CLASSES.flatMap((name) => [volumePolicy(name, namespace), schedule(name, namespace, context.service(OBJECT_STORE.service).namespace)]),
  ],
  // Its CRDs gone, every backup's record would go with them.
  application: { onDelete: "orphan" },
});

function location(namespace: string): KubernetesObject {
  const spec = { provider: "aws", default: true, accessMode: "ReadWrite", objectStorage: { bucket: "velero" }, config: { region: "minio", s3ForcePathStyle: "true", s3Url: OBJECT_STORE.endpoint } };
  return { apiVersion: "velero.io/v1", kind: "BackupStorageLocation", metadata: { name: "default", namespace }, spec };
}

/** Which volumes a class's backup copies: those whose claims say so, and no other. */
function volumePolicy(name: BackupClass, namespace: string): KubernetesObject {
  const policy = `version: v1\nvolumePolicies:\n  - conditions:\n      pvcLabels:\n        ${BACKUP_LABEL}: ${name}\n    action:\n      type: fs-backup\n`;
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `volumes-${name}`, namespace }, data: { "policy.yaml": policy } };
}

/** Without the bucket's own namespace: a backup that holds the backups before it doubles with each. */
function schedule(name: BackupClass, namespace: string, store: string): KubernetesObject {
  const { cron, retain } = BACKUP_SCHEDULES[name];
  const ttl = `${retain * HOURS[name]}h0m0s`;
  const template = { excludedNamespaces: [store], defaultVolumesToFsBackup: false, snapshotVolumes: false, resourcePolicy: { kind: "configmap", name: `volumes-${name}` }, storageLocation: "default", ttl };
  return { apiVersion: "velero.io/v1", kind: "Schedule", metadata: { name, namespace }, spec: { schedule: cron, template } };
}
