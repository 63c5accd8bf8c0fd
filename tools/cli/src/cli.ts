/** `./rzp`: the homelab's own verbs (from the deploy app) and the workspace's. */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cli } from "@rzp/deploy/cli";
import { execa } from "execa";
import { choose } from "./filters.ts";
import { verdict, type Results } from "./results.ts";
import { tried } from "./tried.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const RESULTS = join(ROOT, ".rzp/test-results.json");
/** Where the projects of vitest.config.ts keep their tests. */
const TESTS = "{packages,apps,tools}/*/src/**/*.test.ts";

// Positional: what follows a verb is that verb's, `./rzp nx --version` too.
const program = cli()
  .name("./rzp")
  .description("A whole homelab as typed code. `./rzp plan` is the place to start.")
  .version(version())
  .enablePositionalOptions()
  .addHelpText("after", "\nExit codes: 0 done; 1 refused, failed or different; 2 something this machine lacks; 70 a fault of ours.\nAs Nx targets (`nx run deploy:preview`) the verbs exit 1 instead of 2 and 70, because Nx knows no other failure.");

program.commandsGroup("Workspace:");
program
  .command("test")
  .description("run every test and print what passed, failed and was skipped")
  .argument("[words...]", "only test files whose path in the repository contains one of these words")
  .action(async (words: string[]) => {
    const { files, problems } = choose(words, globSync(TESTS, { cwd: ROOT }).sort());
    for (const problem of problems) console.error(`rzp: ${problem}`);
    process.exitCode = problems.length > 0 ? 1 : await test(files);
  });

for (const [verb, what, variable, description] of [
  ["faults", "fault", "RZP_LAB_FAULTS", "kill, hang and cut off what a small homelab runs on, 24 times in the middle of a change: nothing may be lost, and all must come to rest (a quarter of an hour)"],
  ["sabotage", "what was broken", "RZP_LAB_SABOTAGES", "break a homelab in every way that a rehearsal must notice, and show what it says of each and how soon (6 minutes)"],
] as const) {
  program
    .command(verb)
    .description(description)
    .addHelpText("after", `\nThe table goes to .rzp/rehearsal/${verb}.md, too. Needs what ./rzp rehearse needs; once that has run, it is there.\nExit codes: 0 all as they should be; 1 one is not; 2 something this machine lacks.`)
    .action(async () => {
      process.exitCode = await tryAll(verb, what, variable);
    });
}

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
  .passThroughOptions()
  .helpOption(false)
  .action(async (words: string[]) => {
    process.exitCode = await run(process.execPath, [...process.execArgv, join(ROOT, "tools/bench/src/cli.ts"), ...words]);
  });

program
  .command("docs")
  .description("build the documents as a site, with the packages' reference and a search; a dead link fails it (--help for its options)")
  .argument("[words...]")
  .allowUnknownOption()
  .passThroughOptions()
  .helpOption(false)
  .action(async (words: string[]) => {
    process.exitCode = await run(process.execPath, [...process.execArgv, join(ROOT, "apps/docs/src/cli.ts"), ...words]);
  });

for (const [verb, [tool, ...preset], description] of [
  ["ci", ["ci"], "what pipelines do: the commit they compare with, comments, waiting for Argo CD, Harness's own schemas (--help for all of it)"],
  ["consumer", ["consumer", "consumer"], "publish every package to a registry on this machine, use them outside of the workspace, release again and upgrade (--help for its options)"],
  ["languages", ["consumer", "languages"], "let Pulumi itself judge the schema for other languages, and write the Python SDK of it (needs Go and Python)"],
  ["publish", ["consumer", "publish"], "publish what `nx release` has versioned, to the registry and with the token that NPM_REGISTRY and NPM_TOKEN name"],
] as const) {
  program
    .command(verb)
    .description(description)
    .argument("[words...]")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (words: string[]) => {
      process.exitCode = await run(process.execPath, [...process.execArgv, join(ROOT, `tools/${tool}/src/cli.ts`), ...preset, ...words]);
    });
}

program
  .command("nx")
  .description("any other Nx command, such as `./rzp nx graph` or `./rzp nx affected -t test`")
  .argument("[words...]")
  .allowUnknownOption()
  .passThroughOptions()
  .helpOption(false)
  .action(async (words: string[]) => {
    process.exitCode = await run("nx", words);
  });

if (process.argv.length === 2) program.outputHelp();
else await program.parseAsync();

async function run(command: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = await execa(command, words, { cwd: ROOT, env, stdio: "inherit", preferLocal: true, localDir: ROOT, reject: false });
  if (child.exitCode === undefined) console.error(`rzp: ${command} did not run: ${child.shortMessage ?? "unknown reason"}`);
  return child.exitCode ?? 1;
}

/** Runs these test files, or all if there are none, and prints the summary as the last line. */
async function test(files: readonly string[]): Promise<number> {
  const { ran, results } = await vitest(files);
  const { summary, exitCode } = verdict(ran, results);
  console.log(summary);
  return exitCode;
}

/** Runs all of what the tests run only a part of, and prints it as a table. */
async function tryAll(verb: string, what: string, variable: string): Promise<number> {
  const { ran, results } = await vitest(globSync(`packages/lab/src/rehearsal/${verb}/*.test.ts`, { cwd: ROOT }), { [variable]: "all" });
  const { markdown, exitCode } = tried(what, ran, results);
  const folder = join(ROOT, ".rzp/rehearsal");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${verb}.md`), markdown);
  console.log(markdown);
  if (exitCode === 2) console.error("rzp: nothing was tried: the reason is in the name of what was skipped, above");
  return exitCode;
}

async function vitest(files: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ ran: number; results: Results | undefined }> {
  mkdirSync(join(ROOT, ".rzp"), { recursive: true });
  rmSync(RESULTS, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
  const ran = await run("vitest", ["run", ...reporters, ...files.map((file) => join(ROOT, file))], env);
  return { ran, results: existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Results) : undefined };
}

function version(): string {
  return (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;
}
