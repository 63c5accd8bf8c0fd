import { category } from "@rzp/workload/manifests";
import { netdata } from "./netdata.ts";
import { openobserve } from "./openobserve.ts";
import { vector } from "./vector.ts";

export default category("platform/observability", { netdata, openobserve, vector });
