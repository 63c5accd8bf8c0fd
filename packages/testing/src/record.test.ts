import { ComponentResource, CustomResource, output, secret, type ComponentResourceOptions } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { at, byKind, isSecret, record, valueOf } from "./index.ts";

class Thing extends CustomResource {
  declare readonly size: CustomResource["id"];
}

class Box extends ComponentResource {
  constructor(name: string, opts?: ComponentResourceOptions & { silent?: boolean }) {
    super("rzp:test:Box", name, {}, opts);
    const first = new Thing("test:index:Thing", `${name}-first`, { token: secret("hush"), list: [{ key: secret("too") }] }, { parent: this, protect: true });
    // A resource inside an apply is bad style in a component, and exactly what a drain must wait for.
    output(first.id).apply((id) => new Thing("test:index:Thing", `${name}-late`, { first: id }, { parent: this, dependsOn: first, ignoreChanges: ["id"] }));
    if (opts?.silent !== true) this.registerOutputs({ id: first.id });
  }
}

describe("record", () => {
  it("shows types, names, parents, options and secrets, also of what is made inside an apply", async () => {
    const { resources, find } = await record(() => new Box("b"));
    expect(resources.map(({ type, name }) => [type, name])).toEqual([
      ["rzp:test:Box", "b"],
      ["test:index:Thing", "b-first"],
      ["test:index:Thing", "b-late"],
    ]);
    const first = find("test:index:Thing", "b-first");
    expect(first).toMatchObject({ inputs: { token: "hush", list: [{ key: "too" }] }, secretInputs: ["list[0].key", "token"], parentUrn: find("rzp:test:Box").urn });
    expect(first.options.protect).toBe(true);
    expect(find("test:index:Thing", "b-late")).toMatchObject({ inputs: { first: "b-first-id" }, options: { dependsOn: [first.urn], ignoreChanges: ["id"], protect: false } });
  });

  it("starts afresh each time", async () => {
    await record(() => new Box("a"));
    expect((await record(() => new Box("b"))).resources).toHaveLength(3);
  });

  it("refuses a component of ours that registers no outputs", async () => {
    await expect(record(() => new Box("quiet", { silent: true }))).rejects.toThrow('no outputs were registered by rzp:test:Box "quiet"');
  });

  it("passes a program's error on", async () => {
    await expect(
      record(() => {
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
  });

  it("knows no id in a preview, as the engine does not", async () => {
    const { resources } = await record(() => new Box("b"), { preview: true });
    expect(resources.map(({ name }) => name)).toEqual(["b", "b-first"]);
  });

  it("takes answers, and says what there is when nothing is found", async () => {
    const { result, find } = await record(() => new Thing("test:index:Thing", "t", { size: undefined }), { newResource: () => ({ id: "7", state: { size: "big" } }) });
    expect(await valueOf(result.id)).toBe("7");
    expect(await valueOf(result.size)).toBe("big");
    expect(() => find("nope")).toThrow('0 registrations of nope; there are: test:index:Thing "t"');
  });

  it("knows secret outputs", async () => {
    expect(await isSecret(secret("x"))).toBe(true);
    expect(await isSecret(output("x"))).toBe(false);
  });
});

describe("manifest helpers", () => {
  const objects = [
    { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "n" }, spec: { ports: [{ port: 80 }] } },
    { apiVersion: "v1", kind: "Service", metadata: { name: "b", namespace: "n" } },
  ];
  it("finds one, or says what there is", () => {
    expect(at(byKind(objects, "Service", "a"), "spec.ports.0.port")).toBe(80);
    expect(() => byKind(objects, "Service")).toThrow("2 objects of kind Service; there are: v1/Service n/a, v1/Service n/b");
    expect(at(objects[1], "spec.ports.0.port")).toBeUndefined();
  });
});
