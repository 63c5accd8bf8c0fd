import { category } from "@rzp/workload/manifests";
import { postgresql } from "./postgresql.ts";
import { redis } from "./redis.ts";

export default category("platform/databases", { postgresql, redis }, { namespace: "databases" });
