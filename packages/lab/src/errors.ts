/** What a person can mend: the message says what is wrong, where, and what would be right; no stack trace is shown for it. */
export class LabError extends Error {
  override readonly name: string = "LabError";
}

/** Something that this machine lacks, such as Go. Nothing is known to be wrong, and nothing was checked. */
export class LabMissing extends LabError {
  override readonly name = "LabMissing";
}

/** The end of a log or of an error output, indented, for a message. */
export function lastLines(text: string, count = 6): string {
  const lines = text.trimEnd().split("\n").slice(-count);
  return lines.map((line) => `\n  ${line.length > 400 ? `${line.slice(0, 400)} ...` : line}`).join("");
}
