import { describe, expect, it } from "vitest";
import { verdict, type Results } from "./results.ts";

const passing: Results = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: "passed", assertionResults: [{}, {}, {}] }],
};
const unloaded = { status: "failed", assertionResults: [] };
const broken = { status: "failed", assertionResults: [{}] };

describe("verdict", () => {
  it.each<[what: string, exitCode: number, results: Results | undefined, summary: string, code: number]>([
    ["all passed", 0, passing, "3 passed, 0 failed, 0 skipped", 0],
    ["a test failed", 1, { ...passing, success: false, numFailedTests: 2, testResults: [broken] }, "3 passed, 2 failed, 0 skipped", 1],
    ["skipped and to do are skipped", 0, { ...passing, numPendingTests: 2, numTodoTests: 1 }, "3 passed, 0 failed, 3 skipped", 0],
    ["a file did not load", 1, { ...passing, success: false, testResults: [unloaded] }, "3 passed, 1 failed, 0 skipped", 1],
    ["a file did not load and a test failed", 1, { ...passing, success: false, numFailedTests: 1, testResults: [unloaded, broken] }, "3 passed, 2 failed, 0 skipped", 1],
    ["a test failed although Vitest exits 0", 0, { ...passing, numFailedTests: 1, testResults: [broken] }, "3 passed, 1 failed, 0 skipped", 1],
    ["Vitest failed outside of any test", 1, { ...passing, success: false }, "3 passed, 1 failed, 0 skipped", 1],
    ["Vitest calls it no success, although it exits 0", 0, { ...passing, success: false }, "3 passed, 1 failed, 0 skipped", 1],
    ["Vitest was stopped", 130, passing, "3 passed, 1 failed, 0 skipped", 130],
    ["nothing ran", 0, { ...passing, numPassedTests: 0, testResults: [] }, "0 passed, 1 failed, 0 skipped", 1],
    ["everything was skipped", 0, { ...passing, numPassedTests: 0, numPendingTests: 4 }, "0 passed, 0 failed, 4 skipped", 0],
    ["Vitest did not start", 1, undefined, "0 passed, 1 failed, 0 skipped", 1],
    ["no results although Vitest exits 0", 0, undefined, "0 passed, 1 failed, 0 skipped", 1],
  ])("%s", (_what, exitCode, results, summary, code) => {
    expect(verdict(exitCode, results)).toEqual({ summary, exitCode: code });
  });
});
