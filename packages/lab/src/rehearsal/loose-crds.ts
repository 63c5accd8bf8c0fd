import type { Crd, FoundCrds } from "../crds.ts";
import type { RenderedObject } from "../rendered.ts";

/** CRDs in place of those that cannot be had on this machine: their objects are taken as they are, and nothing in them is checked. */
export function looseCrds(missing: FoundCrds["missing"], objects: readonly RenderedObject[]): Crd[] {
  return missing.flatMap(({ group, kind }) => {
    const found = objects.find(({ object }) => object.kind === kind && object.apiVersion.startsWith(`${group}/`))?.object;
    if (found === undefined) return [];
    const [, version = "v1"] = found.apiVersion.split("/");
    const plural = pluralOf(kind.toLowerCase());
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        scope: found.metadata.namespace === undefined ? "Cluster" : "Namespaced",
        versions: [{ name: version, served: true, storage: true, schema, subresources: { status: {} } }],
      },
    };
    return [crd satisfies Crd];
  });
}

function pluralOf(kind: string): string {
  return kind.endsWith("y") && !/[aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
