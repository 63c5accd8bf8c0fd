import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { baseOf, said } from "./base.ts";
import { Sandbox } from "./sandbox.test-helper.ts";

describe("baseOf", () => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => {
    box.end();
  });

  it("is where a pull request left its target, and not what its target has got since", async () => {
    await box.begin(2);
    const left = await box.git("author", "rev-parse", "HEAD");
    await box.git("author", "checkout", "--quiet", "-b", "topic");
    await box.commit("topic 1");
    await box.commit("topic 2");
    await box.git("author", "push", "--quiet", "origin", "topic");
    await box.git("author", "checkout", "--quiet", "main");
    await box.commit("main goes on");
    await box.git("author", "push", "--quiet", "origin", "main");
    expect(await baseOf(await box.clone("whole", "--branch=topic"), "main")).toEqual({ ref: left, because: "where it left main" });
    expect((await baseOf(await box.clone("shallow", "--branch=topic", "--depth=1"), "refs/heads/main")).ref).toBe(left);
  });

  it("is the commit before on a push, also from a shallow clone", async () => {
    await box.begin(3);
    const before = await box.git("author", "rev-parse", "HEAD^1");
    expect(await baseOf(await box.clone("whole"))).toEqual({ ref: before, because: "the commit before" });
    expect((await baseOf(await box.clone("shallow", "--depth=1"), "null")).ref).toBe(before);
  });

  it("is the last commit that went through, where a tag says which", async () => {
    await box.begin(2);
    const green = await box.git("author", "rev-parse", "HEAD");
    const builder = await box.clone("builder");
    expect((await box.run("builder", "./rzp ci green")).exitCode).toBe(0);
    await box.commit("fails");
    await box.commit("mends it");
    await box.git("author", "push", "--quiet", "origin", "main");
    await box.git("builder", "pull", "--quiet");
    expect((await baseOf(builder)).ref).toBe(green);
  });

  it("is the commit before where the tag is at this one, or at one that main has not", async () => {
    await box.begin(2);
    const before = await box.git("author", "rev-parse", "HEAD^1");
    await box.git("author", "push", "--quiet", "origin", "HEAD:refs/tags/ci-green");
    const builder = await box.clone("builder");
    expect((await baseOf(builder)).ref).toBe(before);
    await box.git("author", "checkout", "--quiet", "--orphan", "other");
    await box.commit("of another history");
    await box.git("author", "push", "--quiet", "--force", "origin", "HEAD:refs/tags/ci-green");
    expect((await baseOf(builder)).ref).toBe(before);
  });

  it("is nothing at all on the first build", async () => {
    await box.begin(1);
    const { ref } = await baseOf(await box.clone("first"));
    expect(await box.git("first", "diff", "--name-only", ref, "HEAD")).toBe("file\nrzp");
  });

  it("says so when a shallow clone cannot be completed", async () => {
    await box.begin(2);
    const shallow = await box.clone("shallow", "--depth=1");
    await box.git("shallow", "remote", "set-url", "origin", "file:///nowhere");
    await expect(baseOf(shallow)).rejects.toThrow("this clone is shallow, and origin does not let the rest be fetched; clone all of it: depth 0 in the pipeline's codebase");
  });

  it.each(["mian", "--upload-pack=touch", "a..b"])("refuses %s as a target", async (target) => {
    await box.begin(1);
    await expect(baseOf(await box.clone("whole"), target)).rejects.toThrow(/(no branch|no name of a branch).*such as main$/);
  });
});

it.each([
  [undefined, undefined],
  ["null", undefined],
  ["", undefined],
  ["<+trigger.targetBranch>", undefined],
  ["main", "main"],
  ["refs/heads/release/1", "release/1"],
])("said(%j) is %j", (word, expected) => {
  expect(said(word)).toBe(expected);
});
