import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

/** Projects whose tasks a pull request runs that changes this file. */
async function affected(file: string): Promise<string[]> {
  const { stdout } = await execa("nx", ["show", "projects", "--affected", `--files=${file}`, "--json"], { cwd: ROOT, preferLocal: true, localDir: ROOT, env: { NX_DAEMON: "false" } });
  return JSON.parse(stdout) as string[];
}

// A test that reads what is no file of its own project is not run by `nx affected`, and answered from the cache, unless its inputs say what it reads.
describe("a change of", () => {
  it.each([
    ["what follows versions", "renovate.json5", ["workspace"]],
    ["a package's README", "packages/media/README.md", ["@rzp/consumer", "docs", "workspace"]],
    ["a pipeline", ".harness/orgs/default/projects/homelab/pipelines/deploy.yaml", ["ci", "deploy"]],
  ])("%s is judged by whoever reads it", async (_what, file, projects) => {
    expect(await affected(file)).toEqual(expect.arrayContaining(projects));
  }, 120_000);

  it("a page is judged by whoever reads it, and begins no rehearsal", async () => {
    const projects = await affected("README.md");
    expect(projects).toEqual(expect.arrayContaining(["docs", "workspace"]));
    expect(projects).not.toContain("deploy");
  }, 120_000);
});
