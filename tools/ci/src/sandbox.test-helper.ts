/** A repository with an origin, in a folder of its own, and servers that answer as the real ones are documented to. Nothing here leaves this machine. */
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

const CLI = join(import.meta.dirname, "cli.ts");
/** Where `./rzp` keeps what V8 made of the sources. */
const COMPILED = join(import.meta.dirname, "../../../.rzp/compile-cache");

/** Git as on a machine where nobody has set anything. */
const GIT = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@example.com", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@example.com" };

/** `./rzp` of the sandbox: `ci` is the real one, on the sandbox's repository; of all else it is written down that it was called. */
const RZP = `#!/bin/sh
if [ "$1" = ci ]; then shift; RZP_CI_ROOT="$PWD" exec "${process.execPath}" --conditions=@rzp/source --disable-warning=ExperimentalWarning "${CLI}" "$@"; fi
echo "rzp $*" >>"$SANDBOX_CALLS"
if [ "$1" = plan ]; then [ -z "$CI_COMMENT_TOKEN" ] || exit 70; echo "## What changes"; exit "\${PLAN_EXIT:-0}"; fi
`;
const NX = '#!/bin/sh\necho "nx $*" >>"$SANDBOX_CALLS"\n';

export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), "rzp-ci-"));
  readonly origin = `file://${join(this.folder, "origin.git")}`;
  readonly #calls = join(this.folder, "calls");

  async git(repository: string, ...words: string[]): Promise<string> {
    const { stdout } = await execa("git", words, { cwd: join(this.folder, repository), env: GIT });
    return stdout;
  }

  /** An origin whose main has this many commits. */
  async begin(commits: number): Promise<void> {
    mkdirSync(join(this.folder, "author"));
    mkdirSync(join(this.folder, "bin"));
    writeFileSync(join(this.folder, "bin/nx"), NX);
    chmodSync(join(this.folder, "bin/nx"), 0o755);
    await this.git(".", "init", "--quiet", "--bare", "--initial-branch=main", "origin.git");
    await this.git("author", "init", "--quiet", "--initial-branch=main");
    await this.git("author", "remote", "add", "origin", this.origin);
    writeFileSync(join(this.folder, "author/rzp"), RZP);
    chmodSync(join(this.folder, "author/rzp"), 0o755);
    for (let commit = 1; commit <= commits; commit += 1) await this.commit(String(commit));
    await this.git("author", "push", "--quiet", "origin", "main");
  }

  async commit(name: string): Promise<string> {
    appendFileSync(join(this.folder, "author/file"), `${name}\n`);
    await this.git("author", "add", ".");
    await this.git("author", "commit", "--quiet", "-m", name);
    return this.git("author", "rev-parse", "HEAD");
  }

  /** A machine that builds: a clone at a branch. */
  async clone(name: string, ...words: string[]): Promise<string> {
    await this.git(".", "clone", "--quiet", ...words, this.origin, name);
    return join(this.folder, name);
  }

  /** Runs a command as a step of a pipeline is run. */
  async run(repository: string, command: string, environment: Readonly<Record<string, string>> = {}): Promise<{ exitCode: number; out: string; calls: string[] }> {
    rmSync(this.#calls, { force: true });
    writeFileSync(this.#calls, "");
    const env = { ...GIT, PATH: `${join(this.folder, "bin")}:${process.env.PATH ?? ""}`, HOME: this.folder, SANDBOX_CALLS: this.#calls, NODE_COMPILE_CACHE: COMPILED, ...environment };
    const ran = await execa("bash", ["-euo", "pipefail", "-c", command], { cwd: join(this.folder, repository), env, extendEnv: false, all: true, stdin: "ignore", reject: false });
    return { exitCode: ran.exitCode ?? 1, out: ran.all, calls: readFileSync(this.#calls, "utf8").split("\n").filter((line) => line !== "") };
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Request {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** What a server answers: a status and JSON or text. */
export type Answer = [status: number, body?: unknown];

/** A server on the loopback, and what it was asked. */
export async function serve(answer: (request: Request) => Answer): Promise<{ url: string; requests: Request[]; close: () => Promise<void> }> {
  const requests: Request[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", "http://server");
      const request = { method: incoming.method ?? "", path: url.pathname, query: Object.fromEntries(url.searchParams), headers: incoming.headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      const [status, body = {}] = answer(request);
      outgoing.writeHead(status, { "content-type": "application/json", connection: "close" }).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const close = (): Promise<void> => new Promise((closed) => server.close(() => { closed(); }));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}

/** Harness Code's comments of one pull request. */
export function harnessCode(comments: { id: number; text: string; deleted?: number }[] = []): (request: Request) => Answer {
  return ({ method, path, query, headers, body }) => {
    if (headers["x-api-key"] !== "pat.secret") return [401, { message: `no such token ${String(headers["x-api-key"])}` }];
    if (query.accountIdentifier === undefined) return [400, { message: "accountIdentifier is required" }];
    const pull = "/code/api/v1/repos/rzp-infra/pullreq/7";
    if (method === "GET" && path === `${pull}/activities`) return [200, query.page === "1" ? comments : []];
    const { text } = JSON.parse(body === "" ? "{}" : body) as { text?: string };
    if (method === "POST" && path === `${pull}/comments` && text !== undefined) {
      comments.push({ id: comments.length + 1, text });
      return [201, comments.at(-1)];
    }
    const known = comments.find(({ id }) => path === `${pull}/comments/${id}`);
    if (method !== "PATCH" || known === undefined || text === undefined) return [404, { message: "Not Found" }];
    known.text = text;
    return [200, known];
  };
}

/** Argo CD with these Applications; after a refresh of the root it is at `revision`. */
export function argoCd(revision: string, child = { sync: "Synced", health: "Healthy" }): (request: Request) => Answer {
  let at = "0".repeat(40);
  return ({ path, query, headers }) => {
    if (headers.authorization !== "Bearer argo.secret") return [401, { error: "no session information" }];
    if (path === "/api/v1/applications/homelab" && query.refresh === "normal") at = revision;
    if (path !== "/api/v1/applications") return [200, { metadata: { name: path.split("/").at(-1) } }];
    return [200, { items: [{ metadata: { name: "homelab" }, status: { sync: { status: "Synced", revision: at }, health: { status: "Healthy" } } }, { metadata: { name: "immich" }, status: { sync: { status: child.sync, revision: "1.2.3" }, health: { status: child.health, message: "no pod is ready" } } }] }];
  };
}
