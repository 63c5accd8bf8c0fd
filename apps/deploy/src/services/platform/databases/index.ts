import { category } from "@rzp/workload/manifests";
import { backstageDb } from "./backstage-db.ts";
import { harborDb } from "./harbor-db.ts";
import { langfuseDb } from "./langfuse-db.ts";
import { posthogDb } from "./posthog-db.ts";
import { postgresql } from "./postgresql.ts";
import { redis } from "./redis.ts";
import { zitadelDb } from "./zitadel-db.ts";

export default category("platform/databases", { postgresql, redis, "backstage-db": backstageDb, "harbor-db": harborDb, "langfuse-db": langfuseDb, "posthog-db": posthogDb, "zitadel-db": zitadelDb }, { namespace: "databases" });
