/** The homelab's verbs. Exit codes: 0 done, 1 refused or different, 2 something this machine lacks, 70 a fault of ours. Under Nx every failure is 1. */
import { styleText } from "node:util";
import { Command, InvalidArgumentError, Option } from "commander";
import type { PlanOptions } from "./commands/plan.ts";
import type { RehearseOptions } from "./commands/rehearse.ts";
import type { Verb } from "./preflight/check.ts";

const stackOption = (): Option => new Option("-s, --stack <name>", "stack, as in Pulumi.<name>.yaml").default("production").env("RZP_STACK");

const skipOption = (): Option => new Option("--skip <check: reason>", "leave a check of the preflight out, with the reason in writing; the dangerous ones stay").argParser(collected).default([], "none");

const PLAN_HELP = `
With --base, that commit's own code is recorded in a folder of its own (.rzp/plan/, once a commit) and compared: resources as the engine would see them, objects as
Argo CD would, and what each change does to what is running.

Exit codes: 0 nothing is lost by it; 1 something is, and nobody said --accept "<name>: <why>".`;

const PREFLIGHT_HELP = `
preview, up, refresh and destroy run what concerns them by themselves first, and stop where it finds something. A check is left out by
--skip "addresses: the old router answers for .11 until tonight"; those without which a provider does harm unseen are not.

Exit codes: 0 all is well; 1 something is wrong, and what to do about it stands there; 2 nothing is known to be wrong, and something could not be looked at here.`;

const ADMISSION_HELP = `
Reads what is in kubernetes/ and bootstrap/argocd/, and renders nothing. etcd and kube-apiserver are taken from $RZP_LAB_BIN, PATH or $KUBEBUILDER_ASSETS, or built
once with Go into .rzp/lab/bin; CRDs are taken from the folder $RZP_LAB_CRDS, or read out of their projects' Go modules.

Exit codes: 0 everything was accepted; 1 something was refused; 2 "skipped: ..." says what could not be checked here, and nothing else was refused.`;

const REHEARSE_HELP = `
Reads what is in kubernetes/ and bootstrap/argocd/. etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok, argocd, helm and redis-server are taken
from $RZP_LAB_BIN, PATH or $KUBEBUILDER_ASSETS, or built once with Go into .rzp/lab/bin (about 25 minutes of one core when Go's own caches are empty). CRDs are taken
from the folder $RZP_LAB_CRDS, or read out of their projects' Go modules. Everything listens on the loopback only; two rehearsals can run at once.

Exit codes: 0 everything came up; 1 something stands in the way; 2 "skipped: ..." says what this machine lacks.`;

