import { postgresDatabase } from "@rzp/workload/manifests";
import { DATABASE } from "../../../database.ts";

export const zitadelDb = postgresDatabase({ ...DATABASE, size: "5Gi" });
