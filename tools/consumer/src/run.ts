import { execa } from "execa";

/** A command that failed, with what it said. */
export class CommandError extends Error {
  readonly output: string;
  constructor(command: string, output: string) {
    super(`${command} failed:\n${output}`);
    this.output = output;
  }
}

/** What this machine lacks or cannot reach; everything else that goes wrong is a finding. */
export class Lacking extends Error {}

/** No command here takes a minute; one that takes ten is stuck, and says so. */
const LIMIT = 600_000;

/** Runs a command to its end and gives what it said, both streams as they came. */
export async function run(cwd: string, command: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const settings = { NX_DAEMON: "false", NX_TUI: "false", NO_COLOR: "1", ...env };
  const child = await execa(command, words, { cwd, env: settings, all: true, reject: false, stdin: "ignore", timeout: LIMIT });
  if (child.failed) throw new CommandError([command, ...words].join(" "), child.all === "" ? (child.shortMessage ?? "") : child.all);
  return child.all;
}
