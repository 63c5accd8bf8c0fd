import { postgresDatabase } from "@rzp/workload/manifests";
import { DATABASE } from "../../../database.ts";

export const backstageDb = postgresDatabase({ ...DATABASE, size: "2Gi" });
