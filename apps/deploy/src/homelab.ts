/** The declarations and one stack, put together: the registry that both planes and every view read. */
import { registry, type Category, type Registry, type RenderContext, type Service, type ServiceOverride } from "@rzp/workload/manifests";
import type { Stack } from "./config.ts";
import { checkCertificates } from "./config/certificates.ts";
import { overridesOf } from "./config/overrides.ts";
import { categories as declared } from "./services/index.ts";
import { siteOf } from "./site.ts";

/** Where declarations stand, for errors and for the header of every generated file. */
export const SERVICES = "apps/deploy/src/services";

export interface Homelab {
  registry: Registry;
  context: RenderContext;
}

/** All services as one stack wants them. */
export function homelab(stack: Stack, categories: readonly Category[] = declared): Homelab {
  const site = siteOf(stack);
  const all = registry(overridden(categories, stack), site, { fileOf });
  const context = all.context(site);
  checkCertificates(stack, context, fileOf);
  return { registry: all, context };
}

/** File of a declaration, from the root of the repository. */
export function fileOf({ name, category }: { name: string; category: string }): string {
  return `${SERVICES}/${category}/${name}.ts`;
}

/** The categories with the stack's changes in them; services that are switched off are left out. */
function overridden(categories: readonly Category[], stack: Stack): Category[] {
  const { changes } = overridesOf(stack, categories);
  return categories.map(({ path, services }) => ({ path, services: services.flatMap((service) => change(service, changes.get(`${path}/${service.id.name}`))) }));
}

function change(service: Service, changes: ServiceOverride | undefined): Service[] {
  if (changes === undefined) return [service];
  return changes.enabled === false ? [] : [service.override(changes)];
}
