import { describe, expect, it } from "vitest";
import { createTreeWithEmptyWorkspace } from "@nx/devkit/testing";
import { renameField } from "./index.ts";
import renameNetworkPods from "./migrations/rename-network-pods.ts";

const RENAME = { callees: ["helmWorkload"], path: ["network", "pods"], to: "routes" };

describe("a renamed field", () => {
  it.each([
    ["a plain one", "helmWorkload({ network: { pods: true } })", "helmWorkload({ network: { routes: true } })"],
    ["one in quotes", 'helmWorkload({ "network": { "pods": true } })', 'helmWorkload({ "network": { routes: true } })'],
    ["a shorthand keeps the value it stands for", "helmWorkload({ network: { pods } })", "helmWorkload({ network: { routes: pods } })"],
    ["one behind what only the compiler reads", "helmWorkload(({ network: { pods: true } as Network }) satisfies Args)", "helmWorkload(({ network: { routes: true } as Network }) satisfies Args)"],
    ["a class, and a name in a namespace", "new rzp.helmWorkload('a', { network: { pods: true } })", "new rzp.helmWorkload('a', { network: { routes: true } })"],
    ["two in one file, comments and spaces stay", "a(helmWorkload({ network: {  /* why */ pods : 1 }}), helmWorkload({ network: { pods: 2 } }))", "a(helmWorkload({ network: {  /* why */ routes : 1 }}), helmWorkload({ network: { routes: 2 } }))"],
  ])("is found: %s", (_case, before, after) => {
    expect(renameField(before, RENAME)).toBe(after);
    expect(renameField(after, RENAME)).toBe(after);
  });

  it.each([
    ["another function", "workload({ network: { pods: true } })"],
    ["another place", "helmWorkload({ pods: true, values: { network: { pods: true } } })"],
    ["a value", "helmWorkload({ network: 'pods' })"],
    ["a text and a comment", "// helmWorkload({ network: { pods: true } })\nconst x = 'helmWorkload({ network: { pods: true } })'"],
    ["one that has both", "helmWorkload({ network: { pods: true, routes: true } })"],
    ["arguments from elsewhere", "helmWorkload({ ...shared, network })"],
  ])("is left alone: %s", (_case, text) => {
    expect(renameField(text, RENAME)).toBe(text);
  });

  it("is renamed in every TypeScript file of a workspace, and nowhere else", () => {
    const tree = createTreeWithEmptyWorkspace();
    const before = 'export const traefik = helmWorkload({ network: { pods: true, open: [] } });\n';
    for (const file of ["apps/a/src/traefik.ts", "apps/a/README.md"]) tree.write(file, before);
    renameNetworkPods(tree);
    expect(tree.read("apps/a/src/traefik.ts", "utf8")).toBe(before.replace("pods", "routes"));
    expect(tree.read("apps/a/README.md", "utf8")).toBe(before);
  });
});
