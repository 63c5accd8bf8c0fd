import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createNodes, pulumiProject, readProject, stacksOf } from "./plugin.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** What the plugin infers in a workspace of these files, by root. */
async function inferred(files: Readonly<Record<string, string>>, options = {}): Promise<Record<string, unknown>> {
  const root = mkdtempSync(join(tmpdir(), "rzp-nx-"));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const projects = Object.keys(files).filter((file) => /(^|\/)Pulumi\.ya?ml$/.test(file));
  const results = await createNodes[1](projects, options, { workspaceRoot: root, nxJsonConfiguration: {} });
  return Object.assign({}, ...results.map(([, result]) => result.projects)) as Record<string, unknown>;
}

describe("a Pulumi program", () => {
  it("has the engine's verbs, with a configuration a stack, never cached and never beside another task", async () => {
    const projects = await inferred({ "apps/web/Pulumi.yaml": "name: web\nruntime: nodejs\n", "apps/web/Pulumi.dev.yaml": "", "apps/web/Pulumi.eu.prod.yaml": "" });
    expect(projects).toMatchObject({ "apps/web": { name: "web" } });
    const { targets = {} } = projects["apps/web"] as ReturnType<typeof pulumiProject>;
    expect(Object.keys(targets)).toEqual(["preview", "up", "refresh", "destroy"]);
    for (const [verb, target] of Object.entries(targets)) {
      expect(target).toMatchObject({ executor: "nx:run-commands", cache: false, parallelism: false, options: { command: `pulumi ${verb}`, cwd: "apps/web" } });
      expect(target.configurations).toEqual({ dev: { args: "--stack dev" }, "eu.prod": { args: "--stack eu.prod" } });
    }
  });

  it("has its name from its package.json or project.json where there is one, and a root of the workspace too", async () => {
    const projects = await inferred({ "Pulumi.yml": "name: all\n", "a/Pulumi.yaml": "name: a\n", "a/package.json": "{}", "b/Pulumi.yaml": "name: b\n", "b/project.json": "{}" });
    expect(Object.entries(projects).map(([root, project]) => [root, (project as { name?: string }).name])).toEqual([[".", "all"], ["a", undefined], ["b", undefined]]);
  });

  it("finds its stacks where the project file says", async () => {
    const projects = await inferred({ "a/Pulumi.yaml": "name: a\nstackConfigDir: stacks\n", "a/stacks/Pulumi.dev.yaml": "", "b/Pulumi.yaml": "name: b\nstackConfigDir: nowhere\n" });
    expect(projects).toMatchObject({ a: { targets: { up: { configurations: { dev: { args: "--stack dev" } } } } } });
    expect(projects).not.toHaveProperty(["b", "targets", "up", "configurations"]);
  });

  it("has the verbs of a command of its own, and what they read outside makes them cached and the program affected", () => {
    const verbs = { plan: {}, check: { run: "render --check", reads: ["kubernetes/**/*"] }, lint: { stacks: false, reads: [] } };
    const { targets = {} } = pulumiProject("apps/deploy", ["dev"], { command: "node cli.ts", verbs, affectedBy: [".harness/**/*"] });
    expect(targets.plan).toMatchObject({ cache: false, options: { command: "node cli.ts plan" }, configurations: { dev: {} } });
    expect(targets.check).toMatchObject({ cache: true, inputs: ["default", "^default", "{workspaceRoot}/kubernetes/**/*"], options: { command: "node cli.ts render --check" } });
    expect(targets.lint).toMatchObject({ cache: true });
    expect(targets.lint).not.toHaveProperty("configurations");
    expect(targets.preview?.inputs).toContain("{workspaceRoot}/.harness/**/*");
  });

  it("cannot make a verb of the engine cached", () => {
    expect(() => pulumiProject("a", [], { verbs: { up: { reads: [] } } })).toThrow('"up" is a verb of the engine');
  });

  it("that is broken is told with its file", () => {
    expect(() => readProject("apps/web/Pulumi.yaml", "runtime: nodejs\n")).toThrow('apps/web/Pulumi.yaml has no name. Pulumi wants one: "name: web".');
    expect(() => readProject("apps/web/Pulumi.yaml", "name: [")).toThrow("apps/web/Pulumi.yaml is not YAML");
  });

  it("takes no other file for a stack", () => {
    expect(stacksOf(["Pulumi.yaml", "Pulumi.b.yml", "Pulumi.a.yaml", "Pulumi.a.yaml.bak", "index.ts"])).toEqual(["a", "b"]);
  });
});
