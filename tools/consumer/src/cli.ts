/** `./rzp consumer`, `./rzp languages` and `./rzp publish`. */
import { resolve } from "node:path";
import { Command } from "commander";
import { check } from "./check.ts";
import { targetOf } from "./publish.ts";
import { languages } from "./languages.ts";
import { publish } from "./release.ts";
import { CommandError, Lacking, run } from "./run.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

const program = new Command().name("./rzp").showHelpAfterError();
program
  .command("consumer")
  .description("publish every package to a registry on this machine, use them outside of the workspace, release again and upgrade (exit 1: something is wrong; exit 2: this machine lacks something)")
  .option("--keep", "leave the clone, the registry's files and the consumer's project where they are", false)
  .action(async ({ keep }: { keep: boolean }) => {
    const findings = await check({ root: ROOT, keep, say: console.log });
    for (const finding of findings) console.error(`rzp: ${finding}`);
    console.log(findings.length === 0 ? "\nall of it holds" : `\n${findings.length} findings`);
    process.exitCode = findings.length === 0 ? 0 : 1;
  });
program
  .command("languages")
  .description("let Pulumi itself judge the provider's schema, and write the Python SDK of it (exit 1: it is none; exit 2: Go or Python is missing)")
  .action(async () => {
    const findings = await languages(ROOT, console.log);
    for (const finding of findings) console.error(`rzp: ${finding}`);
    process.exitCode = findings.length === 0 ? 0 : 1;
  });
program
  .command("publish")
  .description("publish what `nx release` has versioned and the registry does not have yet; NPM_REGISTRY and NPM_TOKEN say where (exit 2: they do not)")
  .action(async () => {
    const target = targetOf(process.env);
    if ("problem" in target) throw new Lacking(target.problem);
    await run(ROOT, `${ROOT}/node_modules/.bin/nx`, ["run-many", "-t", "build", "--projects=packages/*", "--output-style=static"]);
    console.log(await publish(ROOT, target));
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Lacking || error instanceof CommandError)) throw error;
  console.error(`rzp: ${error.message}`);
  process.exitCode = error instanceof Lacking ? 2 : 1;
}
