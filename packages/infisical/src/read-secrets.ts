import { refusal } from "@rzp/core";
import { checkAddress, PROJECT_ID } from "./checks.ts";

/** What to read, and as whom. */
export interface ReadSecretsArgs {
  /** Address of Infisical, such as `https://eu.infisical.com`; plain http for this machine only. */
  siteUrl: string;
  /** Client id of the machine identity (universal auth). */
  clientId: string;
  /** Client secret of the machine identity. */
  clientSecret: string;
  /** Id of the project, a UUID; the SDK wants the id where the operator wants the slug. */
  projectId: string;
  /** Slug of the environment. */
  environment: string;
  /** Absolute folders to read, without their subfolders and imports; the same key in two of them is an error. */
  paths: readonly string[];
  /**
   * Time for everything together, in milliseconds, 10 minutes at most. The SDK has no way to stop a call: one that is under way when time is up is left
   * behind and, unless `process.exit` ends it, keeps the process alive for up to a minute, or five where an answer stops half way. @default 60000
   */
  timeoutMs?: number;
  /** Further tries after an answer of 5xx, 10 at most. The SDK tries 429 and network errors again by itself, and 5xx never. @default 3 */
  retries?: number;
  /** Pause before the first further try, in milliseconds; each next one is twice as long. @default 250 */
  backoffMs?: number;
}

/** Reading failed. The message says what to do; neither it nor the stack holds a secret, token, header or query, and there is no cause. */
export class SecretsError extends Error {
  override readonly name = "SecretsError";
  /** Status of the answer, when there was one. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** Reads every key of the given folders. Nothing is cached or written, and the environment of this process stays as it is. */
export async function readSecrets(args: ReadSecretsArgs): Promise<Record<string, string>> {
  check(args);
  const { siteUrl, timeoutMs = 60_000 } = args;
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new SecretsError(`Infisical at ${host(siteUrl)} did not answer within ${timeoutMs / 1000} s. Is it up, and reachable from here?`));
  }, timeoutMs);
  try {
    return await Promise.race([read(args, limit.signal), aborted(limit.signal)]);
  } finally {
    clearTimeout(timer);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as SecretsError);
    });
  });
}

interface Folder {
  path: string;
  /** What was answered; only after a look is it a list of secrets. */
  answer: unknown;
}

async function read(args: ReadSecretsArgs, signal: AbortSignal): Promise<Record<string, string>> {
  // The SDK costs a tenth of a second to load, and only here is it needed.
  const { InfisicalSDK } = await import("@infisical/sdk");
  const { siteUrl, clientId, clientSecret, projectId, environment } = args;
  const sdk = new InfisicalSDK({ siteUrl });
  await attempt(args, signal, "log in", () => sdk.auth().universalAuth.login({ clientId, clientSecret }));
  if (typeof sdk.auth().getAccessToken() !== "string") throw new SecretsError(`Infisical at ${host(siteUrl)} could not log in: the answer was not Infisical's. Is the address right?`);

  const folders: Folder[] = [];
  for (const path of args.paths) {
    const options = { projectId, environment, secretPath: path, viewSecretValue: true, expandSecretReferences: true, includeImports: false, recursive: false };
    folders.push({ path, answer: await attempt(args, signal, `read ${path}`, () => sdk.secrets().listSecrets(options)) });
  }
  return collect(folders);
}

/** One call, tried again after 5xx; whatever the SDK throws is told in words of ours, because its messages hold the whole address. */
async function attempt<T>({ siteUrl, retries = 3, backoffMs = 250 }: ReadSecretsArgs, signal: AbortSignal, what: string, call: () => Promise<T>): Promise<T> {
  const { default: retry } = await import("p-retry");
  const told = async (): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw tell(error, what, siteUrl);
    }
  };
  const shouldRetry = ({ error }: { error: Error }): boolean => error instanceof SecretsError && (error.status ?? 0) >= 500;
  return retry(told, { retries, minTimeout: backoffMs, factor: 2, randomize: true, signal, shouldRetry });
}

const HINTS: Record<number, string> = {
  400: "The request was not understood: check project id and environment.",
  401: "Client id or secret is wrong or has expired. Three wrong logins in a row lock the identity for a while.",
  403: "The identity may not do this: check its role in the project, and its trusted addresses.",
  404: "There is no such project, environment or folder. The project is named by its id, the environment by its slug.",
  422: "The request was not understood: check project id and environment.",
  429: "Too many requests; wait a minute.",
};

