import { describe, expect, it } from "vitest";
import { report, table } from "./report.ts";
import { goals, type Result } from "./results.ts";

describe("table", () => {
  it("aligns the first column to the left and the others to the right, and counts no colours", () => {
    expect(table([["", "time"], ["render", "1 s"], ["cdk8s", "\u001b[31m10 s\u001b[39m"]])).toBe("          time\n  render   1 s\n  cdk8s   \u001b[31m10 s\u001b[39m");
  });
});

describe("report", () => {
  const base = { fastestMs: 900, slowestMs: 1300 };
  const results: Result[] = [
    { name: "render", title: "ours", services: 500, ms: 1200, ...base, userMs: 1500, kernelMs: 250, peakBytes: 200e6, files: 4500, bytes: 6.5e6, pulumi: false },
    { name: "floor", title: "floor", services: 500, ms: 1000, ...base, userMs: 1000, kernelMs: 240, peakBytes: 100e6, files: 4500, bytes: 6e6, readMs: 20 },
    { name: "plan", title: "./rzp plan", ms: 2000, ...base },
  ];
  const text = report(results, goals(results));

  it("sets each contender against the floor of the same run", () => {
    expect(text).toContain("500 services x 8 objects and an Application: 4500 objects");
    expect(text).toMatch(/ours +1\.20 s +0\.90 s +1\.30 s +1\.20x +1\.50 s +1\.50x +0\.25 s +200 MB +4500 +6\.5 MB\n/);
    expect(text).toMatch(/floor +1\.00 s .* 1\.00x .* 0\.02 s\n/);
  });

  it("leaves out columns that a table has nothing for", () => {
    expect(text).toContain("This repository\n              median  fastest  slowest\n  ./rzp plan  2.00 s   0.90 s   1.30 s\n");
  });

  it("tells which goals hold, and which were not measured", () => {
    expect(text).toMatch(/render at 500: at most 1\.3x of the floor +1\.20x +\S*holds/);
    expect(text).toMatch(/render at 35: under 0\.4 s +not measured\n/);
  });
});
