import { Alias } from "@pulumi/pulumi/proto/alias_pb.js";
import { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { describe, expect, it } from "vitest";
import { Deployment } from "./engine.ts";

const request = (name: string, parent = ""): RegisterResourceRequest => new RegisterResourceRequest().setType("demo:index:Thing").setName(name).setParent(parent).setCustom(true);

// Other languages' SDKs, and older ones, leave more to the engine than the Node SDK of today does.
describe("Deployment", () => {
  it("hands protect, retainOnDelete and deletedWith down, unless the child has its own word", () => {
    const deployment = new Deployment("prod", "lab");
    const parent = deployment.register(request("parent").setProtect(true).setRetainondelete(true).setDeletedwith("urn:x"));
    expect(deployment.register(request("heir", parent.urn))).toMatchObject({ protect: true, retainOnDelete: true, deletedWith: "urn:x" });
    expect(deployment.register(request("own", parent.urn).setProtect(false).setRetainondelete(false).setDeletedwith("urn:y"))).toMatchObject({ protect: false, retainOnDelete: false, deletedWith: "urn:y" });
  });

  it("takes aliases as URNs and as what differs", () => {
    const spec = new Alias().setSpec(new Alias.Spec().setName("old").setNoparent(true));
    const { aliases } = new Deployment("prod", "lab").register(request("new").setAliasurnsList(["urn:a"]).setAliasesList([new Alias().setUrn("urn:b"), spec]));
    expect(aliases).toEqual(["urn:a", "urn:b", "urn:pulumi:prod::lab::demo:index:Thing::old"]);
  });

  it("names the provider of a package with parameters after its parameters", () => {
    const deployment = new Deployment("prod", "lab");
    deployment.packages.set("ref", { name: "demo", version: "2.0.0" });
    expect(deployment.register(request("a").setPackageref("ref"))).toMatchObject({ version: "2.0.0", provider: { package: "demo", name: "default_2_0_0" } });
  });

  it.each<[string, (deployment: Deployment) => unknown, string]>([
    ["a parent nobody registered", (deployment) => deployment.register(request("a", "urn:nowhere")), "could not find parent resource 'urn:nowhere'"],
    ["one URN made and read", (deployment) => [deployment.register(request("a")), deployment.read(new ReadResourceRequest().setType("demo:index:Thing").setName("a"))], "Duplicate resource URN 'urn:pulumi:prod::lab::demo:index:Thing::a'; try giving it a unique name"],
    ["a component of a plugin", (deployment) => deployment.register(request("a").setRemote(true)), "demo:index:Thing \"a\" is a component that its provider's plugin makes"],
  ])("refuses %s", (_, act, message) => {
    expect(() => act(new Deployment("prod", "lab"))).toThrow(message);
  });
});
