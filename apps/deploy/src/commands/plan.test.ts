import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APP } from "../config.ts";

const ROOT = join(APP, "../..");

/** The checkout as it is, committed in a repository of its own, so that a test can change a line of it. */
describe("plan --base", () => {
  const folder = mkdtempSync(join(tmpdir(), "rzp-base-"));
  const git = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.hooksPath=/dev/null", ...words], { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  const plan = (...words: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync("sh", ["./rzp", "plan", ...words], { cwd: folder, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" } });
    return { code: status, out: stdout, err: stderr };
  };
  const edit = (file: string, from: string | RegExp, to: string): void => {
    const path = join(folder, file);
    const before = readFileSync(path, "utf8");
    writeFileSync(path, before.replace(from, to));
    expect(readFileSync(path, "utf8"), `${file} has no ${from.toString()} to change`).not.toBe(before);
  };

  beforeAll(() => {
    const files = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" }).stdout.split("\0");
    for (const file of files.filter((name) => name !== "")) cpSync(join(ROOT, file), join(folder, file), { verbatimSymlinks: true, force: true });
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all");
    git("commit", "--quiet", "--message=base");
    git("switch", "--quiet", "--create=change");
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it("says what a commit does to both planes, and refuses what would be lost until it is wanted", { timeout: 240_000 }, () => {
    expect(plan("--base=main").out).toContain("machine plane: nothing changes\n\ncluster plane: nothing changes\n");

    edit("apps/deploy/Pulumi.production.yaml", /(cp-2: .*) memory: 8Gi/, "$1 memory: 12Gi");
    edit("apps/deploy/Pulumi.production.yaml", /(worker-1: .*) vmId: 2021/, "$1 vmId: 2041");
    edit("apps/deploy/src/services/apps/media/acquisition/sonarr.ts", "/ping", "/health");
    const { code, out } = plan("--base=main");
    expect(out).toContain("  ~ cp-2  VmLegacy  restart: powered off and on\n      memory.dedicated: 8192 → 12288\n");
    expect(out).toContain("  ~ worker-1  VmLegacy  refused: protected: the engine stops at the preview\n      vmId: 2021 → 2041\n");
    expect(out).toContain("  ~ media/sonarr  Deployment  restart: pods stop, then new ones start\n");
    expect(out).toMatch(/livenessProbe\.httpGet\.path: \/ping → \/health/);
    expect(code).toBe(1);
    expect(plan("--base=main", "--accept=worker-1: it is empty", "--markdown")).toMatchObject({ code: 0, out: expect.stringContaining("Accepted: it is empty") as string });
  });

  it.each<[words: string[], message: string]>([
    [["--base=mian"], '--base "mian" is no commit here. Name a branch, tag or commit; a shallow clone has to fetch it first: git fetch origin <branch>'],
    [["--base=--help"], '--base "--help" is no commit here.'],
    [["--base=main", "--accept=worker-2: why"], '--accept "worker-2: why" names no change that has to be accepted. Did you mean "worker-1"?'],
    [["--base=main", "--accept=worker-1"], '--accept "worker-1" says no reason. Write it as --accept "worker-1: why it is wanted"'],
    [["--accept=worker-1: why"], "--accept says what is wanted of what differs: add --base <ref>"],
    [["--base=main", "--full"], "--full shows one recording whole, and --base what differs between two: use one of them"],
    [["--markdown"], "--markdown is a form of what differs: add --base <ref>"],
  ])("refuses %j", { timeout: 60_000 }, (words, message) => {
    const { code, err } = plan(...words);
    expect(err).toContain(message);
    expect(code).toBe(1);
  });
});
