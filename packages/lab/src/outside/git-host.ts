import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ServerResponse } from "node:http";
import { execa } from "execa";
import { LabError } from "../errors.ts";
import type { HostHandler } from "./outside.ts";

/** One repository with one branch, served as git hosts serve theirs. */
export interface GitHost {
  /** Host name that answers for it. */
  host: string;
  handler: HostHandler;
  /** Replaces everything that is in the branch, as one commit. Its id is given back. */
  commit(files: ReadonlyMap<string, string>, message: string): Promise<string>;
}

/** Nobody's settings: a signing key or a hook of the person who runs the lab has no place here. */
const ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "lab",
  GIT_AUTHOR_EMAIL: "lab@localhost",
  GIT_COMMITTER_NAME: "lab",
  GIT_COMMITTER_EMAIL: "lab@localhost",
};

/** Makes a repository below `folder` and what serves it at `repoURL`, which must be an `https://` address. */
export async function makeGitHost({ folder, repoURL, revision }: { folder: string; repoURL: string; revision: string }): Promise<GitHost> {
  if (!repoURL.startsWith("https://")) throw new LabError(`git.repoURL ${repoURL} cannot be played by the lab, which has https:// hosts only. Use the https:// address of the repository.`);
  const { host, pathname } = new URL(repoURL);
  const bare = join(folder, pathname);
  const work = join(folder, ".work");
  mkdirSync(bare, { recursive: true });
  const git = async (...words: string[]): Promise<string> => (await execa("git", words, { cwd: bare, env: ENVIRONMENT })).stdout;
  await git("init", "--quiet", "--bare", `--initial-branch=${revision}`);
  await git("config", "http.receivepack", "false");
  return {
    host,
    handler: (request, response) => {
      serve(folder, request, response);
    },
    commit: async (files, message) => {
      rmSync(work, { recursive: true, force: true });
      for (const [path, text] of files) {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        writeFileSync(join(work, path), text);
      }
      const into = ["--git-dir", bare, "--work-tree", work];
      // Another index than the last time: what is no longer there must be gone.
      rmSync(join(bare, "index"), { force: true });
      await git(...into, "add", "--all", "--force");
      await git(...into, "commit", "--quiet", "--allow-empty", "--message", message);
      rmSync(work, { recursive: true, force: true });
      return git("rev-parse", revision);
    },
  };
}

/** Hands a request to git's own server program, by the rules of CGI. */
function serve(root: string, request: Parameters<HostHandler>[0], response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "https://host");
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env.PATH,
      ...ENVIRONMENT,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROTOCOL: headerOf(request.headers["git-protocol"]),
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: headerOf(request.headers["content-encoding"]),
      REMOTE_USER: "",
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  child.stdin.on("error", () => child.kill());
  let head = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    if (response.headersSent) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = head.subarray(0, end).toString().split("\r\n").map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
    const status = Number.parseInt(lines.find(([name]) => name === "Status")?.[1] ?? "200", 10);
    response.writeHead(status, Object.fromEntries(lines.filter(([name]) => name !== "Status")));
    response.write(head.subarray(end + 4));
  });
  child.on("error", (error) => response.writeHead(500).end(`${error.message}\n`));
  child.on("close", () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}

function headerOf(value: string | string[] | undefined): string {
  return [value ?? []].flat().join(",");
}
