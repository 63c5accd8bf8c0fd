import type { BackupClass } from "@rzp/workload/manifests";

/** When volumes of a backup class are backed up, and how many backups are kept: for the jobs and for the inventory. */
export const BACKUP_SCHEDULES: Readonly<Record<BackupClass, { cron: string; retain: number; when: string }>> = {
  daily: { cron: "0 3 * * *", retain: 14, when: "every day at 03:00 UTC" },
  weekly: { cron: "0 4 * * 0", retain: 8, when: "every Sunday at 04:00 UTC" },
};
