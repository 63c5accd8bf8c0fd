import { objectId, type KubernetesObject } from "@rzp/core";

/** The only object of that kind (and name); an error lists what there is otherwise. */
export function byKind(objects: readonly KubernetesObject[], kind: string, name?: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new Error(`${found.length} objects of kind ${kind}${name === undefined ? "" : ` named ${name}`}; there are: ${objects.map(objectId).join(", ")}`);
}

/** The value at a path such as `spec.template.spec.containers.0.image`, or undefined. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown> | null | undefined)?.[key], value);
}
