import { describe, expect, it } from "vitest";
import { defaultProviderName, makeUrn, packageOf, resolveAliases, urnName, urnType } from "./urn.ts";

const at = (rest: string): string => `urn:pulumi:prod::lab::${rest}`;
const stack = at("pulumi:pulumi:Stack::lab-prod");

describe("makeUrn", () => {
  it.each([
    [undefined, "a:b:C", "x", at("a:b:C::x")],
    [stack, "a:b:C", "x", at("a:b:C::x")],
    [at("rzp:p:Q::q"), "a:b:C", "x", at("rzp:p:Q$a:b:C::x")],
    [at("rzp:p:Q$rzp:r:S::s"), "a:b:C", "x", at("rzp:p:Q$rzp:r:S$a:b:C::x")],
    [stack, "a:b:C", "na::me$", at("a:b:C::na::me$")],
  ])("under %s", (parent, type, name, expected) => {
    expect(makeUrn("prod", "lab", parent, type, name)).toBe(expected);
    expect([urnType(expected), urnName(expected)]).toEqual([type, name]);
  });
});

describe("resolveAliases", () => {
  const resource = { stack: "prod", project: "lab", parentUrn: at("rzp:p:Q::vm"), type: "a:b:C", name: "vm-disk" };
  it.each([
    ["a URN as it is", [at("x:y:Z::old")], [], [at("x:y:Z::old")]],
    ["another name", [{ name: "old" }], [], [at("rzp:p:Q$a:b:C::old")]],
    ["another type", [{ type: "a:b:Old" }], [], [at("rzp:p:Q$a:b:Old::vm-disk")]],
    ["no parent", [{ noParent: true }], [], [at("a:b:C::vm-disk")]],
    ["the stack as parent", [{ parentUrn: stack }], [], [at("a:b:C::vm-disk")]],
    ["another project and stack", [{ project: "old", stack: "dev" }], [], ["urn:pulumi:dev::old::rzp:p:Q$a:b:C::vm-disk"]],
    ["a parent that had another name, which the child's name began with", [], [at("rzp:p:Q::machine")], [at("rzp:p:Q$a:b:C::machine-disk")]],
    ["a parent that had another type", [], [at("rzp:p:Old::vm")], [at("rzp:p:Old$a:b:C::vm-disk")]],
    ["both it and its parent renamed", [{ name: "old" }], [at("rzp:p:Q::machine")], [at("rzp:p:Q$a:b:C::old"), at("rzp:p:Q$a:b:C::machine-disk")]],
    ["the same twice", [{ name: "old" }, at("rzp:p:Q$a:b:C::old")], [], [at("rzp:p:Q$a:b:C::old")]],
  ])("resolves %s", (_, specs, parentAliases, expected) => {
    const urns = resolveAliases(resource, specs, parentAliases);
    expect(urns.slice(0, expected.length)).toEqual(expected);
    expect(new Set(urns).size).toBe(urns.length);
  });
});

it.each([
  ["4.34.2", "", "default_4_34_2"],
  ["v1.0.0-alpha.1", "", "default_1_0_0_alpha_1"],
  ["", "", "default"],
  ["1.0.0", "https://get.example.com", "default_1_0_0_https://get.example.com"],
])("names the default provider of version %j from %j %s", (version, url, expected) => {
  expect(defaultProviderName(version, url)).toBe(expected);
});

it.each([
  ["kubernetes:core/v1:Secret", "kubernetes"],
  ["pulumi:providers:talos", "talos"],
])("knows the package of %s", (type, expected) => {
  expect(packageOf(type)).toBe(expected);
});
