import type { ObjectStore } from "@rzp/workload/manifests";

/** Bucket of the databases' backups, and the keys of a user who may write it. */
export const OBJECT_STORE: ObjectStore = {
  service: "minio",
  endpoint: "http://minio.minio.svc:9000",
  bucket: "databases",
  accessKey: "/platform/backup/minio/DATABASES_ACCESS_KEY",
  secretKey: "/platform/backup/minio/DATABASES_SECRET_KEY",
};
