import { veleroChart } from "@rzp/charts";
import { BACKUP_SCHEDULES } from "../../../backups.ts";
import { bucket } from "../../../object-store.ts";

export const velero = veleroChart({
  version: "12.1.0",
  store: bucket("velero"),
  schedules: BACKUP_SCHEDULES,
  nodes: 3,
});
