/** `./rzp bench`. Exit codes: 0 measured, whatever came out; 1 a run failed; 130 and 143 stopped. */
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { bench } from "./bench.ts";
import { CONTENDER_NAMES, PLAN_NAMES, type Name } from "./contenders.ts";
import { report } from "./report.ts";
import { goals } from "./results.ts";
import { machine, versions } from "./versions.ts";

const NAMES: readonly Name[] = [...CONTENDER_NAMES, ...PLAN_NAMES];

interface Options {
  sizes: number[];
  runs: number;
  seed: number;
  only: Name[];
  json?: boolean;
}

await new Command("./rzp bench")
  .description("Compares rendering with its floor and its rivals, in whole processes on the same made-up homelabs. Ratios are information: it never fails because something was slow.")
  .option("--sizes <numbers>", "services of the homelabs", (text) => text.split(",").map(whole), [35, 500, 5000])
  .option("--runs <number>", "runs of each, of which the median counts", whole, 5)
  .option("--seed <number>", "another seed, other homelabs", whole, 1)
  .addOption(new Option("--only <names>", `some of ${NAMES.join(", ")}`).argParser(names).default([...NAMES], "all"))
  .option("--json", "everything measured, for machines")
  .showHelpAfterError("(use --help for what there is)")
  .action(run)
  .parseAsync();

async function run({ json = false, ...options }: Options): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "rzp-bench-"));
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      process.exitCode = 128 + constants.signals[name];
      stop.abort();
    });
  }
  try {
    const results = await bench({ ...options, scratch, signal: stop.signal, progress });
    const about = { versions: versions(), machine: machine(), runs: options.runs, seed: options.seed };
    const judged = goals(results);
    console.log(json ? JSON.stringify({ ...about, results, goals: judged }, undefined, 2) : `${heading(about)}\n\n${report(results, judged)}`);
  } catch (error) {
    if (stop.signal.aborted) return;
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

function heading({ versions, machine, runs, seed }: { versions: Record<string, string>; machine: string; runs: number; seed: number }): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${named.join(", ")}\n${machine}; median of ${runs}, seed ${seed}, written to ${tmpdir()}`;
}

function progress(what: string): void {
  console.error(`bench: ${what}`);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`"${text}" is no whole number above 0.`);
  return value;
}

function names(text: string): Name[] {
  return text.split(",").map((word) => {
    const name = NAMES.find((known) => known === word);
    if (name === undefined) throw new InvalidArgumentError(`"${word}" is none of ${NAMES.join(", ")}.`);
    return name;
  });
}
