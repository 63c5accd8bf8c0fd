import { status } from "@grpc/grpc-js";

/** What a machine answers a call with that it refuses. grpc-js reads `code` and `details`. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly details: string;

  constructor(code: number, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

export const invalid = (details: string): RpcError => new RpcError(status.INVALID_ARGUMENT, details);

/** Several problems as one, as Go's multierror writes them; undefined when there are none. */
export function several(problems: readonly string[]): string | undefined {
  if (problems.length === 0) return undefined;
  return `${problems.length === 1 ? "1 error" : `${problems.length} errors`} occurred:\n${problems.map((problem) => `\t* ${problem}\n`).join("")}\n`;
}
