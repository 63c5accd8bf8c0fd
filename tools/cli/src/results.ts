/** What Vitest's JSON reporter writes, as far as it is counted here. */
export interface Results {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: readonly { status: string; assertionResults: readonly TestResult[] }[];
}

/** One test; what it tells of itself is in `meta`. */
export interface TestResult {
  title?: string;
  status?: string;
  meta?: { seconds?: number; said?: string };
}

/** What came out of a run: the line a person and `.ci/run` read, and the exit code that goes with it. */
export interface Verdict {
  summary: string;
  exitCode: number;
}

/**
 * `N passed, N failed, N skipped`, and an exit code that never says more than this line does.
 *
 * A file that could not even be loaded counts as one failure, and so does a run that failed or left no results without naming a test:
 * whoever reads the line alone must not take it for a success. No test at all is a failure too.
 */
export function verdict(exitCode: number, results: Results | undefined): Verdict {
  if (results === undefined) return { summary: line(0, 1, 0), exitCode: exitCode || 1 };
  const unloaded = results.testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0).length;
  const named = results.numFailedTests + unloaded;
  const passed = results.numPassedTests;
  const skipped = results.numPendingTests + results.numTodoTests;
  const unnamed = exitCode !== 0 || !results.success || passed + skipped === 0;
  const failed = named === 0 && unnamed ? 1 : named;
  return { summary: line(passed, failed, skipped), exitCode: failed === 0 ? 0 : exitCode || 1 };
}

function line(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
