/** The declarations and one stack, put together: the registry that both planes and every view read. */
import { registry, type Category, type Registry, type RenderContext, type Service, type ServiceOverride } from "@rzp/workload/manifests";
import type { Stack } from "./config.ts";
import { checkCertificates } from "./config/certificates.ts";
import { checkConnector } from "./config/connector.ts";
import { overridesOf } from "./config/overrides.ts";
import { checkBuilt } from "./config/unbuilt.ts";
import { categories as declared } from "./services/index.ts";
import { NAMES, siteOf } from "./site.ts";

/** Where declarations stand, for errors and for the header of every generated file. */
export const SERVICES = "apps/deploy/src/services";

export interface Homelab {
  stack: Stack;
  registry: Registry;
  context: RenderContext;
}

/** All services as one stack wants them. */
export function homelab(stack: Stack, categories: readonly Category[] = declared): Homelab {
  const site = siteOf(stack);
  const { kept, switchedOff } = overridden(categories, stack);
  const all = registry(kept, site, { fileOf, reserved: [NAMES.argocd.root], switchedOff });
  const context = all.context(site);
  checkCertificates(stack, context, fileOf);
  checkBuilt(context.services, fileOf);
  checkConnector(NAMES.connector, switchedOff, context, fileOf);
  return { stack, registry: all, context };
}

/** File of a declaration, from the root of the repository. */
export function fileOf({ name, category }: { name: string; category: string }): string {
  return `${SERVICES}/${category}/${name}.ts`;
}

/** The categories with the stack's changes in them, and the names of the services that are switched off. */
function overridden(categories: readonly Category[], stack: Stack): { kept: Category[]; switchedOff: string[] } {
  const { changes } = overridesOf(stack, categories);
  const changeOf = ({ id }: Service): ServiceOverride => changes.get(`${id.category}/${id.name}`) ?? {};
  const isOff = (service: Service): boolean => changeOf(service).enabled === false;
  return {
    kept: categories.map(({ path, services }) => ({ path, services: services.filter((service) => !isOff(service)).map((service) => changed(service, changeOf(service))) })),
    switchedOff: categories.flatMap(({ services }) => services.filter(isOff).map(({ id }) => id.name)),
  };
}

function changed(service: Service, changes: ServiceOverride): Service {
  return Object.keys(changes).length === 0 ? service : service.override(changes);
}
