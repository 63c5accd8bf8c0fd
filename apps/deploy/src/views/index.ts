/** Services -> docs/reference. Like the manifests a pure function of the declarations and one stack, and under the same check. */
import type { Homelab } from "../homelab.ts";
import { backupInventory } from "./backups.ts";
import { serviceCatalog } from "./catalog.ts";
import type { Page } from "./markdown.ts";
import { portRegistry } from "./ports.ts";
import { networkTopology } from "./topology.ts";

export { REFERENCE } from "./markdown.ts";

export function pages(home: Homelab): Page[] {
  return [...serviceCatalog(home), networkTopology(home), portRegistry(home), backupInventory(home)];
}
