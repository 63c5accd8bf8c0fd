import type { KindSchema } from "./index.ts";
import { TEXT, TEXT_MAP, TEXTS } from "./parts.ts";

const FLAG = { type: "boolean" } as const;

/** Velero 1.18 (`velero.io/v1`): where backups go, and when they are made of what. */
export const VELERO: Readonly<Record<string, KindSchema>> = {
  "velero.io/v1/BackupStorageLocation": {
    scope: "Namespaced",
    schema: {
      required: ["spec"],
      properties: {
        spec: {
          required: ["objectStorage", "provider"],
          properties: {
            provider: TEXT,
            default: FLAG,
            accessMode: { enum: ["ReadOnly", "ReadWrite"] },
            backupSyncPeriod: TEXT,
            validationFrequency: TEXT,
            config: TEXT_MAP,
            credential: { required: ["key", "name"], properties: { key: TEXT, name: TEXT } },
            objectStorage: { required: ["bucket"], properties: { bucket: TEXT, prefix: TEXT } },
          },
        },
      },
    },
  },
  "velero.io/v1/Schedule": {
    scope: "Namespaced",
    schema: {
      required: ["spec"],
      properties: {
        spec: {
          required: ["schedule", "template"],
          properties: {
            paused: FLAG,
            schedule: { type: "string", minLength: 9 },
            skipImmediately: FLAG,
            useOwnerReferencesInBackup: FLAG,
            template: {
              properties: {
                defaultVolumesToFsBackup: FLAG,
                excludedNamespaces: TEXTS,
                excludedResources: TEXTS,
                includeClusterResources: FLAG,
                includedNamespaces: TEXTS,
                includedResources: TEXTS,
                resourcePolicy: { required: ["kind", "name"], properties: { apiGroup: TEXT, kind: TEXT, name: TEXT } },
                snapshotMoveData: FLAG,
                snapshotVolumes: FLAG,
                storageLocation: TEXT,
                ttl: { type: "string", pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h))+$" },
              },
            },
          },
        },
      },
    },
  },
};
