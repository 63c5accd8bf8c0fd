/** `./rzp`: the homelab's own verbs (from the deploy app) and the workspace's. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { cli } from "@rzp/deploy/cli";
import { execa } from "execa";

const ROOT = resolve(import.meta.dirname, "../..");
const RESULTS = join(ROOT, ".rzp/test-results.json");

const program = cli().name("./rzp").description("A whole homelab as typed code. `./rzp plan` is the place to start.");

program.commandsGroup("Workspace:");
program
  .command("test")
  .description("run every test and print what passed, failed and was skipped")
  .argument("[filters...]", "only test files whose path contains one of these words")
  .action(async (filters: string[]) => {
    mkdirSync(join(ROOT, ".rzp"), { recursive: true });
    rmSync(RESULTS, { force: true });
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
    const exitCode = await run("vitest", ["run", ...reporters, ...filters]);
    console.log(summary());
    process.exitCode = exitCode;
  });

for (const [target, description] of [
  ["lint", "ESLint with typed rules and the allowed imports"],
  ["typecheck", "TypeScript over every package"],
  ["build", "ESM, CommonJS and declarations of every published package"],
  ["package", "publint and attw over every published package"],
] as const) {
  program
    .command(target)
    .description(description)
    .action(async () => {
      process.exitCode = await run("nx", ["run-many", "-t", target, "--output-style=static"]);
    });
}

program
  .command("bench")
  .description("measure rendering against its floor and its rivals (--help for its options)")
  .argument("[words...]")
  .allowUnknownOption()
  .helpOption(false)
  .action(async (words: string[]) => {
    process.exitCode = await run(process.execPath, [...process.execArgv, join(ROOT, "tools/bench/src/cli.ts"), ...words]);
  });

program
  .command("nx")
  .description("any other Nx command, such as `./rzp nx graph` or `./rzp nx affected -t test`")
  .argument("[words...]")
  .allowUnknownOption()
  .helpOption(false)
  .action(async (words: string[]) => {
    process.exitCode = await run("nx", words);
  });

if (process.argv.length === 2) program.outputHelp();
else await program.parseAsync();

async function run(command: string, words: readonly string[]): Promise<number> {
  const child = await execa(command, words, { cwd: ROOT, stdio: "inherit", preferLocal: true, localDir: ROOT, reject: false });
  if (child.exitCode === undefined) console.error(`rzp: ${command} did not run: ${child.shortMessage ?? "unknown reason"}`);
  return child.exitCode ?? 1;
}

/** `N passed, N failed, N skipped`; a file that could not even be loaded counts as one failure. */
function summary(): string {
  interface Results {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
    testResults: { status: string; assertionResults: unknown[] }[];
  }
  const results = JSON.parse(readFileSync(RESULTS, "utf8")) as Results;
  const unloaded = results.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  const failed = results.numFailedTests + unloaded;
  return `${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests + results.numTodoTests} skipped`;
}
