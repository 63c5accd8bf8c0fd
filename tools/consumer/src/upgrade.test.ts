import { describe, expect, it } from "vitest";
import { dependentsOf } from "./upgrade.ts";

const packages = [
  { name: "argocd", dependencies: { core: "^1.0.0" } },
  { name: "core", dependencies: {} },
  { name: "media", dependencies: { workload: "^1.0.0" } },
  { name: "plan", dependencies: {} },
  { name: "workload", dependencies: { argocd: "^1.0.0", core: "^1.0.0" } },
];

describe("dependentsOf", () => {
  it.each([
    ["core", ["argocd", "media", "workload"]],
    ["argocd", ["media", "workload"]],
    ["plan", []],
  ])("finds who has %s, however far away", (name, dependents) => {
    expect(dependentsOf(name, packages)).toEqual(dependents);
  });
});
