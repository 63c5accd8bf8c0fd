/** `./rzp ci`: what pipelines do beside the homelab's and the workspace's own verbs, so that each of their commands is one line. */
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { execa } from "execa";
import { waitForArgo } from "./argo.ts";
import { baseOf } from "./base.ts";
import { comment, HOSTS, type Host } from "./comment.ts";
import { entities } from "./files.ts";
import { pushGreen, pushRelease } from "./push.ts";
import { Lacking, problems } from "./schema.ts";
import { setUp } from "./setup.ts";
import { environmentWith } from "./with.ts";

/** The repository of whoever calls; a test calls it in others. */
const ROOT = process.env.RZP_CI_ROOT ?? resolve(import.meta.dirname, "../../..");
/** Secrets that the pipelines refer to, and the variables that setup takes them from. */
const SECRETS = ["infisical_client_id", "infisical_client_secret", "harness_comment_token"];

const targetOption = (): Option => new Option("--target <branch>", "branch that the pull request goes to; none for a push").env("CI_TARGET_BRANCH");
const stackOption = (): Option => new Option("-s, --stack <name>", "stack, as in Pulumi.<name>.yaml").default("production").env("RZP_STACK");

const program = new Command("./rzp ci").description("what pipelines do").showSuggestionAfterError().showHelpAfterError("(use --help for what there is)");

program
  .command("base")
  .description("print the commit that this build is compared with")
  .addOption(targetOption())
  .action(async ({ target }: { target?: string }) => {
    const { ref, because } = await baseOf(ROOT, target);
    console.error(`rzp: compared with ${ref.slice(0, 12)}: ${because}`);
    console.log(ref);
  });

program
  .command("affected")
  .description("run these Nx targets for the projects that this build changes, or that depend on one that it does")
  .argument("<targets...>")
  .addOption(targetOption())
  .option("--list", "only name the tasks")
  .action(async (targets: string[], { target, list = false }: { target?: string; list?: boolean }) => {
    const { ref, because } = await baseOf(ROOT, target);
    console.error(`rzp: compared with ${ref.slice(0, 12)}: ${because}`);
    const words = ["affected", "-t", ...targets, `--base=${ref}`, "--head=HEAD", ...(list ? ["--graph=stdout"] : ["--output-style=static"])];
    if (!list) process.exitCode = await run("nx", words);
    else console.log(tasksOf((await execa("nx", words, { cwd: ROOT, preferLocal: true, localDir: ROOT })).stdout).join("\n"));
  });

program
  .command("comment")
  .description("write what a pull request changes in both planes as a comment on it, over the one before; exit as ./rzp plan does")
  .addOption(targetOption())
  .addOption(stackOption())
  .addOption(new Option("--host <host>", "whose API it is").choices(HOSTS).default("harness"))
  .addOption(new Option("--url <address>", "where the API is").env("CI_API_URL").makeOptionMandatory())
  .addOption(new Option("--repository <id>", "Harness Code: identifier; others: owner/name").env("CI_REPOSITORY").makeOptionMandatory())
  .addOption(new Option("--number <number>", "of the pull request").env("CI_PULL_REQUEST").makeOptionMandatory())
  .action(async ({ target, stack, host, url, repository, number }: { target?: string; stack: string; host: Host; url: string; repository: string; number: string }) => {
    const token = needed("CI_COMMENT_TOKEN");
    const scope = host === "harness" ? { accountIdentifier: needed("HARNESS_ACCOUNT_ID"), orgIdentifier: needed("HARNESS_ORG_ID"), projectIdentifier: needed("HARNESS_PROJECT_ID") } : {};
    const { ref } = await baseOf(ROOT, target);
    // Code of the pull request runs in there, and has no use for the token.
    const environment = { ...process.env };
    delete environment.CI_COMMENT_TOKEN;
    const plan = await execa(join(ROOT, "rzp"), ["plan", "--stack", stack, "--base", ref, "--markdown"], { cwd: ROOT, reject: false, stderr: "inherit", env: environment, extendEnv: false });
    console.log(plan.stdout);
    // 1 is a change by which something is lost, which is what the comment is for; with nothing said, the plan itself failed.
    if (plan.stdout.trim() !== "") console.error(`rzp: comment ${await comment({ host, url, token, repository, number, scope }, plan.stdout)}`);
    process.exitCode = plan.exitCode ?? 1;
  });

program
  .command("with")
  .description("run a command with these secrets from Infisical's folder for pipelines in its environment, and no others: ./rzp ci with NPM_TOKEN -- ./rzp publish")
  .argument("<words...>", "names, then --, then the command")
  .addOption(stackOption())
  .action(async (_words: string[], { stack }: { stack: string }) => {
    const { names, command } = split(process.argv.slice(process.argv.indexOf("with") + 1));
    const [program = "", ...words] = command;
    // The homelab's code is needed here alone, and is half a second of loading.
    const { pipelineEnvironment } = await import("@rzp/deploy/pipeline");
    const environment = environmentWith(names, await pipelineEnvironment(stack), process.env);
    const { exitCode } = await execa(program, words, { cwd: ROOT, stdio: "inherit", reject: false, env: environment, extendEnv: false });
    process.exitCode = exitCode ?? 1;
  });

