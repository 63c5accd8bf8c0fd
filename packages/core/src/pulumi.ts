import { CustomResource, type CustomResourceOptions } from "@pulumi/pulumi";
import type { KubernetesObject } from "./index.ts";

/** A child made of one plain Kubernetes object, with the provider's own type token. */
export interface ManifestResource {
  object: KubernetesObject;
  resource: CustomResource;
}

/** Any Kubernetes object, registered under the token its own class would have. */
class Manifest extends CustomResource {}

/**
 * Registers plain Kubernetes objects one resource an object, as children of `opts.parent` where it is given, for people who apply them with Pulumi instead of
 * GitOps. Each Pulumi name is derived from the object's own kind, namespace and name and from nothing else, so that neither the order of the objects nor another
 * object beside them ever renames one: a renamed resource is deleted after it was made anew, and here both are the same object.
 *
 * @param name What the resources' names begin with.
 */
export function manifestResources(
  name: string,
  objects: readonly KubernetesObject[],
  opts: CustomResourceOptions,
): ManifestResource[] {
  return objects.map((object) => ({ object, resource: new Manifest(token(object), childName(name, object), { ...object }, opts) }));
}

/** {@link manifestResources} for a component that makes exactly one object. */
export function manifestResource(name: string, objects: readonly KubernetesObject[], opts: CustomResourceOptions): ManifestResource {
  if (objects.length > 1) throw new Error(`${name} is to be one object, not ${objects.length}`);
  const [made] = manifestResources(name, objects, opts);
  if (made === undefined) throw new Error(`${name} is to be one object, not none`);
  return made;
}

/** `kubernetes:apps/v1:Deployment`; the core group is called `core` in tokens and has no name in manifests. */
function token({ apiVersion, kind }: KubernetesObject): string {
  return `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
}

// The group needs no place in the name: it is in the type, and so in the URN. The slash is a border that no name of Kubernetes' holds; with a dash
// `a/b-c` and `a-b/c` would be one.
function childName(name: string, { kind, metadata }: KubernetesObject): string {
  const prefix = `${name}-${kind.toLowerCase()}`;
  if (metadata.namespace !== undefined) return `${prefix}-${metadata.namespace}/${metadata.name}`;
  return metadata.name === name ? prefix : `${prefix}-${metadata.name}`;
}
