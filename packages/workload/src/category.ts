import { ArgumentError, DNS_LABEL_MAX, isDnsLabel, type KubernetesObject } from "@rzp/core";
import { layerOf, LAYERS, SHARED_CONFIG, partOf, type Declaration, type Service, type ServiceId } from "./service.ts";

/** The services of one folder. */
export interface Category {
  /** Its folder below `src/services`, and below the rendered tree: `apps/media/acquisition`. */
  path: string;
  services: readonly Service[];
}

/** Deepest category that still leaves room for the root and the service within five levels. */
const DEPTH_MAX = 3;

/**
 * Puts declarations in their place: the key is a service's name, the path its folder.
 *
 * @param options.namespace Namespace all of them share; a chart needs one of its own. @default one of its own for each
 */
export function category(path: string, declarations: Readonly<Record<string, Declaration>>, options: { namespace?: string } = {}): Category {
  const wrong = categoryProblem(path);
  if (wrong !== undefined) throw new ArgumentError("category", path, { path: "", ...wrong });
  const place = (name: string): ServiceId => ({ name, category: path, ...options });
  return { path, services: Object.entries(declarations).map(([name, declaration]) => placed(place(name), declaration)) };
}

/** What is wrong with the path of a category, if anything. */
export function categoryProblem(path: string): { problem: string; expected: string } | undefined {
  const folders = path.split("/");
  const label = partOf(path);
  if (layerOf(path) === undefined) return { problem: "is in no layer", expected: `Begin it with one of ${[...LAYERS, SHARED_CONFIG].join(", ")}.` };
  if (!folders.every(isDnsLabel)) return { problem: "has a folder that is no DNS label", expected: "Use a-z, 0-9 and - in every folder." };
  if (folders.length > DEPTH_MAX) {
    const expected = `Use at most ${DEPTH_MAX}: root and service add two, and the tree is never deeper than five levels.`;
    return { problem: `is ${folders.length} folders deep`, expected };
  }
  if (label.length > DNS_LABEL_MAX) return { problem: `has ${label.length} characters`, expected: `Use at most ${DNS_LABEL_MAX}: it is a label's value.` };
  return undefined;
}

function placed(id: ServiceId, declaration: Declaration): Service {
  return {
    id,
    facts: inPlace(id, () => declaration.facts(id)),
    manifests: (context): KubernetesObject[] => inPlace(id, () => declaration.manifests(id, context)),
    delivery: (context) => inPlace(id, () => declaration.delivery?.(id, context) ?? { charts: [] }),
    override: (changes) => placed(id, inPlace(id, () => declaration.override(id, changes))),
  };
}

/** A declaration does not know its folder: a mistake in it is told with the file it is in, which has its name. */
function inPlace<T>({ name, category }: ServiceId, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ArgumentError(error.component, error.instance, error.problem, `src/services/${category}/${name}.ts`);
  }
}
