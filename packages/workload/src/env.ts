import type { IEnvVar } from "kubernetes-models/v1/EnvVar";
import type { PodExtras, Self, Text, WorkloadArgs, WrittenArgs } from "./args.ts";
import { hostOf, type RenderContext, type ServiceFacts } from "./service.ts";
import type { Site } from "./site.ts";

/** The time zone, what a composite adds and what the workload says, the last one winning. Sorted, so that moving a line restarts nothing. */
export function environment({ site }: Self, { env, secrets = [] }: Pick<WrittenArgs, "env" | "secrets">, extras: Pick<PodExtras, "env">): IEnvVar[] {
  const keys = secretKeys(secrets);
  return Object.entries({ TZ: site.timeZone, ...extras.env, ...env })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value: literal(value, keys) }));
}

/** Names of the environment variables that come from the secret store. */
export function secretKeys(secrets: NonNullable<WorkloadArgs["secrets"]>): string[] {
  return secrets.map(keyOf);
}

/** Key of a secret in its Kubernetes Secret. */
export function keyOf(secret: string | { key: string }): string {
  return typeof secret === "string" ? secret : secret.key;
}

/** What a value of the service may be made from. */
export function selfOf(facts: ServiceFacts, site: Site): Self {
  return { name: facts.name, namespace: facts.namespace, host: hostOf(facts, site) ?? "", address: facts.loadBalancer?.address ?? "", site };
}

/** Makes every text, once and in one place: from here on the arguments are plain. */
export function written(args: WorkloadArgs, self: Self, context: RenderContext): WrittenArgs {
  const made = (texts: Readonly<Record<string, Text>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, typeof text === "string" ? text : text(self, context)]));
  return { ...args, env: made(args.env), files: made(args.files), seed: made(args.seed) };
}

/**
 * A value that Kubernetes leaves as it was written. In environment, command and args it replaces `$(NAME)` by another variable and `$$` by `$`;
 * here only a reference to one of the service's secrets keeps that meaning.
 */
export function literal(value: string, references: readonly string[] = []): string {
  return value.replace(/\$\((\w+)\)|\$(?=[$(])/g, (match, name: string | undefined) => {
    if (name === undefined) return "$$";
    return references.includes(name) ? match : `$${match}`;
  });
}
