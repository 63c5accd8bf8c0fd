import { category } from "@rzp/workload/manifests";
import { zitadel } from "./zitadel.ts";

export default category("platform/security", { zitadel });
