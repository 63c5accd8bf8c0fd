import { output, runtime, type Resource } from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { objectId, type KubernetesObject } from "./index.ts";
import { manifestResource, manifestResources } from "./pulumi.ts";

beforeAll(() => runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }), call: ({ inputs }) => inputs as Record<string, unknown> }));

const object = (id: string, name: string, namespace?: string): KubernetesObject => {
  const [apiVersion = "", kind = ""] = id.split(" ");
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
};

const urnOf = ({ urn }: Resource): Promise<string> => new Promise((resolve) => output(urn).apply(resolve));

/** Type and name as they stand in the URNs. */
async function urns(name: string, objects: readonly KubernetesObject[]): Promise<string[]> {
  const made = await Promise.all(manifestResources(name, objects, {}).map(({ resource }) => urnOf(resource)));
  return made.map((urn) => urn.split("::").slice(2).join(" "));
}

describe("manifestResources", () => {
  it("names children by kind, namespace and name, under the type that the provider's own class would have", async () => {
    expect(await urns("sonarr", [object("apps/v1 Deployment", "sonarr", "media"), object("v1 Service", "sonarr-web", "media"), object("v1 Namespace", "media"), object("rbac.authorization.k8s.io/v1 ClusterRole", "sonarr")])).toEqual([
      "kubernetes:apps/v1:Deployment sonarr-deployment-media/sonarr",
      "kubernetes:core/v1:Service sonarr-service-media/sonarr-web",
      "kubernetes:core/v1:Namespace sonarr-namespace-media",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole sonarr-clusterrole",
    ]);
  });

  it.each([
    ["namespaces", object("networking.k8s.io/v1 NetworkPolicy", "deny", "a"), object("networking.k8s.io/v1 NetworkPolicy", "deny", "b")],
    ["the border of namespace and name", object("v1 Service", "b-c", "a"), object("v1 Service", "c", "a-b")],
    ["groups", object("cert-manager.io/v1 Certificate", "web", "a"), object("networking.internal.knative.dev/v1 Certificate", "web", "a")],
  ])("tells objects apart by %s", async (_, a, b) => {
    const both = await urns("all", [a, b]);
    expect(new Set(both).size).toBe(2);
  });

  it("renames no object for another one beside it", async () => {
    const deny = object("networking.k8s.io/v1 NetworkPolicy", "deny", "a");
    const [alone] = await urns("all", [deny]);
    expect((await urns("all", [object("networking.k8s.io/v1 NetworkPolicy", "deny", "b"), deny])).at(1)).toBe(alone);
  });

  it("gives two objects one URN only if they are one object", async () => {
    const label = fc.stringMatching(/^[a-c](-?[a-c]){0,2}$/);
    const any = fc.oneof(
      fc.record({ kind: fc.constantFrom("v1 Service", "v1 ConfigMap", "example.com/v1 Service"), name: label, namespace: label }).map(({ kind, name, namespace }) => object(kind, name, namespace)),
      fc.record({ kind: fc.constantFrom("v1 Namespace", "v1 Node"), name: label }).map(({ kind, name }) => object(kind, name)),
    );
    await fc.assert(
      fc.asyncProperty(label, fc.uniqueArray(any, { selector: objectId, minLength: 2, maxLength: 40 }), async (name, objects) => {
        expect(new Set(await urns(name, objects)).size).toBe(objects.length);
      }),
      { numRuns: 30 },
    );
  });
});

describe("manifestResource", () => {
  const service = object("v1 Service", "web", "media");

  it("names its one object as manifestResources does", async () => {
    expect([await urnOf(manifestResource("sonarr", [service], {}).resource)]).toEqual([expect.stringContaining("kubernetes:core/v1:Service::sonarr-service-media/web")]);
  });

  it.each([
    ["none", []],
    ["2", [service, object("v1 Service", "api", "media")]],
  ])("refuses %s", (count, objects) => {
    expect(() => manifestResource("sonarr", objects, {})).toThrow(`sonarr is to be one object, not ${count}`);
  });
});
