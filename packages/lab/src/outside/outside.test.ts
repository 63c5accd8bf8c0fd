import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority } from "../certificates.ts";
import { chartHosts } from "./chart-host.ts";
import { makeGitHost, type GitHost } from "./git-host.ts";
import { startOutside, type Outside } from "./outside.ts";

const folder = mkdtempSync(join(tmpdir(), "rzp-outside-"));
const repoURL = "https://git.example.com/home/lab.git";
let git: GitHost;
let outside: Outside;

const run = async (command: string, ...words: string[]): Promise<string> => (await execa(command, words, { cwd: folder, env: { ...outside.environment, GIT_CONFIG_GLOBAL: "/dev/null" } })).stdout;
const curl = async (url: string): Promise<string> => run("curl", "--silent", "--show-error", "--fail", "--cacert", outside.environment.SSL_CERT_FILE ?? "", url);

beforeAll(async () => {
  const authority = await makeAuthority("lab");
  const authorityFile = join(folder, "authority.crt");
  writeFileSync(authorityFile, authority.certificate);
  git = await makeGitHost({ folder: join(folder, "git"), repoURL, revision: "main" });
  const files = new Map([["templates/a.yaml", "kind: A\n"]]);
  const charts = await chartHosts([
    { repoURL: "https://charts.example.com/stable", name: "one", version: "1.2.3", files },
    { repoURL: "registry.example.com/charts", name: "two", version: "v2.0.0", files },
  ]);
  outside = await startOutside({ hosts: new Map([...charts, [git.host, git.handler]]), authority, authorityFile });
});

afterAll(async () => {
  await outside.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the world outside of a lab", () => {
  it("has the repository at its own address, each commit with what it says and nothing of the one before", async () => {
    await git.commit(new Map([["a/one.yaml", "one: 1\n"], ["b.yaml", "b: 1\n"]]), "first");
    const second = await git.commit(new Map([["a/two.yaml", "two: 2\n"]]), "second");
    await run("git", "clone", "--quiet", repoURL, "clone");
    expect((await run("git", "-C", "clone", "ls-files")).split("\n")).toEqual(["a/two.yaml"]);
    expect(readFileSync(join(folder, "clone/a/two.yaml"), "utf8")).toBe("two: 2\n");
    expect(await run("git", "-C", "clone", "log", "--format=%H %s")).toMatch(new RegExp(`^${second} second\n\\w+ first$`));
  });

  it("lets nobody write the repository", async () => {
    await expect(run("git", "-C", "clone", "-c", "user.name=x", "-c", "user.email=x@localhost", "push", repoURL, "HEAD:refs/heads/other")).rejects.toThrow();
  });

  it("has charts in a repository with an index", async () => {
    expect(await curl("https://charts.example.com/stable/index.yaml")).toContain("one-1.2.3.tgz");
    await run("sh", "-c", `curl --silent --fail --cacert "$SSL_CERT_FILE" https://charts.example.com/stable/one-1.2.3.tgz | tar -xzf -`);
    expect(readFileSync(join(folder, "one/Chart.yaml"), "utf8")).toContain("version: 1.2.3");
    expect(readFileSync(join(folder, "one/templates/a.yaml"), "utf8")).toBe("kind: A\n");
  });

  it("has charts in an OCI registry", async () => {
    expect(JSON.parse(await curl("https://registry.example.com/v2/charts/two/tags/list"))).toEqual({ name: "charts/two", tags: ["v2.0.0"] });
    const { layers } = JSON.parse(await curl("https://registry.example.com/v2/charts/two/manifests/v2.0.0")) as { layers: { digest: string }[] };
    await run("sh", "-c", `curl --silent --fail --cacert "$SSL_CERT_FILE" https://registry.example.com/v2/charts/two/blobs/${layers[0]?.digest ?? ""} | tar -xzf -`);
    expect(readFileSync(join(folder, "two/Chart.yaml"), "utf8")).toContain("version: v2.0.0");
  });

  it("has no other host, and remembers who was asked for", async () => {
    await expect(curl("https://elsewhere.example.com/")).rejects.toThrow("403");
    expect([...outside.unknown]).toEqual(["elsewhere.example.com"]);
  });

  it("plays no repository that is not reached by https", async () => {
    await expect(makeGitHost({ folder, repoURL: "git@git.example.com:home/lab.git", revision: "main" })).rejects.toThrow("Use the https:// address of the repository.");
  });
});
