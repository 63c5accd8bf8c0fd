import { readSecrets, withSecrets } from "@rzp/infisical/reader";
import { execa } from "execa";
import { APP, loadStack, type Stack } from "../config.ts";
import { ConfigError, show } from "../config/errors.ts";

type Verb = "preview" | "up" | "refresh" | "destroy";

const MISSING = `pulumi is not on PATH, so nothing was done.

  curl -fsSL https://get.pulumi.com | sh      installs it (or: brew install pulumi, or the npm package "pulumi")
  pulumi login <backend>                      then says where the state lives

Without it, "./rzp plan" shows what the program would make.`;

/** What logs in to Infisical; the program has no use for it. */
const IDENTITY = ["INFISICAL_CLIENT_ID", "INFISICAL_CLIENT_SECRET"] as const;

/** Verbs that change machines; when one fails, the state may hold changes that were never made (the Proxmox provider records them as done). */
const CHANGING: readonly Verb[] = ["up", "destroy"];

/** Folder in Infisical with what the pipeline itself needs. */
const PIPELINE_SECRETS = "/pipeline";

/**
 * Runs the real engine on the deploy app, with the tokens in its environment only.
 *
 * With INFISICAL_CLIENT_ID and INFISICAL_CLIENT_SECRET set, the tokens are read from Infisical first; otherwise they are expected in the environment.
 *
 * @param read What reads them; a test hands over its own.
 */
export async function engine(verb: Verb, name: string, words: readonly string[], read: typeof readSecrets = readSecrets): Promise<number> {
  const stack = loadStack(name);
  if (!(await pulumiIsThere())) {
    console.error(MISSING);
    return 2;
  }
  const command = [verb, "--stack", name, ...words];
  const secrets = await pipelineSecrets(stack, read);
  const environment = Object.fromEntries(Object.entries(process.env).filter(([key]) => !IDENTITY.some((one) => one === key)));
  const code = await withSecrets(secrets, "pulumi", command, { cwd: APP, environment });
  // 130: somebody pressed Ctrl+C, and knows.
  if (code !== 0 && code !== 130 && CHANGING.includes(verb)) console.error(afterFailure(verb, name));
  return code;
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
  return read({ siteUrl, projectId, environment, clientId, clientSecret, paths: [PIPELINE_SECRETS] });
}
