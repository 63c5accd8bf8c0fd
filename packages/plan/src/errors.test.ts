import { describe, expect, it } from "vitest";
import { describeFault } from "./errors.ts";

describe("what a person reads about an error of the program", () => {
  it("names the program's own files, whatever is in their path, and no other", () => {
    const stack = [
      "TypeError: no",
      "    at make (file:///home/me/my%20lab/apps/deploy/src/nodes.ts:3:7)",
      "    at file:///home/me/my%20lab/apps/deploy/src/index.ts:26:11",
      "    at ModuleJob.run (node:internal/modules/esm/module_job:561:25)",
      "    at register (file:///home/me/my%20lab/node_modules/x/index.js:1:1)",
    ].join("\n");
    expect(describeFault({ name: "TypeError", message: "no", stack }, "/home/me/my lab/apps/deploy")).toBe(
      "The program failed: TypeError: no\n    at make (src/nodes.ts:3:7)\n    at src/index.ts:26:11",
    );
  });

  it("is the message alone for a mistake", () => {
    expect(describeFault({ name: "ConfigError", message: "line 3: x is missing", stack: "at y" }, "/x")).toBe("line 3: x is missing");
  });
});
