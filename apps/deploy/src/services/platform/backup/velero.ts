import { veleroChart } from "@rzp/charts";
import { BACKUP_SCHEDULES } from "../../../backups.ts";
import { OBJECTS } from "../../../object-store.ts";

export const velero = veleroChart({
  version: "12.1.0",
  store: OBJECTS,
  schedules: BACKUP_SCHEDULES,
});
