import { describe, expect, it } from "vitest";
import type { Results, TestResult } from "./results.ts";
import { tried } from "./tried.ts";

const results = (tests: readonly TestResult[], success = true): Results => ({ success, numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [{ status: "passed", assertionResults: tests }] });
const passed: TestResult = { title: "etcd is killed", status: "passed", meta: { seconds: 10.6, said: "nothing\nlost | at all" } };

describe("tried", () => {
  it("has a line for each, with what it tells of itself", () => {
    expect(tried("fault", 0, results([passed]))).toEqual({ markdown: "| fault | seconds | what came of it |\n| --- | ---: | --- |\n| etcd is killed | 11 | nothing lost \\| at all |\n\n1 of 1 as they should be\n", exitCode: 0 });
  });

  it("says what failed, and fails", () => {
    const { markdown, exitCode } = tried("fault", 1, results([passed, { title: "redis is killed", status: "failed" }], false));
    expect(markdown).toContain("| redis is killed |  | **FAILED**, see above |");
    expect(markdown).toContain("1 of 2 as they should be");
    expect(exitCode).toBe(1);
  });

  it.each<[what: string, ran: number, given: Results | undefined, code: number]>([
    ["everything was skipped", 0, results([{ title: "a", status: "skipped" }]), 2],
    ["nothing was left", 0, undefined, 2],
    ["Vitest did not start", 1, undefined, 1],
    ["it fails outside of any test", 0, results([passed], false), 1],
    ["it was stopped", 130, results([passed]), 130],
  ])("never passes in silence: %s", (_what, ran, given, code) => {
    expect(tried("fault", ran, given).exitCode).toBe(code);
  });
});
