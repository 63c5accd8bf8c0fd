import { category, postgresDatabase } from "@rzp/workload/manifests";
import { OBJECT_STORE } from "../../../object-store.ts";
import { postgresql } from "./postgresql.ts";
import { redis } from "./redis.ts";

/** What every database has: its operator, and where its backups go. */
const DATABASE = { operator: "postgresql", store: OBJECT_STORE, backup: "daily" } as const;

export default category(
  "platform/databases",
  {
    postgresql,
    redis,
    "harbor-db": postgresDatabase({ ...DATABASE, size: "5Gi" }),
    "langfuse-db": postgresDatabase({ ...DATABASE, size: "5Gi" }),
    "posthog-db": postgresDatabase({ ...DATABASE, size: "8Gi", resources: { cpu: "250m", memory: "512Mi", memoryLimit: "4Gi" } }),
    "zitadel-db": postgresDatabase({ ...DATABASE, size: "5Gi" }),
  },
  { namespace: "databases" },
);
