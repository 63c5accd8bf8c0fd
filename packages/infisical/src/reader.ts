/** The run-time reader for pipelines: secrets go from Infisical into the environment of one child process, and nowhere else. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { InfisicalSDK } from "@infisical/sdk";
import pRetry, { AbortError } from "p-retry";

export interface ReadSecretsArgs {
  /** Address of Infisical, such as `https://eu.infisical.com`. */
  siteUrl: string;
  /** Machine identity (universal auth). */
  clientId: string;
  clientSecret: string;
  /** Id of the project; the SDK wants the id where the operator wants the slug. */
  projectId: string;
  /** Slug of the environment. */
  environment: string;
  /** Folders to read; the same key in two of them is an error. */
  paths: readonly string[];
  /** Time for everything together, in milliseconds. @default 60000 */
  timeoutMs?: number;
  /** Further tries after an answer of 5xx, which the SDK itself does not try again. @default 3 */
  retries?: number;
}

/** Reading failed. The message says what to do and holds no secret, token, header or query. */
export class SecretsError extends Error {
  override readonly name = "SecretsError";
  /** Status of the answer, when there was one. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** Reads every key of the given folders. Nothing is cached or written. */
export async function readSecrets(args: ReadSecretsArgs): Promise<Record<string, string>> {
  check(args);
  const { timeoutMs = 60_000 } = args;
  const limit = new AbortController();
  try {
    return await Promise.race([
      read(args),
      sleep(timeoutMs, undefined, { signal: limit.signal }).then(() => {
        throw new SecretsError(`Infisical at ${host(args.siteUrl)} did not answer within ${timeoutMs / 1000} s. Is it up, and reachable from here?`);
      }),
    ]);
  } finally {
    limit.abort();
  }
}

/** Runs a command with the secrets in its environment; its exit code is the result, 127 when it could not be started. */
export function withSecrets(
  secrets: Readonly<Record<string, string>>,
  command: string,
  words: readonly string[],
  { cwd, environment = process.env }: { cwd?: string; environment?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, words, { stdio: "inherit", env: { ...environment, ...secrets }, ...(cwd === undefined ? {} : { cwd }) });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, forward);
    const end = (code: number): void => {
      for (const signal of signals) process.off(signal, forward);
      resolve(code);
    };
    child.once("error", () => {
      end(127);
    });
    child.once("exit", (code, signal) => {
      end(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}

async function read(args: ReadSecretsArgs): Promise<Record<string, string>> {
  const sdk = new InfisicalSDK({ siteUrl: args.siteUrl });
  const { clientId, clientSecret } = args;
  await attempt(args, "log in", () => sdk.auth().universalAuth.login({ clientId, clientSecret }));

  const origin = new Map<string, string>();
  const values: Record<string, string> = {};
  for (const secretPath of args.paths) {
    const { secrets } = await attempt(args, `read ${secretPath}`, () =>
      sdk.secrets().listSecrets({ projectId: args.projectId, environment: args.environment, secretPath, viewSecretValue: true, expandSecretReferences: true }),
    );
    if (!Array.isArray(secrets)) throw new SecretsError(`Infisical could not read ${secretPath}: it answered with something that is no list of secrets.`);
    for (const { secretKey, secretValue, secretValueHidden } of secrets) {
      const other = origin.get(secretKey);
      if (other !== undefined) throw new SecretsError(`${secretKey} is in ${other} and in ${secretPath}. Which one is meant? Rename one, or read fewer folders.`);
      if (secretValueHidden) throw new SecretsError(`${secretKey} in ${secretPath} may be listed but not read by this identity. Give it the permission to read values.`, 403);
      origin.set(secretKey, secretPath);
      values[secretKey] = secretValue;
    }
  }
  return values;
}

/** One call, tried again after 5xx; whatever the SDK throws is told in words of ours, because its messages hold the whole address. */
async function attempt<T>({ siteUrl, retries = 3 }: ReadSecretsArgs, what: string, call: () => Promise<T>): Promise<T> {
  return pRetry(
    async () => {
      try {
        return await call();
      } catch (error) {
        const told = tell(error, what, siteUrl);
        throw told.status !== undefined && told.status >= 500 ? told : new AbortError(told);
      }
    },
    { retries, minTimeout: 250, factor: 2, randomize: true },
  );
}

const HINTS: Record<number, string> = {
  400: "The request was not understood: check project id and environment.",
  401: "Client id or secret is wrong or has expired.",
  403: "The identity may not do this: check its role in the project, and its trusted addresses.",
  404: "There is no such project, environment or folder.",
  422: "The request was not understood: check project id and environment.",
  429: "Too many requests; wait a minute.",
};

function tell(error: unknown, what: string, siteUrl: string): SecretsError {
  const message = error instanceof Error ? error.message : "";
  const status = Number(/\[StatusCode=(\d+)\]/.exec(message)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return new SecretsError(`Infisical at ${host(siteUrl)} could not ${what}: no usable answer. Is the address right and the server up?`);
  const hint = HINTS[status] ?? (status >= 500 ? "The server has a fault of its own; it was tried again." : "");
  return new SecretsError(`Infisical at ${host(siteUrl)} could not ${what}: it answered ${status}. ${hint}`.trimEnd(), status);
}

function check({ siteUrl, clientId, clientSecret, projectId, environment, paths }: ReadSecretsArgs): void {
  if (!URL.canParse(siteUrl)) throw new SecretsError("siteUrl is not an address. Write it as https://eu.infisical.com.");
  for (const [field, value] of Object.entries({ clientId, clientSecret, projectId, environment })) {
    if (value === "") throw new SecretsError(`${field} is empty.`);
  }
  if (paths.length === 0) throw new SecretsError("paths is empty. Name the folders to read, such as /pipeline.");
  const relative = paths.find((path) => !path.startsWith("/"));
  if (relative !== undefined) throw new SecretsError(`paths has "${relative}", which is not absolute. Begin it with /.`);
}

function host(siteUrl: string): string {
  return new URL(siteUrl).host;
}
