import type { Tree } from "@nx/devkit";
import { createTreeWithEmptyWorkspace } from "@nx/devkit/testing";
import { describe, expect, it } from "vitest";
import component from "./generator.ts";

function workspace(): Tree {
  const tree = createTreeWithEmptyWorkspace();
  for (const shared of ["tsconfig.base.json", "tsup.shared.ts", "vitest.shared.ts"]) tree.write(shared, "{}\n");
  tree.write("packages/core/package.json", JSON.stringify({ name: "@rzp/core", license: "MIT", author: "us", repository: { type: "git", url: "git+https://git.example.com/rzp.git" } }));
  return tree;
}

const written = (tree: Tree): string[] => tree.listChanges().map(({ path }) => path).filter((path) => path.startsWith("packages/unifi/")).sort();

describe("a new component", () => {
  it("is a package in the shape of its siblings", () => {
    const tree = workspace();
    component(tree, { name: "unifi", component: "UnifiNetwork", description: "UnifiNetwork: a network of a UniFi controller." });
    expect(written(tree)).toEqual(["README.md", "examples/basic.ts", "package.json", "src/index.ts", "src/unifi-network.test.ts", "src/unifi-network.ts", "tsconfig.json", "tsup.config.ts", "vitest.config.ts"].map((file) => `packages/unifi/${file}`));
    expect(JSON.parse(tree.read("packages/unifi/package.json", "utf8") ?? "")).toMatchObject({ name: "@rzp/unifi", version: "1.0.0", author: "us", repository: { directory: "packages/unifi" }, exports: { ".": { "@rzp/source": "./src/index.ts" } }, nx: { tags: ["type:component"] } });
    expect(tree.read("packages/unifi/src/unifi-network.ts", "utf8")).toContain('super("rzp:unifi:UnifiNetwork", name, args, opts);');
  });

  it.each<[why: string, schema: Parameters<typeof component>[1], change: (tree: Tree) => void, message: string]>([
    ["a name of no package", { name: "Unifi", component: "Unifi" }, () => undefined, 'name "Unifi" is no name of a package. Use a-z, 0-9 and -, beginning with a letter, such as unifi.'],
    ["a name of no class", { name: "unifi", component: "unifiNetwork" }, () => undefined, 'component "unifiNetwork" is no name of a class. Write it as UnifiNetwork.'],
    ["a package that is there", { name: "core", component: "Core" }, () => undefined, 'name "core" is taken: packages/core. Nothing is overwritten; choose another name.'],
    ["a folder without packages", { name: "unifi", component: "Unifi", packages: "libs" }, () => undefined, "packages has no package with a scope below libs/. Name the folder that the packages are in with --packages."],
    ["another workspace", { name: "unifi", component: "Unifi" }, (tree) => { tree.delete("tsup.shared.ts"); }, "workspace has no tsup.shared.ts. The skeleton builds on the settings of rzp-infra's own workspace; docs/adopt.md says how to use the packages in another one."],
  ])("is refused for %s, and nothing is written", (_, schema, change, message) => {
    const tree = workspace();
    change(tree);
    expect(() => component(tree, schema)).toThrow(message);
    expect(written(tree)).toEqual([]);
  });
});
