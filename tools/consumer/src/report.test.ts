import { describe, expect, it } from "vitest";
import type { Seen } from "./outside.ts";
import { failuresOf, table } from "./report.ts";

const one = (extra: Partial<Seen> = {}): Seen => ({ example: "core", format: "esm", runtime: "Node 24", registered: ["rzp:core:A a"], mocks: undefined, recording: undefined, ...extra });

describe("failuresOf", () => {
  it("finds nothing where every run did the same", () => {
    expect(failuresOf([one(), one({ format: "cjs" }), one({ runtime: "Node 22" })])).toEqual([]);
  });

  it("names example, format, Node and way of what failed", () => {
    expect(failuresOf([one({ mocks: "no such export" }), one({ format: "cjs", recording: "the recording lacks rzp:core:A a" })])).toEqual([
      "the example core (esm, Node 24, mocks): no such export",
      "the example core (cjs, Node 24, recording): the recording lacks rzp:core:A a",
    ]);
  });

  it("finds an example that does something else as CommonJS", () => {
    expect(failuresOf([one(), one({ format: "cjs", registered: [] })])).toEqual(["the example core does not register the same resources in every format and on every Node"]);
  });
});

describe("table", () => {
  it("says on which Node each way of running held", () => {
    const core = { name: "@rzp/core", version: "1.0.0", folder: "packages/core", exports: {}, dependencies: {}, peerDependencies: {} };
    const examples = [
      { id: "core", package: "@rzp/core", source: "", runs: true },
      { id: "core-2", package: "@rzp/core", source: "", runs: false },
    ];
    const rows = table([core], new Map([["@rzp/core", { packed: 1_234, files: new Map([["README.md", ""]]) }]]), examples, [one({ runtime: "Node 22", mocks: "failed" }), one()]).split("\n");
    expect(rows.map((row) => row.split("|").map((cell) => cell.trim()).slice(1, -1))[2]).toEqual(["@rzp/core", "1.0.0", "1.2 kB", "1", "1 of 2", "1", "not 22, 24", "22, 24"]);
  });
});
