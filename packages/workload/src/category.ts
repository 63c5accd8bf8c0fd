import { ArgumentError, isDnsLabel, type KubernetesObject } from "@rzp/core";
import { layerOf, LAYERS, type Declaration, type Service, type ServiceId } from "./service.ts";

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
 * @param options.namespace Namespace all of them share. @default one of its own for each
 */
export function category(path: string, declarations: Readonly<Record<string, Declaration>>, options: { namespace?: string } = {}): Category {
  const refuse = (problem: string, expected: string): never => {
    throw new ArgumentError("category", path, { path: "", problem, expected });
  };
  const folders = path.split("/");
  if (layerOf(path) === undefined) refuse("is in no layer", `Begin it with one of ${LAYERS.join(", ")}.`);
  if (!folders.every(isDnsLabel)) refuse("has a folder that is no DNS label", "Use a-z, 0-9 and - in every folder.");
  if (folders.length > DEPTH_MAX) refuse(`is ${folders.length} folders deep`, `Use at most ${DEPTH_MAX}: root and service add two, and the tree is never deeper than five levels.`);
  const place = (name: string): ServiceId => ({ name, category: path, ...options });
  return { path, services: Object.entries(declarations).map(([name, declaration]) => placed(place(name), declaration)) };
}

function placed(id: ServiceId, declaration: Declaration): Service {
  return {
    id,
    facts: declaration.facts(id),
    manifests: (context): KubernetesObject[] => declaration.manifests(id, context),
    delivery: (context) => declaration.delivery?.(id, context) ?? { charts: [] },
    override: (changes) => placed(id, declaration.override(id, changes)),
  };
}
