import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { SecretsError } from "./read-secrets.ts";

export interface WithSecretsOptions {
  /** Folder the command runs in. @default this process's */
  cwd?: string;
  /** Environment that the secrets are added to; a secret wins over a variable of the same name. @default this process's */
  environment?: NodeJS.ProcessEnv;
}

/**
 * Runs a command with the secrets in its environment, and in no other place. The result is its exit code, 128 and the signal's number when a signal
 * ended it, or 127 when it could not be started. A secret whose name would change what runs, such as PATH or NODE_OPTIONS, is refused.
 */
export async function withSecrets(
  secrets: Readonly<Record<string, string>>,
  command: string,
  words: readonly string[],
  { cwd, environment = process.env }: WithSecretsOptions = {},
): Promise<number> {
  checkNames(secrets);
  const child = start(() => spawn(command, words, { stdio: "inherit", env: { ...environment, ...secrets }, ...(cwd === undefined ? {} : { cwd }) }));
  return child === undefined ? COULD_NOT_START : exitCode(child);
}

const COULD_NOT_START = 127;

// Whoever may write a secret may not decide what runs: these change which program, library or configuration is loaded, or whom it believes.
const DANGEROUS = [
  /^(PATH|PATHEXT|COMSPEC|SHELL|HOME|USERPROFILE|PWD|IFS|ENV|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|TMPDIR|TEMP|TMP)$/,
  /^(LD|DYLD)_/,
  /^(GLIBC_TUNABLES|GCONV_PATH|LOCPATH|NLSPATH)$/,
  /^(NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|V8_COVERAGE|COMPILE_CACHE)|NPM_CONFIG_.*|PNPM_HOME|PYTHON.*|PERL5.*|RUBY(OPT|LIB)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS)$/,
  /^(GIT_(SSH.*|EXEC_PATH|CONFIG.*|ASKPASS|PROXY_COMMAND|EXTERNAL_DIFF|TEMPLATE_DIR|EDITOR|PAGER)|SSH_ASKPASS|EDITOR|VISUAL|PAGER|BROWSER)$/,
  /^((HTTPS?|ALL|NO|FTP)_PROXY|SSL_CERT_(FILE|DIR)|OPENSSL_(CONF|MODULES)|(CURL|REQUESTS)_CA_BUNDLE|KUBECONFIG|PULUMI_HOME)$/,
];

function checkNames(secrets: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(secrets)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new SecretsError(`"${name}" cannot be an environment variable. Rename the secret: letters, digits and underscores.`);
    if (DANGEROUS.some((pattern) => pattern.test(name.toUpperCase()))) {
      throw new SecretsError(`${name} would change what the command runs or trusts, so it is not taken from a secret. Rename the secret, or read fewer folders.`);
    }
    // Node's own error for this shows the value.
    if (value.includes("\0")) throw new SecretsError(`${name} holds a zero byte and cannot be an environment variable.`);
  }
}

// Node throws some of the system's refusals at once (an environment that is too large, E2BIG) and tells others later (no such command, ENOENT).
function start(spawned: () => ChildProcess): ChildProcess | undefined {
  try {
    return spawned();
  } catch {
    return undefined;
  }
}

function exitCode(child: ChildProcess): Promise<number> {
  const stop = handSignalsOn(child);
  return new Promise((resolve) => {
    const end = (code: number): void => {
      stop();
      resolve(code);
    };
    // An error may also mean that a signal could not be delivered, and then the child is still there.
    child.on("error", () => {
      if (child.pid === undefined) end(COULD_NOT_START);
    });
    child.once("exit", (code, signal) => {
      end(code ?? 128 + constants.signals[signal ?? "SIGTERM"]);
    });
  });
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Hands signals on to the child while it runs, and keeps this process alive to report how the child ended. */
function handSignalsOn(child: ChildProcess): () => void {
  // Ctrl-C reaches the child from the terminal itself. A second SIGINT would make pulumi give up at once and leave half-done operations behind.
  const fromTerminal = process.stdin.isTTY;
  const hand = (signal: NodeJS.Signals): void => {
    if (!(signal === "SIGINT" && fromTerminal)) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, hand);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hand);
  };
}
