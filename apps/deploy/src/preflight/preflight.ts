/** What has to hold before the engine touches anything: what the providers would get wrong without a word is refused here. */
import { imageFactoryOf, type Stack } from "../config.ts";
import { treeOf } from "../commands/render.ts";
import { homelab } from "../homelab.ts";
import { recordStack } from "../record.ts";
import { runChecks, type Outcome, type Verb } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { readsOf, type Situation } from "./reads.ts";

export interface PreflightArgs {
  /** Name of the stack. */
  name: string;
  stack: Stack;
  /** What it is run before. */
  verb: Verb;
  /** Reasons by check. */
  skipped: ReadonlyMap<string, string>;
  /** Reads the tokens, and gives an environment with them in it. */
  environment: () => Promise<NodeJS.ProcessEnv>;
  /** Folder of the tree. */
  base: string;
}

/** Runs every check that comes before a verb: it records what is to be made, reads what is there, and writes nothing. */
export async function preflight({ verb, skipped, ...args }: PreflightArgs): Promise<Outcome[]> {
  const factory = imageFactoryOf(args.name);
  // Neither needs the other, and both take seconds.
  const [environment, recording] = await Promise.all([args.environment(), recordStack(args.name, args.stack, { factory })]);
  return look(situationOf({ ...args, environment, recording, factory }), verb, skipped);
}

export function look(situation: Situation, verb: Verb, skipped: ReadonlyMap<string, string>): Promise<Outcome[]> {
  return runChecks(CHECKS.filter(({ before }) => before.includes(verb)), readsOf(situation), skipped);
}

/** What the declarations say that checks have to know. */
export function situationOf({ name, stack, recording, environment, factory, base }: Pick<Situation, "name" | "stack" | "recording" | "environment" | "factory"> & { base: string }): Situation {
  const home = homelab(stack);
  const { services } = home.context;
  return {
    name,
    stack,
    recording,
    keys: services.flatMap((service) => service.secrets.map(({ remote }) => ({ remote, service: service.name }))),
    balanced: services.flatMap(({ name: service, loadBalancer }) => (loadBalancer === undefined ? [] : [{ address: loadBalancer.address, of: service }])),
    tree: () => treeOf(home, base).check().map(({ path }) => path),
    environment,
    factory,
  };
}

/** Whether the engine may go on. What could not be looked at is not known to be well. */
export function isClear(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ status }) => status === "ok" || status === "skipped");
}
