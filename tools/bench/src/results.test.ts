import { describe, expect, it } from "vitest";
import type { Told } from "./contenders/task.ts";
import { goals, median, summary, type Result } from "./results.ts";

function result(name: Result["name"], services: number | undefined, ms: number, more: Partial<Result> = {}): Result {
  return { name, title: name, ms, fastestMs: ms, slowestMs: ms, ...(services === undefined ? {} : { services }), ...more };
}

function verdicts(results: readonly Result[]): Record<string, boolean | undefined> {
  return Object.fromEntries(goals(results).map(({ goal, holds }) => [goal, holds]));
}

describe("median", () => {
  it.each([
    [[3], 3],
    [[10, 2, 1], 2],
    [[4, 1, 3, 2], 2.5],
    [[100, 9, 11, 10, 1], 10],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("of nothing is an error", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("summary", () => {
  it("takes the median of each figure by itself, and one loaded SDK for all", () => {
    const told = (peakBytes: number, userMs: number, pulumi: boolean): Told => ({ objects: 1, peakBytes, userMs, kernelMs: 7, pulumi });
    const samples = [
      { ms: 5, told: told(1, 30, false) },
      { ms: 1, told: told(3, 10, true) },
      { ms: 9, told: told(2, 20, false) },
    ];
    expect(summary("render", "ours", samples)).toEqual({ name: "render", title: "ours", ms: 5, fastestMs: 1, slowestMs: 9, peakBytes: 2, userMs: 20, kernelMs: 7, pulumi: true });
  });
});

describe("goals", () => {
  const good = [
    result("render", 35, 390, { pulumi: false }),
    result("first", 35, 395, { pulumi: false }),
    result("render", 500, 1000, { pulumi: false }),
    result("floor", 500, 800),
    result("unchanged", 500, 190, { pulumi: false }),
    result("cdk8s", 500, 5100),
    result("render", 5000, 9000, { pulumi: false, peakBytes: 590e6 }),
    result("floor", 5000, 8000),
    result("unchanged", 5000, 1700, { pulumi: false }),
    result("plan", undefined, 2900),
    result("plan-cold", undefined, 2950),
  ];
  const change = (name: Result["name"], services: number | undefined, changes: Partial<Result>): Result[] =>
    good.map((one) => (one.name === name && one.services === services ? { ...one, ...changes } : one));

  it("hold when every figure is good", () => {
    expect(Object.values(verdicts(good))).toEqual(Array.from({ length: 12 }, () => true));
  });

  it.each<[string, Result[]]>([
    ["render at 500: at most 1.3x of the floor", change("floor", 500, { ms: 700 })],
    ["render at 5000: at most 1.3x of the floor", change("floor", 5000, { ms: 6900 })],
    ["render, 500 to 5000: linear, at most 10x the time", change("render", 5000, { ms: 10_050 })],
    ["render at 5000: under 600 MB", change("render", 5000, { peakBytes: 601e6 })],
    ["render at 500: at least 5x faster than cdk8s", change("cdk8s", 500, { ms: 4900 })],
    ["unchanged at 500: at least 5x faster than cold", change("unchanged", 500, { ms: 201 })],
    ["unchanged at 5000: at least 5x faster than cold", change("unchanged", 5000, { ms: 1801 })],
    ["render at 35: under 0.4 s", change("render", 35, { ms: 401 })],
    ["render at 35, nothing compiled: under 0.4 s", change("first", 35, { ms: 401 })],
    ["rendering never loads the Pulumi SDK", change("render", 35, { pulumi: true })],
    ["./rzp plan: under 3 s", change("plan", undefined, { ms: 3001 })],
    ["./rzp plan, cold compile cache: under 3 s", change("plan-cold", undefined, { ms: 3001 })],
  ])("%s: is missed alone", (goal, results) => {
    const all = verdicts(results);
    expect(Object.keys(all).filter((each) => all[each] !== true)).toEqual([goal]);
    expect(all[goal]).toBe(false);
  });

  it("say nothing about what was not measured", () => {
    expect(new Set(Object.values(verdicts([result("floor", 35, 100)])))).toEqual(new Set([undefined]));
  });
});
