import { category } from "@rzp/workload/manifests";
import { harbor } from "./harbor.ts";
import { harness } from "./harness.ts";
import { portainer } from "./portainer.ts";

export default category("apps/dev-tools", { harbor, harness, portainer });
