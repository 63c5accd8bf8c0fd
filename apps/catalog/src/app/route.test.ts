import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { href, parseRoute, VIEWS, type Route } from "./route.ts";

describe("routes", () => {
  it.each<[hash: string, route: Route]>([
    ["", { view: "services", query: {} }],
    ["#/", { view: "services", query: {} }],
    ["#/?layer=apps&q=a%20b", { view: "services", query: { layer: "apps", q: "a b" } }],
    ["#/services/sonarr", { view: "services", name: "sonarr", query: {} }],
    ["#/topology?focus=sonarr", { view: "topology", query: { focus: "sonarr" } }],
    ["#/servics", { view: "servics", query: {} }],
    ["#/services/%E0%A4%A", { view: "services", name: "%E0%A4%A", query: {} }],
  ])("%s", (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  it("leave out what is empty", () => {
    expect([href("services"), href("services", "", { q: "", layer: "" }), href("topology", "", { focus: "a b" })]).toEqual(["#/", "#/", "#/topology?focus=a+b"]);
  });

  it("are read as they were written, whatever is in them", () => {
    fc.assert(
      fc.property(fc.constantFrom(...VIEWS), fc.string(), fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string({ minLength: 1 })), (view, name, query) => {
        expect(parseRoute(href(view, name, query))).toEqual({ view, ...(name === "" ? {} : { name }), query: { ...query } });
      }),
    );
  });
});
