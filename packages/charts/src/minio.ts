import type { Json, Refuse } from "@rzp/core";
import { claim, type Declaration } from "@rzp/workload/manifests";
import type { ChartArgs, ChartVolume } from "./args.ts";
import { asks, chart, HARDENED } from "./chart.ts";

export interface MinioChartArgs extends ChartArgs {
  /** Each with a user of its own, who may touch nothing else; `minioKeys` names the keys of that user. One that is taken out stays as it is, with all that is in it. */
  buckets: readonly string[];
  /** The volume that all of them are on. */
  data: ChartVolume;
  /** What else is known to be wrong with it and is accepted, one sentence each. @default none */
  risks?: readonly string[];
}

const ARCHIVED =
  "Archived since February 2026: no fixes and no images come any more, CVE-2025-62506 stays open, and docker.io has deleted what it had. Successor: SeaweedFS (chart seaweedfs 4.44.0), by the same buckets and keys.";
/** By digest: the last ones there are, and tags nobody watches any more. */
const IMAGES = {
  image: { repository: "quay.io/minio/minio", tag: "RELEASE.2025-09-07T16-13-09Z@sha256:14cea493d9a34af32f524e538b8346cf79f3321eff8e708c1e2960462bd8936e" },
  mcImage: { repository: "quay.io/minio/mc", tag: "RELEASE.2025-08-13T08-35-41Z@sha256:a7fe349ef4bd8521fb8497f55c6042871b2ae640607cf99d9bede5e9bdf11727" },
};
const POD = { enabled: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const JOB = { securityContext: { enabled: true }, containerSecurityContext: HARDENED, resources: asks("10m", "64Mi", "256Mi") };

/** Buckets by the S3 protocol on one volume, behind `rootUser`, `rootPassword` and the keys of each bucket's user. Values as of chart 5.4.0, which is the last one. */
export function minioChart(args: MinioChartArgs): Declaration {
  return chart("minioChart", args, { buckets: "required", data: "required", risks: "optional" }, ({ version, buckets, data, risks = [], ...service }, { refuse }) => {
    checkBuckets(buckets, refuse);
    const resources = asks("100m", "256Mi", "1Gi");
    return {
      purpose: "Keeps backups and objects of other services behind the S3 protocol.",
      upstream: "https://github.com/minio/minio/tree/master/helm/minio",
      ...service,
      risks: [ARCHIVED, ...risks],
      chart: { repoURL: "https://charts.min.io", name: "minio", version },
      values: ({ name }) => ({
        ...IMAGES,
        // Sixteen pods of 16Gi by default.
        mode: "standalone",
        replicas: 1,
        deploymentUpdate: { type: "Recreate" },
        existingSecret: `${name}-secrets`,
        persistence: { existingClaim: `${name}-data` },
        buckets: buckets.map((bucket) => ({ name: bucket, policy: "none", purge: false })),
        policies: buckets.map(policy),
        // In place of the chart's own user, console with the password console123.
        users: buckets.map((bucket) => user(bucket, `${name}-secrets`)),
        environment: { MINIO_BROWSER: "off", MINIO_UPDATE: "off", MINIO_CALLHOME_ENABLE: "off" },
        securityContext: POD,
        // The jobs write to volumes only, the server beside its data.
        containerSecurityContext: { ...HARDENED, readOnlyRootFilesystem: false },
        postJob: { securityContext: POD },
        makeBucketJob: JOB,
        makePolicyJob: JOB,
        makeUserJob: JOB,
        resources,
        metrics: { serviceMonitor: { public: false } },
      }),
      secrets: ["rootUser", "rootPassword", ...buckets.flatMap((bucket) => Object.values(minioKeys(bucket)))],
      ports: [{ name: "s3", port: 9000 }],
      volumes: { data },
      resources: resources.requests,
      objects: (self) => [claim(self, `${self.name}-data`, data)],
    };
  });
}

/** Keys of a bucket's user in the folder of the service. */
export function minioKeys(bucket: string): { id: string; secret: string } {
  const prefix = bucket.toUpperCase().replaceAll("-", "_");
  return { id: `${prefix}_ACCESS_KEY`, secret: `${prefix}_SECRET_KEY` };
}

/** The job that makes it has every key of the Secret as a file, and a shell. */
function user(bucket: string, secret: string): Json {
  const keys = minioKeys(bucket);
  return { accessKey: `$(cat /config/${keys.id})`, existingSecret: secret, existingSecretKey: keys.secret, policy: bucket };
}

function policy(bucket: string): Json {
  return {
    name: bucket,
    statements: [
      { resources: [`arn:aws:s3:::${bucket}`], actions: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"] },
      { resources: [`arn:aws:s3:::${bucket}/*`], actions: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"] },
    ],
  };
}

function checkBuckets(buckets: readonly string[], refuse: Refuse): void {
  buckets.forEach((bucket, index) => {
    // A dot would be read as a part of a host name.
    if (!/^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/.test(bucket)) refuse(`buckets[${index}]`, `"${bucket}" is not a bucket's name`, "Use 3 to 63 characters of a-z, 0-9 and -, and neither begin nor end it with -.");
    if (buckets.indexOf(bucket) !== index) refuse(`buckets[${index}]`, `"${bucket}" is there a second time`, "Two users of one bucket would have one key.");
  });
}
