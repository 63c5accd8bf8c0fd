import { postgresDatabase } from "@rzp/workload/manifests";
import { DATABASE } from "../../../database.ts";

export const posthogDb = postgresDatabase({ ...DATABASE, size: "8Gi", resources: { cpu: "250m", memory: "512Mi", memoryLimit: "4Gi" } });
