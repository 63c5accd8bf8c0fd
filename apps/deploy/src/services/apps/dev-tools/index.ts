import { category } from "@rzp/workload/manifests";
import { backstage } from "./backstage.ts";
import { catalog } from "./catalog.ts";
import { harbor } from "./harbor.ts";
import { harness } from "./harness.ts";
import { portainer } from "./portainer.ts";

export default category("apps/dev-tools", { backstage, catalog, harbor, harness, portainer });
