import { category } from "@rzp/workload/manifests";
import { portainer } from "./portainer.ts";

export default category("apps/dev-tools", { portainer });
