import type { Reads } from "./reads.ts";

/** What the engine is about to be told to do. */
export type Verb = "preview" | "up" | "refresh" | "destroy";

/** One thing that is wrong, and what to do about it. */
export interface Problem {
  problem: string;
  remedy: string;
  /** Nothing is known to be wrong: this machine lacks what would tell. */
  unsure?: boolean;
}

/** One line of the table of checks: what must hold, what is read for it, and what is made of that. */
export interface Check {
  name: string;
  /** What holds when it passes. */
  holds: string;
  /** Verbs that it comes before. */
  before: readonly Verb[];
  /** A provider would do harm without a word, and the cure is at hand: nobody skips it. */
  dangerous?: boolean;
  /** Reads what is needed, writes nothing, and says what is wrong with it. */
  problems: (reads: Reads) => Promise<readonly Problem[]>;
}

/** Reads facts, then judges them: the judgement is a pure function, and tested as one. */
export function judged<Facts>(read: (reads: Reads) => Promise<Facts>, judge: (facts: Facts) => readonly Problem[]): Check["problems"] {
  return async (reads) => judge(await read(reads));
}

/** A read that gave nothing to judge by. It is the problem of the check it names; every other one that needs it stays open. */
export class Unread extends Error implements Problem {
  override readonly name = "Unread";
  readonly from: string;
  readonly problem: string;
  readonly remedy: string;
  readonly unsure: boolean;
  /** Status of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(from: string, problem: string, remedy: string, { unsure = false, status }: { unsure?: boolean; status?: number } = {}) {
    super(`${problem} ${remedy}`);
    this.from = from;
    this.problem = problem;
    this.remedy = remedy;
    this.unsure = unsure;
    this.status = status;
  }
}

/** How a check ended. `open`: it could not be looked at. */
export interface Outcome {
  name: string;
  holds: string;
  status: "ok" | "failed" | "open" | "skipped";
  problems: readonly Problem[];
  /** Why it was skipped, or not looked at. */
  reason?: string;
}

/** How long one check may take, in milliseconds. Each of its reads has less, and says what did not answer. */
const CHECK_MS = 5_000;

/** Runs the checks side by side, each with its time limit; a skipped one reads nothing. */
export function runChecks(checks: readonly Check[], reads: Reads, skipped: ReadonlyMap<string, string>, limitMs: number = CHECK_MS): Promise<Outcome[]> {
  return Promise.all(
    checks.map(async ({ name, holds, problems }): Promise<Outcome> => {
      const reason = skipped.get(name);
      if (reason !== undefined) return { name, holds, status: "skipped", problems: [], reason };
      try {
        return ended({ name, holds }, await withinLimit(name, problems(reads), limitMs));
      } catch (error) {
        if (!(error instanceof Unread)) throw error;
        if (error.from !== name) return { name, holds, status: "open", problems: [], reason: `not looked at: it needs "${error.from}"` };
        return ended({ name, holds }, [{ problem: error.problem, remedy: error.remedy, unsure: error.unsure }]);
      }
    }),
  );
}

function ended(check: Pick<Outcome, "name" | "holds">, problems: readonly Problem[]): Outcome {
  const status = problems.length === 0 ? "ok" : problems.every(({ unsure = false }) => unsure) ? "open" : "failed";
  return { ...check, status, problems };
}

function withinLimit<T>(name: string, work: Promise<T>, limitMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Unread(name, `Nothing was known after ${limitMs / 1000} s.`, "Run it again; if it stays so, look at what it asks."));
  }, limitMs);
  return Promise.race([work, promise]).finally(() => {
    clearTimeout(timer);
  });
}