/** Commands of the deploy app; the repository's own command line adds the workspace's to them. */
export function cli(): Command {
  const program = new Command("deploy")
    .description("The one thin Pulumi program of this homelab, and the tree it renders.")
    .showSuggestionAfterError()
    .showHelpAfterError("(use --help for what there is)")
    .configureHelp({ sortSubcommands: false });

  process.stdout.on("error", whenNobodyReads);

  program.commandsGroup("Homelab:");
  program
    .command("plan")
    .description("what the deploy program would make, offline: no credentials, no engine, no hardware")
    .addOption(stackOption())
    .option("--json", "for machines: the whole recording, or with --base what changes")
    .option("--full", "every input in full, multi-line patches included")
    .option("--base <ref>", "what changes in both planes since this branch, tag or commit")
    .addOption(new Option("--markdown", "with --base: for a comment on a pull request").conflicts("json"))
    .addOption(new Option("--accept <name: reason>", "with --base: a change that is wanted though something is lost by it, with the reason in writing").argParser(collected).default([], "none"))
    .addHelpText("after", PLAN_HELP)
    .action(action(async (options: PlanOptions) => (await import("./commands/plan.ts")).plan(options)));

  program
    .command("render")
    .description("write kubernetes/ and bootstrap/argocd/ from the declarations")
    .addOption(stackOption())
    .option("--check", "write nothing; exit 1 and list what differs")
    .action(action(async (options: { stack: string; check?: boolean }) => (await import("./commands/render.ts")).renderCommand(options)));

  program
    .command("kube-lint")
    .description("every check of Checkov over kubernetes/ and bootstrap/argocd/; exit 1 on a finding without an exemption in writing (needs Python)")
    .option("--json", "the verdict for machines")
    .action(action(async (options: { json?: boolean }) => (await import("./commands/kube-lint.ts")).kubeLint(options)));

  program
    .command("updates")
    .description("whether Renovate finds every version that is pinned here, by Renovate itself (got once with npm)")
    .addOption(stackOption())
    .option("--json", "what is pinned and what is found, for machines")
    .action(action(async (options: { stack: string; json?: boolean }) => (await import("./commands/updates.ts")).updates(options)));

  program
    .command("stats")
    .description("how large the homelab is: services, lines of their declarations, objects by kind, lines of YAML")
    .addOption(stackOption())
    .action(action(async (options: { stack: string }) => (await import("./commands/stats.ts")).stats(options)));

  program
    .command("admission")
    .description("send every rendered object to a real API server on this machine, as a dry run")
    .addOption(stackOption())
    .option("--json", "the whole result for machines")
    .addHelpText("after", ADMISSION_HELP)
    .action(action(async (options: { stack: string; json?: boolean }) => (await import("./commands/admission.ts")).admission(options)));

  program
    .command("rehearse")
    .description("bring the whole homelab up on this machine, without hardware: a real Kubernetes API and a real Argo CD")
    .addOption(stackOption())
    .addOption(new Option("--charts <from>", "stand-ins with the projects' own CRDs, or the real charts over the network").choices(["stand-in", "upstream"]).default("stand-in"))
    .option("--eso <binary>", "program of the real External Secrets Operator, run in place of the one that the lab plays")
    .option("--out <folder>", "where the reports go (default: .rzp/rehearsal)")
    .option("--keep", "leave it running at the end, until Ctrl+C, with a kubeconfig to look at it")
    .option("--json", "the whole result for machines")
    .addOption(new Option("--patience <seconds>", "after which it is given up").default(900).argParser(seconds))
    .addOption(new Option("--settle <seconds>", "for which something must stay wrong before it counts").default(30).argParser(seconds))
    .addHelpText("after", REHEARSE_HELP)
    .action(action(async (options: RehearseOptions) => (await import("./commands/rehearse.ts")).rehearseCommand(options)));

  program
    .command("preflight")
    .description("whether an up may begin: vendors, tokens, ids, addresses, storage, versions, state, tree and secrets; reads, and writes nothing")
    .addOption(stackOption())
    .option("--json", "the result for machines")
    .addOption(skipOption())
    .addOption(new Option("--before <verb>", "what is to come after it").choices(["preview", "up", "refresh", "destroy"] satisfies Verb[]).default("up"))
    .addHelpText("after", PREFLIGHT_HELP)
    .action(action(async (options: { stack: string; json?: boolean; skip: string[]; before: Verb }) => (await import("./commands/preflight.ts")).preflightCommand(options)));

  for (const [verb, description] of [
    ["preview", "what the real engine would do (needs pulumi and the tokens)"],
    ["up", "do it (needs pulumi and the tokens)"],
    ["refresh", "read the real machines into the state (needs pulumi and the tokens)"],
    ["destroy", "take everything down; protected machines refuse (needs pulumi and the tokens)"],
  ] as const) {
    program
      .command(verb)
      .description(description)
      .addOption(stackOption())
      .argument("[words...]", "handed to pulumi as they are")
      .allowUnknownOption()
      .addOption(skipOption())
      .action(action(async (words: string[], { stack, skip }: { stack: string; skip: string[] }) => (await import("./commands/engine.ts")).engine(verb, stack, words, { skip })));
  }
  return program;
}

function collected(word: string, all: string[]): string[] {
  return [...all, word];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("Use a number of seconds above 0.");
  return value;
}

/** Names of errors that are a user's to mend: their message is shown, and nothing else. */
const MISTAKES = new Set(["ArgumentError", "ConfigError", "RegistryError", "GitTreeError", "SecretsError", "RecordingError", "LabError"]);

/** Runs a command, turns its result into the exit code, and a user's mistake into its message alone. */
function action<Args extends unknown[]>(run: (...args: Args) => Promise<number>): (...args: Args) => Promise<void> {
  return async (...args) => {
    try {
      const code = await run(...args);
      // What it says is out; at once, because a vendor that was given up on would keep the process alive until it answers.
      process.stdout.write("", () => process.exit(code));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name === "LabMissing") {
        console.error(`skipped: ${error.message}`);
        process.exit(2);
      }
      const mistake = MISTAKES.has(error.name);
      console.error(`${styleText("red", "error:", { stream: process.stderr })} ${mistake ? error.message : ownFrames(error)}`);
      // At once: a call to Infisical that nobody waits for any more would keep the process alive for a minute.
      process.exit(mistake ? 1 : 70);
    }
  };
}

/** Whoever reads has seen enough (`| head`): what is left is said to nobody, and the exit code is still the command's. */
export function whenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** An error that nobody foresaw, such as a declaration that Node cannot read: where it arose in this repository, without Node's own frames. */
function ownFrames({ stack, message }: Error): string {
  const lines = (stack ?? message).split("\n");
  return lines.filter((line) => !/^\s+at /.test(line) || !/node:|node_modules/.test(line)).join("\n");
}

if (import.meta.main) await cli().parseAsync();
