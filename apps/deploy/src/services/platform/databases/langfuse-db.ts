import { postgresDatabase } from "@rzp/workload/manifests";
import { DATABASE } from "../../../database.ts";

export const langfuseDb = postgresDatabase({ ...DATABASE, size: "5Gi" });
