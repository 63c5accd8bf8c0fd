import { describe, expect, it } from "vitest";
import { choose } from "./filters.ts";

const files = [
  "apps/deploy/src/config.test.ts",
  "packages/core/src/names.test.ts",
  "packages/core/src/network.test.ts",
  "packages/plan/src/format.test.ts",
  "packages/workload/src/helm/values.test.ts",
];

describe("choose", () => {
  it.each<[words: string[], chosen: string[]]>([
    [["core"], ["packages/core/src/names.test.ts", "packages/core/src/network.test.ts"]],
    [["workload", "plan"], ["packages/plan/src/format.test.ts", "packages/workload/src/helm/values.test.ts"]],
    [["core", "names"], ["packages/core/src/names.test.ts", "packages/core/src/network.test.ts"]],
    [["packages/core/src/net"], ["packages/core/src/network.test.ts"]],
    [["./apps/deploy/src/config.test.ts"], ["apps/deploy/src/config.test.ts"]],
    [["helm/"], ["packages/workload/src/helm/values.test.ts"]],
  ])("%j", (words, chosen) => {
    expect(choose(words, files)).toEqual({ files: chosen, problems: [] });
  });

  it.each<[word: string, problem: string]>([
    ["wokload", 'no test file has "wokload" in its path. Near: workload.'],
    ["nmaes", 'no test file has "nmaes" in its path. Near: names.'],
    ["packages/core/src/names.tset.ts", 'no test file has "packages/core/src/names.tset.ts" in its path. Near: packages/core/src/names.test.ts, packages/core/src/network.test.ts, packages/plan/src/format.test.ts.'],
    ["kustomization", 'no test file has "kustomization" in its path. There is: core, deploy, plan, workload.'],
  ])("refuses %s and names what is near", (word, problem) => {
    expect(choose([word], files).problems).toEqual([problem]);
  });

  it("refuses a misspelt word beside a right one: the run would pass without what was meant", () => {
    expect(choose(["core", "paln"], files).problems).toEqual(['no test file has "paln" in its path. Near: plan.']);
  });
});
