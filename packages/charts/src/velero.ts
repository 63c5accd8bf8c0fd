import type { Bytes, KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import { BACKUP_CLASSES, BACKUP_LABEL, checkSize, type BackupClass, type Declaration, type ObjectStore } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart, checkCount, checkFields } from "./chart.ts";
import { STORE_PEER } from "./peers.ts";

export interface VeleroChartArgs extends ChartArgs {
  /** Bucket that everything goes to, in an object store of the cluster. What is in it stays when it changes, and nobody looks there any more. */
  store: ObjectStore;
  /** When the volumes of each backup class are copied (in UTC, as cron writes it), and how many copies are kept. */
  schedules: Readonly<Record<BackupClass, { cron: string; retain: number }>>;
  /** Volumes up to this size are copied; larger ones are left to the storage's own backups. All copies share the bucket: one that is full stops whoever else writes to that store. */
  largest: Bytes;
  /** How many nodes have an agent that reads their volumes: all that run pods. For views and sums. */
  nodes: number;
}

/** How long a copy is kept: as many of its class as the other backups of that class. */
const HOURS: Record<BackupClass, number> = { daily: 24, weekly: 7 * 24 };
/** It is not in the image. */
const PLUGIN = "docker.io/velero/velero-plugin-for-aws:v1.14.2@sha256:0751144c1c8e52d52c48717fbd13ad5a3061e612ae4d7ad744a946cd5b139d1a";

/** Backups of the cluster's objects and of volumes' files, encrypted by the key `REPOSITORY_PASSWORD`, which must outlive the cluster. Values as of chart 12.1.0. */
export function veleroChart(args: VeleroChartArgs): Declaration {
  return chart("veleroChart", args, { store: "required", schedules: "required", largest: "required", nodes: "required" }, ({ version, store, schedules, largest, nodes, needs = [], talksTo = [], ...service }, { refuse, own }) => {
    checkFields(refuse, store, STORE_PEER, "store");
    checkFields(refuse, schedules, { daily: "required", weekly: "required" }, "schedules");
    checkSize(largest, "largest", "5Gi", refuse);
    checkCount(refuse, nodes, "nodes");
    const password = { key: "repository-password", remote: own("REPOSITORY_PASSWORD") };
    return {
      purpose: "Backs up the cluster's objects, and the files of small volumes that belong to a backup class.",
      upstream: "https://velero.io/docs/v1.18/",
      ...service,
      risks: [
        "It copies files while their pods run, without a snapshot: databases have backups of their own, and Longhorn takes snapshots of every other volume. Copies of snapshots would need the snapshot-controller and a VolumeSnapshotClass.",
        "Its server may do everything in the cluster, because it has to restore everything.",
      ],
      chart: { repoURL: "https://vmware-tanzu.github.io/helm-charts", name: "velero", version },
      podSecurity: { level: "privileged", reason: "its node agent reads the volumes of all pods, as root and through the node's file system" },
      values: ({ name }) => ({
        // A hook before every sync; Argo CD applies the CRDs itself.
        upgradeCRDs: false,
        // Where backups go stands below, and there are no snapshots of volumes.
        backupsEnabled: false,
        snapshotsEnabled: false,
        initContainers: [{ name: "velero-plugin-for-aws", image: PLUGIN, volumeMounts: [{ name: "plugins", mountPath: "/target" }] }],
        credentials: { useSecret: false, extraSecretRef: `${name}-secrets` },
        configuration: { uploaderType: "kopia", defaultBackupStorageLocation: "default" },
        deployNodeAgent: true,
        nodeAgent: { resources: asks("50m", "128Mi", "1Gi") },
        resources: asks("100m", "128Mi", "512Mi"),
      }),
      secrets: [{ key: "AWS_ACCESS_KEY_ID", remote: store.accessKey }, { key: "AWS_SECRET_ACCESS_KEY", remote: store.secretKey }, password],
      // The server, and an agent on each node; between them.
      replicas: 1 + nodes,
      resources: { cpu: "65m", memory: "128Mi" },
      talksTo: [store.service, ...talksTo],
      needs: [store.service, ...needs],
      clusterKinds: [{ group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" }, { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" }],
      network: { api: true },
      objects: ({ namespace, site }, context) => [
        // Before the server's first start, which would make one with a password everybody knows.
        ...externalSecretManifests("velero-repo-credentials", { namespace, store: site.secretStore.name, keys: [password] }),
        location(namespace, store),
        ...BACKUP_CLASSES.flatMap((name) => [volumePolicy(name, namespace, largest), schedule(name, namespace, schedules[name], context.service(store.service).namespace)]),
      ],
      // Its CRDs gone, every backup's record would go with them.
      application: { onDelete: "orphan" },
    };
  });
}

function location(namespace: string, { bucket, endpoint }: ObjectStore): KubernetesObject {
  const spec = { provider: "aws", default: true, accessMode: "ReadWrite", objectStorage: { bucket }, config: { region: "minio", s3ForcePathStyle: "true", s3Url: endpoint } };
  return { apiVersion: "velero.io/v1", kind: "BackupStorageLocation", metadata: { name: "default", namespace }, spec };
}

/** Which volumes a class's backup copies: those whose claims say so and that are not too large, and no other. */
function volumePolicy(name: BackupClass, namespace: string, largest: Bytes): KubernetesObject {
  const policy = `version: v1\nvolumePolicies:\n  - conditions:\n      capacity: "0,${largest}"\n      pvcLabels:\n        ${BACKUP_LABEL}: ${name}\n    action:\n      type: fs-backup\n`;
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `volumes-${name}`, namespace }, data: { "policy.yaml": policy } };
}

/** Without the bucket's own namespace: a backup that holds the backups before it doubles with each. */
function schedule(name: BackupClass, namespace: string, { cron, retain }: VeleroChartArgs["schedules"][BackupClass], store: string): KubernetesObject {
  const ttl = `${retain * HOURS[name]}h0m0s`;
  const template = { excludedNamespaces: [store], defaultVolumesToFsBackup: false, snapshotVolumes: false, resourcePolicy: { kind: "configmap", name: `volumes-${name}` }, storageLocation: "default", ttl };
  return { apiVersion: "velero.io/v1", kind: "Schedule", metadata: { name, namespace }, spec: { schedule: cron, template } };
}
