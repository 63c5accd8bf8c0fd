import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { tidy } from "./base.ts";

const cache = mkdtempSync(join(tmpdir(), "rzp-plan-"));
afterEach(() => { rmSync(cache, { recursive: true, force: true }); });

describe("what is kept of other commits", () => {
  it("is what was asked for last, and nothing of a run that was killed", () => {
    const { pid: ended } = spawnSync("true");
    const folders = ["first", "second", "third", `half.${process.pid}`, `half.${ended}`];
    for (const [age, name] of folders.entries()) {
      mkdirSync(join(cache, name, "code"), { recursive: true });
      utimesSync(join(cache, name), 100 + age, 100 + age);
    }
    tidy(cache, 2);
    expect(readdirSync(cache).sort()).toEqual([`half.${process.pid}`, "second", "third"]);
  });
});
