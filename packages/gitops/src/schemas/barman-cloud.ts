import type { KindSchema } from "./index.ts";
import { TEXT } from "./parts.ts";

const KEY = { required: ["key", "name"], properties: { key: TEXT, name: TEXT } } as const;

/** Plugin Barman Cloud 0.13 (`barmancloud.cnpg.io/v1`), the S3 part. */
export const BARMAN_CLOUD: Readonly<Record<string, KindSchema>> = {
  "barmancloud.cnpg.io/v1/ObjectStore": {
    scope: "Namespaced",
    schema: {
      required: ["spec"],
      properties: {
        spec: {
          required: ["configuration"],
          properties: {
            retentionPolicy: { type: "string", pattern: "^[1-9][0-9]*[dwm]$" },
            configuration: {
              // The CRD requires the path only, but without these nobody is let in.
              required: ["destinationPath", "s3Credentials"],
              properties: {
                destinationPath: { type: "string", minLength: 1 },
                endpointURL: TEXT,
                endpointCA: KEY,
                serverName: TEXT,
                s3Credentials: { required: ["accessKeyId", "secretAccessKey"], properties: { accessKeyId: KEY, secretAccessKey: KEY, region: KEY, sessionToken: KEY } },
                wal: { properties: { compression: { enum: ["bzip2", "gzip", "lz4", "snappy", "xz", "zstd"] }, encryption: { enum: ["AES256", "aws:kms"] }, maxParallel: { type: "integer", minimum: 1 } } },
                data: { properties: { compression: { enum: ["bzip2", "gzip", "lz4", "snappy"] }, encryption: { enum: ["AES256", "aws:kms"] }, immediateCheckpoint: { type: "boolean" }, jobs: { type: "integer", minimum: 1 } } },
              },
            },
          },
        },
      },
    },
  },
};
