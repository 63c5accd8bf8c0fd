import { didYouMean } from "@rzp/core";
import { LAYERS, type Category, type ServiceOverride } from "@rzp/workload/manifests";
import { toMistakes } from "./errors.ts";
import type { Mistake } from "./rules.ts";
import { overrideSchema, type Stack } from "./schema.ts";

/** What a stack changes of services, by `<category>/<name>`, and what is wrong with it. */
export interface Overrides {
  changes: ReadonlyMap<string, ServiceOverride>;
  mistakes: readonly Mistake[];
}

/** Walks each layer of the stack down the folders of the declarations to the services it names. */
export function overridesOf(stack: Pick<Stack, (typeof LAYERS)[number]>, categories: readonly Category[]): Overrides {
  const known = new Set(categories.flatMap(({ path, services }) => services.map(({ id }) => `${path}/${id.name}`)));
  const changes = new Map<string, ServiceOverride>();
  const mistakes: Mistake[] = [];
  for (const layer of LAYERS) walk(stack[layer], [layer], { known, changes, mistakes });
  return { changes, mistakes };
}

function walk(node: unknown, path: readonly string[], found: { known: ReadonlySet<string>; changes: Map<string, ServiceOverride>; mistakes: Mistake[] }): void {
  const { known, changes, mistakes } = found;
  const here = path.join("/");
  if (known.has(here)) {
    const parsed = overrideSchema.safeParse(node);
    if (parsed.success) changes.set(here, node as ServiceOverride);
    else mistakes.push(...toMistakes(parsed.error, overrideSchema, node).map((mistake) => ({ ...mistake, path: [...path, ...mistake.path] })));
    return;
  }
  if (node === null || typeof node !== "object" || Array.isArray(node)) {
    mistakes.push({ path: [...path], message: "must be a map of folders and services" });
    return;
  }
  const below = [...known].filter((service) => service.startsWith(`${here}/`));
  const children = [...new Set(below.map((service) => service.slice(here.length + 1).split("/")[0] ?? ""))];
  for (const [key, value] of Object.entries(node)) {
    if (children.includes(key)) walk(value, [...path, key], found);
    else mistakes.push({ path: [...path, key], message: `is no service or folder. ${didYouMean(key, children)}` });
  }
}
