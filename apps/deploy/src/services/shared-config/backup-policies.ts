import type { KubernetesObject } from "@rzp/core";
import { BACKUP_CLASSES, type BackupClass } from "@rzp/workload/manifests";
import { BACKUP_SCHEDULES } from "../../backups.ts";
import { view } from "../../view.ts";

export const backupPolicies = view({
  purpose: "When volumes of each backup class are backed up, and how long the backups are kept.",
  needs: ["longhorn"],
  manifests: (context) => BACKUP_CLASSES.map((name) => recurringJob(name, context.service("longhorn").namespace, context.site.storage.backupTarget !== undefined)),
});

/** A claim joins by its label `recurring-job-group.longhorn.io/<class>`. */
function recurringJob(name: BackupClass, namespace: string, hasTarget: boolean): KubernetesObject {
  const { cron, retain } = BACKUP_SCHEDULES[name];
  const spec = { name, cron, retain, groups: [name], task: hasTarget ? "backup" : "snapshot", concurrency: 2 };
  return { apiVersion: "longhorn.io/v1beta2", kind: "RecurringJob", metadata: { name, namespace }, spec };
}