function tell(error: unknown, what: string, siteUrl: string): SecretsError {
  const status = statusOf(error);
  const said = `Infisical at ${host(siteUrl)} could not ${what}:`;
  if (status === undefined) return new SecretsError(`${said} no usable answer. Is the address right and the server up?`);
  const hint = HINTS[status] ?? (status >= 500 ? "The server has a fault of its own; it was tried again." : "");
  return new SecretsError(`${said} it answered ${status}. ${hint}`.trimEnd(), status);
}

// The SDK exports no error class and has no status field. Its message begins with address, method and status when the answer was Infisical's own JSON,
// and is one sentence when it was not, as from a proxy.
function statusOf(error: unknown): number | undefined {
  const message = error instanceof Error ? error.message : "";
  const match = /^\[URL=\S*\] \[Method=\w+\] \[StatusCode=(\d{3})\]/.exec(message) ?? /^Request failed with status (\d{3})$/.exec(message);
  return match === null ? undefined : Number(match[1]);
}

function collect(folders: readonly Folder[]): Record<string, string> {
  const origin = new Map<string, string>();
  const values = new Map<string, string>();
  for (const { path, answer } of folders) {
    for (const secret of secretsOf(path, answer)) {
      const { secretKey, secretValue, secretValueHidden } = secret;
      if (typeof secretKey !== "string" || typeof secretValue !== "string") throw notAList(path);
      if (secretValueHidden === true) throw new SecretsError(`${secretKey} in ${path} may be listed but not read by this identity. Give it the permission to read values.`, 403);
      const other = origin.get(secretKey);
      if (other !== undefined) throw new SecretsError(`${secretKey} is in ${other} and in ${path}. Which one is meant? Rename one, or read fewer folders.`);
      origin.set(secretKey, path);
      values.set(secretKey, secretValue);
    }
  }
  return Object.fromEntries(values);
}

function secretsOf(path: string, answer: unknown): Record<string, unknown>[] {
  const secrets = (answer as { secrets?: unknown } | null | undefined)?.secrets;
  if (!Array.isArray(secrets) || !secrets.every((secret) => typeof secret === "object" && secret !== null)) throw notAList(path);
  return secrets as Record<string, unknown>[];
}

function notAList(path: string): SecretsError {
  return new SecretsError(`Infisical could not read ${path}: it answered with something that is no list of secrets. Is the address right?`);
}

function check(args: ReadSecretsArgs): void {
  const { siteUrl, clientId, clientSecret, projectId, environment, paths, timeoutMs = 60_000, retries = 3, backoffMs = 250 } = args;
  const refuse = refusal("readSecrets", environment);
  checkAddress(refuse, "siteUrl", siteUrl, false);
  for (const [field, value] of Object.entries({ clientId, clientSecret })) {
    // The values themselves are never shown.
    if (value === "") refuse(field, "is empty", "Copy it from the machine identity's universal auth.");
    if (value !== value.trim()) refuse(field, "begins or ends with white space", "Copy it without the line break.");
  }
  if (!PROJECT_ID.test(projectId)) refuse("projectId", `"${projectId}" is not an id`, "Use the id from the project's settings, a UUID; the slug is for the cluster's store.");
  if (environment === "") refuse("environment", "is empty", "Use the environment's slug, such as prod.");
  if (paths.length === 0) refuse("paths", "is empty", "Name the folders to read, such as /pipeline.");
  paths.forEach((path, index) => {
    if (path !== "/" && !/^(\/[-_a-zA-Z0-9]+)+$/.test(path)) refuse(`paths[${index}]`, `"${path}" is not an absolute folder`, "Write it as /pipeline/deploy.");
    if (paths.indexOf(path) !== index) refuse(`paths[${index}]`, `"${path}" is there twice`, "Name each folder once.");
  });
  if (!(timeoutMs > 0 && timeoutMs <= 600_000)) refuse("timeoutMs", `is ${timeoutMs}`, "Use 1 to 600000 milliseconds.");
  if (!(Number.isInteger(retries) && retries >= 0 && retries <= 10)) refuse("retries", `is ${retries}`, "Use a whole number from 0 to 10.");
  if (!(backoffMs >= 0 && backoffMs <= 60_000)) refuse("backoffMs", `is ${backoffMs}`, "Use 0 to 60000 milliseconds.");
}

function host(siteUrl: string): string {
  return new URL(siteUrl).host;
}
