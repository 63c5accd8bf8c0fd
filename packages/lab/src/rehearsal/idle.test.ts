import { describe, expect, it } from "vitest";
import { idleObjects } from "./idle.ts";
import { LAYERS_SABOTAGES, treeOf } from "./sabotage/layers.test-data.ts";

describe("idleObjects", () => {
  it("finds nothing in a tree whose policies and accounts are of use", () => {
    expect(idleObjects(treeOf({}))).toEqual([]);
  });

  it.for(LAYERS_SABOTAGES.filter(({ name }) => ["policy-selects-nothing", "service-account-without-rights"].includes(name)))("names the Application, the object and the reason: $name", (sabotage) => {
    expect(idleObjects(treeOf(sabotage))).toMatchObject([{ application: sabotage.names, message: expect.stringMatching(sabotage.says) as string }]);
  });
});
