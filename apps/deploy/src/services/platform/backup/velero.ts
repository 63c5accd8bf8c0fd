import { veleroChart } from "@rzp/charts";
import { BACKUP_SCHEDULES, COPIED_UP_TO } from "../../../backups.ts";
import { COPIES } from "../../../object-store.ts";

export const velero = veleroChart({
  version: "12.1.0",
  store: COPIES,
  schedules: BACKUP_SCHEDULES,
  largest: COPIED_UP_TO,
  nodes: 3,
});
