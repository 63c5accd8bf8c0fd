import { langfuseChart } from "@rzp/charts";
import { database } from "../../../database.ts";
import { bucket } from "../../../object-store.ts";

export const langfuse = langfuseChart({
  version: "2.0.0",
  database: database("langfuse-db"),
  clickhouse: { service: "langfuse-clickhouse", password: "/apps/ai/langfuse-clickhouse/CLICKHOUSE_PASSWORD" },
  cache: database("redis"),
  store: bucket("langfuse"),
  login: { service: "zitadel", through: "traefik" },
});