program
  .command("argo-wait")
  .description("have Argo CD look at git, and wait until this commit is there and everything is Synced and Healthy (ARGOCD_TOKEN in the environment)")
  .addOption(new Option("--server <address>", "where Argo CD is").env("ARGOCD_SERVER").makeOptionMandatory())
  .option("--root <name>", "Application that makes all others", "homelab")
  .option("--minutes <number>", "after which it is given up", minutes, 20)
  .action(async ({ server, root, minutes: patience }: { server: string; root: string; minutes: number }) => {
    const token = needed("ARGOCD_TOKEN");
    const { stdout: revision } = await execa("git", ["rev-parse", "HEAD"], { cwd: ROOT });
    const pauseMs = 10_000;
    const looks = Math.max(1, Math.floor((patience * 60_000) / pauseMs));
    const left = await waitForArgo({ server, token, root, revision, looks, pause: () => sleep(pauseMs), say: console.log });
    for (const line of left) console.error(`rzp: ${line}`);
    console.log(left.length === 0 ? `Argo CD is at ${revision.slice(0, 12)}, and everything is Synced and Healthy` : `${left.length} not as git says`);
    process.exitCode = left.length === 0 ? 0 : 1;
  });

program
  .command("green")
  .description("move the tag ci-green to this commit: what comes after it is compared with it")
  .action(() => pushGreen(ROOT));

program
  .command("push")
  .description("push the commit and the tags of a release")
  .requiredOption("--to <branch>", "where to")
  .action(({ to }: { to: string }) => pushRelease(ROOT, to));

program
  .command("schema")
  .description("hold everything below .harness/ against Harness's own schemas (exit 2: they or Python are missing here)")
  .action(async () => {
    const all = entities(ROOT);
    const found = await problems(ROOT, all);
    for (const problem of found) console.error(`rzp: ${problem}`);
    console.log(found.length === 0 ? `${all.length} files are as Harness wants them` : `${found.length} problems in ${all.length} files`);
    process.exitCode = found.length === 0 && all.length > 0 ? 0 : 1;
  });

program
  .command("setup")
  .description("tell Harness of what lies below .harness/, once; what is there already is left alone (HARNESS_TOKEN in the environment)")
  .addOption(new Option("--url <address>", "where Harness is").env("HARNESS_URL").default("https://app.harness.io"))
  .addOption(new Option("--account <id>", "account").env("HARNESS_ACCOUNT_ID").makeOptionMandatory())
  .option("--repository <id>", "repository in Harness Code", "rzp-infra")
  .option("--branch <name>", "branch that the files are read from", "main")
  .option("--dry-run", "only look, and say what would be done", false)
  .action(async (options: { url: string; account: string; repository: string; branch: string; dryRun: boolean }) => {
    const secrets = Object.fromEntries(SECRETS.map((id) => [id, process.env[id.toUpperCase()]]));
    await setUp({ ...options, token: needed("HARNESS_TOKEN"), entities: entities(ROOT), secrets, say: console.log });
  });

/** Errors that are told by their message alone. */
const MISTAKES = new Set(["HistoryError", "ServiceError", "SecretMissing", "FileError", "ConfigError", "SecretsError", "UsageError"]);

class UsageError extends Error {
  override name = "UsageError";
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  if (error instanceof Lacking) console.error(`skipped: ${error.message}`);
  else if (MISTAKES.has(error.name)) console.error(`rzp: ${error.message}`);
  else throw error;
  process.exitCode = error instanceof Lacking ? 2 : 1;
}

function needed(name: string): string {
  const value = process.env[name] ?? "";
  if (value === "") throw new UsageError(`${name} is not set in the environment`);
  return value;
}

/** What stands before `--`, and after it. */
function split(words: readonly string[]): { names: string[]; command: string[] } {
  const end = words.indexOf("--");
  const names = end === -1 ? [] : words.slice(0, end).filter((word) => /^[A-Z][A-Z0-9_]*$/.test(word));
  if (end < 1 || end === words.length - 1 || names.length === 0) throw new UsageError("with takes names of secrets, then --, then a command: ./rzp ci with NPM_TOKEN -- ./rzp publish");
  return { names, command: words.slice(end + 1) };
}

async function run(command: string, words: readonly string[]): Promise<number> {
  const { exitCode } = await execa(command, words, { cwd: ROOT, stdio: "inherit", preferLocal: true, localDir: ROOT, reject: false });
  return exitCode ?? 1;
}

/** Names of the tasks in what Nx draws its graph from. */
function tasksOf(graph: string): string[] {
  const { tasks } = JSON.parse(graph) as { tasks: { tasks: Record<string, unknown> } };
  return Object.keys(tasks.tasks).sort();
}

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("Use a number of minutes above 0.");
  return value;
}
