import { claim, helmWorkload } from "@rzp/workload/manifests";

/** Each with a user of its own, who may touch nothing else. A service that needs a bucket adds its name. */
const BUCKETS = ["databases", "langfuse", "velero"] as const;

const DATA = { size: "100Gi", backup: "daily" } as const;
const RESOURCES = { cpu: "100m", memory: "256Mi" } as const;
/** Of the server's and the job's containers; the job writes to volumes only, the server beside its data. */
const HARDENED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true };
const POD = { enabled: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const JOB = { securityContext: { enabled: true }, containerSecurityContext: HARDENED, resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } } };

export const minio = helmWorkload({
  purpose: "Keeps backups and objects of other services behind the S3 protocol.",
  upstream: "https://github.com/minio/minio/tree/master/helm/minio",
  risks: [
    "Archived since February 2026: no fixes and no images come any more, CVE-2025-62506 stays open, and docker.io has deleted what it had. Successor: SeaweedFS (chart seaweedfs 4.44.0), by the same buckets and keys.",
    "Its volume lies on the disks it backs up: what outlives them is Longhorn's daily backup of that volume, outside the cluster.",
  ],
  chart: { repoURL: "https://charts.min.io", name: "minio", version: "5.4.0" },
  values: ({ name }) => ({
    // By digest: the last one there is, and a tag nobody watches any more.
    image: { repository: "quay.io/minio/minio", tag: "RELEASE.2025-09-07T16-13-09Z@sha256:14cea493d9a34af32f524e538b8346cf79f3321eff8e708c1e2960462bd8936e" },
    mcImage: { repository: "quay.io/minio/mc", tag: "RELEASE.2025-08-13T08-35-41Z@sha256:a7fe349ef4bd8521fb8497f55c6042871b2ae640607cf99d9bede5e9bdf11727" },
    // Sixteen pods of 16Gi by default.
    mode: "standalone",
    replicas: 1,
    deploymentUpdate: { type: "Recreate" },
    existingSecret: `${name}-secrets`,
    persistence: { existingClaim: `${name}-data` },
    buckets: BUCKETS.map((bucket) => ({ name: bucket, policy: "none", purge: false })),
    policies: BUCKETS.map(policy),
    // In place of the chart's own user, console with the password console123. The job has every key of the Secret as a file, and a shell.
    users: BUCKETS.map((bucket) => ({ accessKey: `$(cat /config/${keys(bucket).id})`, existingSecret: `${name}-secrets`, existingSecretKey: keys(bucket).secret, policy: bucket })),
    environment: { MINIO_BROWSER: "off", MINIO_UPDATE: "off", MINIO_CALLHOME_ENABLE: "off" },
    securityContext: POD,
    containerSecurityContext: { ...HARDENED, readOnlyRootFilesystem: false },
    postJob: { securityContext: POD },
    makeBucketJob: JOB,
    makePolicyJob: JOB,
    makeUserJob: JOB,
    resources: { requests: RESOURCES, limits: { memory: "1Gi" } },
    metrics: { serviceMonitor: { public: false } },
  }),
  secrets: ["rootUser", "rootPassword", ...BUCKETS.flatMap((bucket) => Object.values(keys(bucket)))],
  ports: [{ name: "s3", port: 9000 }],
  volumes: { data: DATA },
  resources: RESOURCES,
  needs: ["longhorn"],
  objects: (self) => [claim(self, `${self.name}-data`, DATA)],
});

/** Keys of a bucket's user in the secret store. */
function keys(bucket: string): { id: string; secret: string } {
  return { id: `${bucket.toUpperCase()}_ACCESS_KEY`, secret: `${bucket.toUpperCase()}_SECRET_KEY` };
}

function policy(bucket: string): { name: string; statements: { resources: string[]; actions: string[] }[] } {
  return {
    name: bucket,
    statements: [
      { resources: [`arn:aws:s3:::${bucket}`], actions: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"] },
      { resources: [`arn:aws:s3:::${bucket}/*`], actions: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"] },
    ],
  };
}
