/** The declarations and one stack, put together: the registry that both planes and every view read. */
import { didYouMean } from "@rzp/core";
import { LAYERS, registry, type Category, type Registry, type RenderContext, type Service, type ServiceOverride } from "@rzp/workload/manifests";
import { ConfigError, overrideMistakes, type Stack } from "./config.ts";
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
  return { registry: all, context: all.context(site) };
}

/** File of a declaration, from the root of the repository. */
export function fileOf({ name, category }: { name: string; category: string }): string {
  return `${SERVICES}/${category}/${name}.ts`;
}

type Path = readonly string[];

/** The categories with the stack's changes in them; services that are switched off are left out. */
function overridden(categories: readonly Category[], stack: Stack): Category[] {
  const changes = new Map<string, ServiceOverride>();
  const known = new Map(categories.flatMap(({ path, services }) => services.map(({ id }) => [`${path}/${id.name}`, id] as const)));
  for (const layer of LAYERS) collect(stack[layer], [layer], [...known.keys()], changes);
  return categories.map(({ path, services }) => ({ path, services: services.flatMap((service) => change(service, changes.get(`${path}/${service.id.name}`))) }));
}

function change(service: Service, changes: ServiceOverride | undefined): Service[] {
  if (changes === undefined) return [service];
  return changes.enabled === false ? [] : [service.override(changes)];
}

/** Walks a layer's tree down to the services it names. */
function collect(node: unknown, path: Path, known: readonly string[], changes: Map<string, ServiceOverride>): void {
  const here = path.join("/");
  const refuse = (at: Path, message: string): never => {
    throw new ConfigError("the stack", [{ path: [...at], message }], (mistake) => mistake.join("."));
  };
  if (known.includes(here)) {
    const mistakes = overrideMistakes(node, path);
    if (mistakes.length > 0) throw new ConfigError("the stack", mistakes, (mistake) => mistake.join("."));
    changes.set(here, node as ServiceOverride);
    return;
  }
  if (node === null || typeof node !== "object" || Array.isArray(node)) refuse(path, "must be a map of folders and services");
  const children = [...new Set(known.filter((service) => service.startsWith(`${here}/`)).map((service) => service.slice(here.length + 1).split("/")[0] ?? ""))];
  for (const [key, value] of Object.entries(node as Record<string, unknown>)) {
    if (!children.includes(key)) refuse([...path, key], `is no service or folder. ${didYouMean(key, children)}`);
    collect(value, [...path, key], known, changes);
  }
}
