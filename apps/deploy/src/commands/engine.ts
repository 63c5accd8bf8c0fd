import { readSecrets, withSecrets } from "@rzp/infisical/reader";
import { execa } from "execa";
import { APP, loadStack, type Stack } from "../config.ts";
import { ConfigError, show } from "../config/errors.ts";
import type { Verb } from "../preflight/check.ts";
import { CHECKS } from "../preflight/checks.ts";
import { isClear, preflight } from "../preflight/preflight.ts";
import { linesOf } from "../preflight/report.ts";
import { skipsOf } from "../preflight/skips.ts";
import { ROOT } from "./render.ts";

const MISSING = `pulumi is not on PATH, so nothing was done.

  curl -fsSL https://get.pulumi.com | sh      installs it (or: brew install pulumi, or the npm package "pulumi")
  pulumi login <backend>                      then says where the state lives

Without it, "./rzp plan" shows what the program would make.`;

/** What logs in to Infisical; the program has no use for it. */
const IDENTITY = ["INFISICAL_CLIENT_ID", "INFISICAL_CLIENT_SECRET"] as const;

/** Verbs that change machines; when one fails, the state may hold changes that were never made (the Proxmox provider records them as done). */
const CHANGING: readonly Verb[] = ["up", "destroy"];

/** Somebody waits for it: what takes longer than this is down. With the checks that come after it, the preflight ends within 10 s. */
const SECRETS_MS = 3_500;

/** Folder in Infisical with what the pipeline itself needs. */
const PIPELINE_SECRETS = "/pipeline";

/** What a test hands over in the place of the real thing. */
interface EngineOptions {
  /** Checks that are left out, each with its reason. */
  skip?: readonly string[];
  read?: typeof readSecrets;
  check?: typeof preflight;
}

/**
 * Runs the real engine on the deploy app, with the tokens in its environment only, once the preflight found nothing against it.
 *
 * With INFISICAL_CLIENT_ID and INFISICAL_CLIENT_SECRET set, the tokens are read from Infisical first; otherwise they are expected in the environment.
 */
export async function engine(verb: Verb, name: string, words: readonly string[], { skip = [], read = readSecrets, check = preflight }: EngineOptions = {}): Promise<number> {
  const skipped = skipsOf(skip, CHECKS);
  const stack = loadStack(name);
  if (!(await pulumiIsThere())) {
    console.error(MISSING);
    return 2;
  }
  let secrets: Promise<Record<string, string>> | undefined;
  const tokens = (): Promise<Record<string, string>> => (secrets ??= pipelineSecrets(stack, read));
  const environment = withoutIdentity(process.env);
  const outcomes = await check({ name, stack, verb, skipped, environment: async () => ({ ...environment, ...(await tokens()) }), base: ROOT });
  // Standard output is pulumi's.
  for (const line of linesOf(outcomes, { quiet: true, stream: process.stderr })) console.error(line);
  if (!isClear(outcomes)) {
    console.error(`Nothing was done. "./rzp preflight --stack ${name}" looks again.`);
    return 1;
  }
  const code = await withSecrets(await tokens(), "pulumi", [verb, "--stack", name, ...words], { cwd: APP, environment });
  // 130: somebody pressed Ctrl+C, and knows.
  if (code !== 0 && code !== 130 && CHANGING.includes(verb)) console.error(afterFailure(verb, name));
  return code;
}

/** The environment that pulumi would get. */
export async function withTokens(stack: Stack): Promise<NodeJS.ProcessEnv> {
  return { ...withoutIdentity(process.env), ...(await pipelineSecrets(stack, readSecrets)) };
}

function withoutIdentity(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([key]) => !IDENTITY.some((one) => one === key)));
}

// A refresh with a token that does not work drops images from the state, so the token comes first.
function afterFailure(verb: Verb, name: string): string {
  return `${verb} failed, and the state may call changes done that were not made: check that the tokens work, then "./rzp refresh --stack ${name}", then "./rzp ${verb} --stack ${name}".`;
}

async function pulumiIsThere(): Promise<boolean> {
  const { exitCode } = await execa("pulumi", ["version"], { reject: false });
  return exitCode === 0;
}

async function pipelineSecrets({ infisical }: Stack, read: typeof readSecrets): Promise<Record<string, string>> {
  const [clientId = "", clientSecret = ""] = IDENTITY.map((key) => process.env[key]);
  const missing = IDENTITY.filter((key) => (process.env[key] ?? "") === "");
  if (missing.length === IDENTITY.length) return {};
  const message = "is not set, and half an identity cannot log in to Infisical; set both, or neither with the tokens in the environment";
  if (missing.length > 0) throw new ConfigError("the environment", missing.map((key) => ({ path: [key], message })), show);
  const { siteUrl, projectId, environment } = infisical;
  return read({ siteUrl, projectId, environment, clientId, clientSecret, paths: [PIPELINE_SECRETS], timeoutMs: SECRETS_MS });
}
