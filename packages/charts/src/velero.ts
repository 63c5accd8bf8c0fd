import type { KubernetesObject } from "@rzp/core";
import { BACKUP_CLASSES, type BackupClass, type Declaration, type ObjectStore } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart, checkFields } from "./chart.ts";
import { STORE_PEER } from "./peers.ts";

export interface VeleroChartArgs extends ChartArgs {
  /** Bucket that everything goes to, in an object store of the cluster. What is in it stays when it changes, and nobody looks there any more. */
  store: ObjectStore;
  /** When the objects are backed up (in UTC, as cron writes it), every day and every week, and how many of these backups are kept. */
  schedules: Readonly<Record<BackupClass, { cron: string; retain: number }>>;
}

/** How long a backup is kept: until there are as many of its class as shall be. */
const HOURS: Record<BackupClass, number> = { daily: 24, weekly: 7 * 24 };
/** It is not in the image. */
const PLUGIN = "docker.io/velero/velero-plugin-for-aws:v1.14.2@sha256:0751144c1c8e52d52c48717fbd13ad5a3061e612ae4d7ad744a946cd5b139d1a";

/** Backups of the cluster's objects, and not of volumes: their files would fill the store that others write to. Values as of chart 12.1.0. */
export function veleroChart(args: VeleroChartArgs): Declaration {
  return chart("veleroChart", args, { store: "required", schedules: "required" }, ({ version, store, schedules, needs = [], talksTo = [], ...service }, { refuse }) => {
    checkFields(refuse, store, STORE_PEER, "store");
    checkFields(refuse, schedules, { daily: "required", weekly: "required" }, "schedules");
    return {
      purpose: "Backs up the cluster's objects, without the files of volumes.",
      upstream: "https://velero.io/docs/v1.18/",
      ...service,
      risks: [
        "It has no file of any volume: those are in the backups of the storage and of the databases alone.",
        "What it stores is not encrypted, and Secrets are in it: whoever reads its bucket reads them.",
        "Its server may do everything in the cluster, because it has to restore everything.",
      ],
      chart: { repoURL: "https://vmware-tanzu.github.io/helm-charts", name: "velero", version },
      podSecurity: { level: "baseline", reason: "the chart leaves the security contexts of its pods empty" },
      values: ({ name }) => ({
        // A hook before every sync; Argo CD applies the CRDs itself.
        upgradeCRDs: false,
        // Where backups go stands below, and there are no snapshots of volumes.
        backupsEnabled: false,
        snapshotsEnabled: false,
        initContainers: [{ name: "velero-plugin-for-aws", image: PLUGIN, volumeMounts: [{ name: "plugins", mountPath: "/target" }] }],
        credentials: { useSecret: false, extraSecretRef: `${name}-secrets` },
        configuration: { defaultBackupStorageLocation: "default" },
        // It would read the files of volumes, as root.
        deployNodeAgent: false,
        resources: asks("100m", "128Mi", "512Mi"),
      }),
      secrets: [{ key: "AWS_ACCESS_KEY_ID", remote: store.accessKey }, { key: "AWS_SECRET_ACCESS_KEY", remote: store.secretKey }],
      resources: { cpu: "100m", memory: "128Mi" },
      talksTo: [store.service, ...talksTo],
      needs: [store.service, ...needs],
      clusterKinds: [{ group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" }, { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" }],
      network: { api: true },
      objects: ({ namespace }) => [location(namespace, store), ...BACKUP_CLASSES.map((name) => schedule(name, namespace, schedules[name]))],
      // Its CRDs gone, every backup's record would go with them.
      application: { onDelete: "orphan" },
    };
  });
}

function location(namespace: string, { bucket, endpoint }: ObjectStore): KubernetesObject {
  const spec = { provider: "aws", default: true, accessMode: "ReadWrite", objectStorage: { bucket }, config: { region: "minio", s3ForcePathStyle: "true", s3Url: endpoint } };
  return { apiVersion: "velero.io/v1", kind: "BackupStorageLocation", metadata: { name: "default", namespace }, spec };
}

/** Without the files of volumes, which the storage and the databases' operator back up by themselves. */
function schedule(name: BackupClass, namespace: string, { cron, retain }: VeleroChartArgs["schedules"][BackupClass]): KubernetesObject {
  const ttl = `${retain * HOURS[name]}h0m0s`;
  const template = { defaultVolumesToFsBackup: false, snapshotVolumes: false, storageLocation: "default", ttl };
  return { apiVersion: "velero.io/v1", kind: "Schedule", metadata: { name, namespace }, spec: { schedule: cron, template } };
}
