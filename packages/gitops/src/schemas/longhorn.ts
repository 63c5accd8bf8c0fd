import type { KindSchema } from "./index.ts";
import { TEXT, TEXT_MAP, TEXTS } from "./parts.ts";

/** Longhorn 1.12 (`longhorn.io/v1beta2`). */
export const LONGHORN: Readonly<Record<string, KindSchema>> = {
  "longhorn.io/v1beta2/BackupTarget": {
    scope: "Namespaced",
    schema: {
      required: ["spec"],
      properties: {
        spec: {
          required: ["backupTargetURL"],
          properties: { backupTargetURL: TEXT, credentialSecret: TEXT, pollInterval: { type: "string", pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h))+$" } },
        },
      },
    },
  },
  "longhorn.io/v1beta2/RecurringJob": {
    scope: "Namespaced",
    schema: {
      required: ["spec"],
      properties: {
        spec: {
          // The CRD requires nothing, but a job without these does nothing or keeps nothing.
          required: ["cron", "retain", "task"],
          properties: {
            name: TEXT,
            task: { enum: ["backup", "backup-force-create", "filesystem-trim", "snapshot", "snapshot-cleanup", "snapshot-delete", "snapshot-force-create", "system-backup"] },
            cron: { type: "string", minLength: 9 },
            retain: { type: "integer", minimum: 0, maximum: 250 },
            concurrency: { type: "integer", minimum: 1 },
            groups: TEXTS,
            labels: TEXT_MAP,
            parameters: TEXT_MAP,
          },
        },
      },
    },
  },
  "longhorn.io/v1beta2/Setting": { scope: "Namespaced", schema: { required: ["value"], properties: { value: TEXT } } },
};
