import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { SecretsError, withSecrets } from "./reader.ts";

const NODE = process.execPath;
const VALUE = "s3cr3t-value-91";
const run = (secrets: Record<string, string>, script: string, environment?: NodeJS.ProcessEnv): Promise<number> =>
  withSecrets(secrets, NODE, ["-e", script], environment === undefined ? {} : { environment });

describe("withSecrets", () => {
  it.each([0, 1, 7, 255])("returns the command's exit code %i", async (code) => {
    expect(await run({}, `process.exit(${code})`)).toBe(code);
  });

  it("puts the secrets into the command's environment, beside what is there, and into no other place", async () => {
    const seen = `process.exit(process.env.TOKEN === ${JSON.stringify(VALUE)} && process.env.OTHER === "kept" && !process.argv.join().includes("s3cr3t") ? 42 : 1)`;
    expect(await run({ TOKEN: VALUE }, seen, { OTHER: "kept", TOKEN: "old" })).toBe(42);
    expect(Object.values(process.env)).not.toContain(VALUE);
  });

  it("has no more than it is given in the environment", async () => {
    expect(await run({ TOKEN: "x" }, `process.exit(Object.keys(process.env).filter((name) => name !== "__CF_USER_TEXT_ENCODING").length)`, {})).toBe(1);
  });

  it.each([`a "b" 'c' $d \\e`, "two\nlines", "", "=", "ü😀"])("carries the value %j as it is", async (value) => {
    expect(await run({ TOKEN: value }, `process.exit(process.env.TOKEN === ${JSON.stringify(value)} ? 42 : 1)`)).toBe(42);
  });

  it("writes nothing to disk", async () => {
    const folder = mkdtempSync(join(tmpdir(), "with-secrets-"));
    try {
      expect(await withSecrets({ TOKEN: VALUE }, NODE, ["-e", ""], { cwd: folder, environment: { TMPDIR: folder, HOME: folder } })).toBe(0);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ["there is no such command", "no-such-command-91", {}, {}],
    ["the folder is not there", NODE, {}, { cwd: "/no/such/folder" }],
    ["the command is a folder", tmpdir(), {}, {}],
    ["the environment is too large for the system, which Node throws at once", NODE, { TOKEN: "x".repeat(3_000_000) }, {}],
  ])("returns 127 when %s", async (_, command, secrets, options) => {
    expect(await withSecrets(secrets, command, ["-e", ""], options)).toBe(127);
  });

  it("returns 128 and the signal's number when the command was killed", async () => {
    expect(await run({}, `process.kill(process.pid, "SIGKILL")`)).toBe(137);
  });

  it("listens for no signal when it is done", async () => {
    const before = process.listenerCount("SIGTERM");
    await run({}, "");
    await withSecrets({}, "no-such-command-91", []);
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });

  it.each([
    "PATH", "Path", "NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "DYLD_INSERT_LIBRARIES",
    "BASH_ENV", "ENV", "IFS", "HOME", "SHELL", "TMPDIR", "GLIBC_TUNABLES", "PYTHONPATH", "PYTHONSTARTUP", "PERL5OPT", "RUBYOPT", "JAVA_TOOL_OPTIONS", "npm_config_script_shell",
    "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", "https_proxy", "HTTPS_PROXY", "SSL_CERT_FILE", "OPENSSL_CONF", "PULUMI_HOME", "KUBECONFIG",
  ])("refuses %s, which would change what runs, before it starts anything", async (name) => {
    const error = (await run({ GOOD: "x", [name]: VALUE }, "process.exit(0)").catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(SecretsError);
    expect(error.message).toBe(`${name} would change what the command runs or trusts, so it is not taken from a secret. Rename the secret, or read fewer folders.`);
    expect(inspect(error)).not.toContain(VALUE);
  });

  it.each(["PROXMOX_VE_API_TOKEN", "CLOUDFLARE_API_TOKEN", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "NODE_AUTH_TOKEN", "GIT_TOKEN", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "MY_PATH", "ENVIRONMENT", "_a1"])(
    "takes %s, which a pipeline may need",
    async (name) => {
      expect(await run({ [name]: VALUE }, `process.exit(process.env[${JSON.stringify(name)}] === ${JSON.stringify(VALUE)} ? 42 : 1)`)).toBe(42);
    },
  );

  it.each([
    ["a name that is none", { "my-key": VALUE }, '"my-key" cannot be an environment variable. Rename the secret: letters, digits and underscores.'],
    ["a name with =", { "A=B": VALUE }, '"A=B" cannot be an environment variable. Rename the secret: letters, digits and underscores.'],
    ["a zero byte, whose value Node's own error would show", { A: `${VALUE}\0` }, "A holds a zero byte and cannot be an environment variable."],
  ])("refuses %s", async (_, secrets, message) => {
    const error = (await run(secrets as unknown as Record<string, string>, "").catch((reason: unknown) => reason)) as Error;
    expect(error.message).toBe(message);
    expect(inspect(error, { showHidden: true })).not.toContain(VALUE);
  });
});

// A process of its own calls withSecrets, so that it can be sent signals.
const READER = new URL("with-secrets.ts", import.meta.url).href;
const CHILD = `let n = 0; for (const s of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(s, () => { n += 1; console.log("got " + s); setTimeout(() => process.exit(n), 300); }); setTimeout(() => {}, 20_000); console.log("ready");`;
/** With colours, as in a terminal: whatever is said must be one string, because a number of its own would be coloured. */
const STDIO: SpawnOptions = { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, FORCE_COLOR: "1" } };
const caller = (child: string): string[] => [
  "--conditions=@rzp/source",
  "--input-type=module",
  "-e",
  `const { withSecrets } = await import(${JSON.stringify(READER)}); const code = await withSecrets({}, process.execPath, ["-e", ${JSON.stringify(child)}]); console.log(\`returned \${code}\`);`,
];

describe("signals", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("hands %s on once, waits for the command to end, and returns its exit code", async (signal) => {
    const { text } = await talk(spawn(NODE, caller(CHILD), STDIO), (parent) => parent.kill(signal));
    expect(text).toBe(`ready\ngot ${signal}\nreturned 1\n`);
  });

  it("returns 143 when SIGTERM ended the command", async () => {
    const { text } = await talk(spawn(NODE, caller(`setTimeout(() => {}, 20_000); console.log("ready")`), STDIO), (parent) => parent.kill("SIGTERM"));
    expect(text).toBe("ready\nreturned 143\n");
  });

  // util-linux's script gives a terminal.
  it.skipIf(!existsSync("/usr/bin/script"))("does not send a second SIGINT after Ctrl-C in a terminal, at which pulumi would give up at once", async () => {
    const command = [NODE, ...caller(CHILD)].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const { text } = await talk(spawn("/usr/bin/script", ["-qec", command, "/dev/null"], STDIO), (terminal) => terminal.stdin?.write("\x03"));
    expect(text.match(/got SIGINT/g)).toHaveLength(1);
    expect(text).toContain("returned 1");
  });
});

/** Everything a process says, with one thing done to it as soon as it is ready. */
async function talk(process: ChildProcess, act: (process: ChildProcess) => unknown): Promise<{ text: string }> {
  let text = "";
  let acted = false;
  process.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (acted || !text.includes("ready")) return;
    acted = true;
    act(process);
  });
  await new Promise((resolve) => process.once("close", resolve));
  return { text };
}
