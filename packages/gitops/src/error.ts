/** One thing that is wrong with a tree: who declared it, where it would stand, and what to do. */
export interface TreeProblem {
  /** File that declared it, as given to `add` or `addText`; empty when the tree as a whole is meant. */
  source: string;
  /** Path of the file in the repository, with the field where one is meant; empty when neither is known. */
  path: string;
  /** What is wrong and what would be right. */
  message: string;
}

/** Everything that is wrong with a tree, at once. Nothing was written when it is thrown; its message is all that a person needs, so it has no stack. */
export class GitTreeError extends Error {
  override readonly name = "GitTreeError";
  readonly problems: readonly TreeProblem[];

  constructor(problems: readonly TreeProblem[], options?: ErrorOptions) {
    const sorted = problems.map((problem) => ({ problem, line: lineOf(problem) })).sort((a, b) => (a.line < b.line ? -1 : a.line > b.line ? 1 : 0));
    super(sorted.map(({ line }) => line).join("\n"), options);
    this.problems = sorted.map(({ problem }) => problem);
    this.stack = `GitTreeError: ${this.message}`;
  }
}

function lineOf({ source, path, message }: TreeProblem): string {
  return [source, path, message].filter((part) => part !== "").join(": ");
}

/** A failed file operation as a problem that names the file; other errors as they are. */
export function diskError(error: unknown, doing: string, base: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return error;
  const { code = error.message, path = "" } = error as NodeJS.ErrnoException;
  return new GitTreeError([{ source: "", path: path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path, message: `${doing} failed with ${code}` }], { cause: error });
}
