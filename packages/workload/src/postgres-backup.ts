import type { KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import type { IScheduledBackup } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1";
import type { BackupClass, RenderContext, ServiceFacts } from "./service.ts";

/** Where backups of databases go: a bucket of a service in the cluster. */
export interface ObjectStore {
  /** Name of the service that holds the bucket. */
  service: string;
  /** Its address from inside the cluster, such as `http://minio.minio.svc:9000`. */
  endpoint: string;
  bucket: string;
  /** Absolute keys of the secret store: key id and secret of somebody who may write the bucket. */
  accessKey: string;
  secretKey: string;
}

/** Fields of an object store. */
export const STORE: Readonly<Record<keyof ObjectStore, true>> = { service: true, endpoint: true, bucket: true, accessKey: true, secretKey: true };

/** When base backups are made (seconds, minutes, hours, day, month, weekday, as CloudNativePG writes it), and how long they are kept. */
export const POSTGRES_BACKUPS: Readonly<Record<BackupClass, { schedule: string; retention: string }>> = {
  daily: { schedule: "0 30 2 * * *", retention: "14d" },
  weekly: { schedule: "0 30 2 * * 0", retention: "60d" },
};
/** The operator's plugin for base backups and the write-ahead log; its own way of archiving is deprecated since 1.26. */
export const BARMAN_PLUGIN = "barman-cloud.cloudnative-pg.io";

interface Backups {
  store?: ObjectStore;
  backup: BackupClass | { none: string };
}

/** Where the cluster's backups go, with what key, and when. */
export function backupObjects({ store, backup }: Backups, cluster: string, { name, namespace }: ServiceFacts, { site }: RenderContext, labels: Record<string, string>): KubernetesObject[] {
  if (store === undefined) return [];
  const secret = `${name}-store`;
  const keys = [
    { key: "ACCESS_KEY_ID", remote: store.accessKey },
    { key: "SECRET_ACCESS_KEY", remote: store.secretKey },
  ];
  const objectStore: KubernetesObject = {
    apiVersion: "barmancloud.cnpg.io/v1",
    kind: "ObjectStore",
    metadata: { name, namespace, labels, annotations: { "argocd.argoproj.io/sync-wave": "-2" } },
    spec: {
      ...(typeof backup === "string" ? { retentionPolicy: POSTGRES_BACKUPS[backup].retention } : {}),
      configuration: {
        destinationPath: `s3://${store.bucket}/${name}`,
        endpointURL: store.endpoint,
        s3Credentials: { accessKeyId: { name: secret, key: "ACCESS_KEY_ID" }, secretAccessKey: { name: secret, key: "SECRET_ACCESS_KEY" } },
        wal: { compression: "gzip" },
        data: { compression: "gzip" },
      },
    },
  };
  const scheduled = typeof backup === "string" ? [scheduledBackup(cluster, namespace, backup, labels)] : [];
  return [...externalSecretManifests(secret, { namespace, store: site.secretStore.name, keys, labels, wave: -2 }), objectStore, ...scheduled];
}

function scheduledBackup(name: string, namespace: string, backup: BackupClass, labels: Record<string, string>): KubernetesObject {
  const object: IScheduledBackup = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "ScheduledBackup",
    metadata: { name, namespace, labels },
    spec: {
      cluster: { name },
      schedule: POSTGRES_BACKUPS[backup].schedule,
      immediate: true,
      backupOwnerReference: "self",
      method: "plugin",
      pluginConfiguration: { name: BARMAN_PLUGIN },
    },
  };
  return object as unknown as KubernetesObject;
}
