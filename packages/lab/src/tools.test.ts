import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildWords, cacheName, filesOf, moduleFolder, TOOLS, toolVersion, type ToolName } from "./tools.ts";

const names = Object.keys(TOOLS) as ToolName[];
const goMod = (name: ToolName): string => readFileSync(join(moduleFolder(TOOLS[name]), "go.mod"), "utf8");

describe("every tool", () => {
  it.each(names)("%s is a tool of its go.mod, at a version that go.sum knows", (name) => {
    const { module, package: main } = TOOLS[name];
    expect(goMod(name).split("\n").map((line) => line.trim().replace(/^tool /, ""))).toContain(main);
    expect(readFileSync(join(moduleFolder(TOOLS[name]), "go.sum"), "utf8")).toContain(`${module} ${toolVersion(name)} h1:`);
  });

  it.each(names)("%s has a folder of its own in the cache", (name) => {
    expect(cacheName(name)).toMatch(new RegExp(`^${name}-[0-9a-f]{16}$`));
  });
});

describe("Kubernetes", () => {
  const version = toolVersion("kube-apiserver");

  it("is told its version, or it would call itself v0.0.0", () => {
    expect(buildWords("kube-apiserver").join(" ")).toContain(`-X k8s.io/component-base/version.gitVersion=${version} -X k8s.io/component-base/version.gitMajor=1 -X`);
  });

  it("has all its staging modules at the same version", () => {
    const staging = goMod("kube-apiserver").split("\n").filter((line) => line.includes("=> k8s.io/"));
    expect(staging.length).toBeGreaterThan(30);
    expect(staging.filter((line) => !line.endsWith(` ${version.replace("v1.", "v0.")}`))).toEqual([]);
  });
});

it("some need files beside them", () => {
  expect([filesOf("etcd"), filesOf("kwok"), filesOf("argocd")]).toEqual([["etcd"], ["kwok", "kwok-stages.yaml"], ["argocd", "git-verify-wrapper.sh"]]);
});
