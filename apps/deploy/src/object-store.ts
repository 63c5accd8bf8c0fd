import { minioKeys } from "@rzp/charts";
import type { ObjectStore } from "@rzp/workload/manifests";

/** A bucket of this homelab, and the keys of its user, who may touch nothing else. */
export function bucket(name: string): ObjectStore {
  const { id, secret } = minioKeys(name);
  return { service: "minio", endpoint: "http://minio.minio.svc:9000", bucket: name, accessKey: `/platform/backup/minio/${id}`, secretKey: `/platform/backup/minio/${secret}` };
}

/** Bucket of the databases' backups. */
export const OBJECT_STORE = bucket("databases");

/** Bucket of the backups of the cluster's objects. */
export const OBJECTS = bucket("velero");
