import { readSecrets, withSecrets } from "@rzp/infisical/reader";
import { execa } from "execa";
import { APP, loadStack, type Stack } from "../config.ts";

type Verb = "preview" | "up" | "refresh" | "destroy";

const MISSING = `pulumi is not on PATH, so nothing was done.

  curl -fsSL https://get.pulumi.com | sh      installs it (or: brew install pulumi, or the npm package "pulumi")
  pulumi login <backend>                      then says where the state lives

Without it, "./rzp plan" shows what the program would make.`;

/** What logs in to Infisical; the program has no use for it. */
const IDENTITY = ["INFISICAL_CLIENT_ID", "INFISICAL_CLIENT_SECRET"];

/** Folder in Infisical with what the pipeline itself needs. */
const PIPELINE_SECRETS = "/pipeline";

/**
 * Runs the real engine on the deploy app, with the tokens in its environment only.
 *
 * With INFISICAL_CLIENT_ID and INFISICAL_CLIENT_SECRET set, the tokens are read from Infisical first; otherwise they are expected in the environment.
 */
export async function engine(verb: Verb, name: string, words: readonly string[]): Promise<number> {
  const stack = loadStack(name);
  if (!(await pulumiIsThere())) {
    console.error(MISSING);
    return 2;
  }
  const command = [verb, "--stack", name, ...words];
  const secrets = await pipelineSecrets(stack);
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !IDENTITY.includes(name)));
  return withSecrets(secrets, "pulumi", command, { cwd: APP, environment });
}

async function pulumiIsThere(): Promise<boolean> {
  const { exitCode } = await execa("pulumi", ["version"], { reject: false });
  return exitCode === 0;
}

async function pipelineSecrets({ infisical }: Stack): Promise<Record<string, string>> {
  const { INFISICAL_CLIENT_ID: clientId, INFISICAL_CLIENT_SECRET: clientSecret } = process.env;
  if (clientId === undefined || clientSecret === undefined) return {};
  const { siteUrl, projectId, environment } = infisical;
  return readSecrets({ siteUrl, projectId, environment, clientId, clientSecret, paths: [PIPELINE_SECRETS] });
}
