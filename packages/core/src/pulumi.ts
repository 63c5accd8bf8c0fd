import { CustomResource, type CustomResourceOptions } from "@pulumi/pulumi";
import { dnsLabel, type KubernetesObject } from "./index.ts";

/** A child made of one plain Kubernetes object, with the provider's own type token. */
export interface ManifestResource {
  object: KubernetesObject;
  resource: CustomResource;
}

/** Any Kubernetes object, registered under the token its own class would have. */
class Manifest extends CustomResource {}

/**
 * Registers plain Kubernetes objects one resource an object, as children of `opts.parent` where it is given, for people who apply them with Pulumi instead of
 * GitOps. The Pulumi name is derived from kind, namespace and name, so that the order of the objects does not matter.
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

/** `kubernetes:apps/v1:Deployment`; the core group is called `core` in tokens and has no name in manifests. */
function token({ apiVersion, kind }: KubernetesObject): string {
  return `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
}

function childName(name: string, { kind, metadata }: KubernetesObject): string {
  const own = metadata.name === name ? [] : [metadata.name];
  return dnsLabel([name, kind.toLowerCase(), ...own], 200);
}
