/**
 * Every command of every pipeline, as its step has it, run by bash in a clone of an origin on this machine.
 *
 * Run for real: all of `./rzp ci`, with Harness Code and Argo CD played by local servers, and git with a bare repository. Only looked up: the other verbs, Nx targets and
 * programs (render, test, plan, rehearse, preview, up, refresh, release, publish), which `.ci/run` or their own tests run. Not covered: reading the secrets from Infisical,
 * which `@rzp/infisical` tests against a server of its own; they stand in the environment here.
 */
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { entities, isRecord } from "./files.ts";
import { argoCd, harnessCode, Sandbox, serve } from "./sandbox.test-helper.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const GUIDE = "docs/operations/guides/pipelines-elsewhere.md";

interface Command {
  name: string;
  command: string;
  environment: Record<string, string>;
}

/** Every object in a value, from the top down. */
function records(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(records);
  return isRecord(value) ? [value, ...Object.values(value).flatMap(records)] : [];
}

const pipelines = entities(ROOT).filter(({ kind }) => kind === "pipeline");
const harness: Command[] = pipelines.flatMap(({ id, body }) =>
  records(body).flatMap(({ type, identifier, spec }) => (type === "Run" && isRecord(spec) ? [{ name: `${id} ${String(identifier)}`, command: String(spec.command), environment: isRecord(spec.envVariables) ? (spec.envVariables as Record<string, string>) : {} }] : [])),
);
const workflows = [...readFileSync(join(ROOT, GUIDE), "utf8").matchAll(/^```yaml\n# (\S+)\n([\s\S]+?)^```$/gm)].map(([, file = "", text = ""]) => ({ file, document: parse(text) as Record<string, unknown> }));
const elsewhere: Command[] = workflows.flatMap(({ file, document }) => {
  const jobs = Object.entries(document.jobs as Record<string, { steps: { run: string; env?: Record<string, string> }[]; env?: Record<string, string> }>);
  return jobs.flatMap(([job, { steps, env }]) => steps.map((step, place) => ({ name: `${file} ${job} ${place + 1}`, command: step.run, environment: { ...(document.env as Record<string, string>), ...env, ...step.env } })));
});

/** The same step of two pipelines is run once. */
function unlike(all: readonly Command[]): Command[] {
  const place = ({ name }: Command): boolean => name.includes("pull");
  return [...new Map(all.map((one) => [JSON.stringify([one.command, one.environment, place(one)]), one])).values()];
}

describe("every command of a pipeline", () => {
  const box = new Sandbox();
  const closing: (() => Promise<void>)[] = [];
  /** What Harness, GitHub and Forgejo put in the place of their expressions. */
  const words = new Map<string, string>();
  const comments: { id: number; text: string }[] = [];
  let verbs: string[] = [];
  /** Every target of the workspace as Nx knows it, inferred ones too: `deploy:up`. */
  let targets: string[] = [];

  beforeAll(async () => {
    await box.begin(2);
    await box.git("author", "checkout", "--quiet", "-b", "topic");
    await box.commit("topic");
    await box.git("author", "push", "--quiet", "origin", "topic");
    await box.clone("pull", "--branch=topic", "--depth=1");
    await box.clone("main");
    const code = await serve(harnessCode(comments));
    const issues = await serve(({ method }) => [200, method === "GET" ? [] : {}]);
    const argo = await serve(argoCd(await box.git("main", "rev-parse", "HEAD")));
    closing.push(code.close, issues.close, argo.close);
    for (const [expression, word] of Object.entries({
      "<+trigger.targetBranch>": "main",
      "<+trigger.prNumber>": "7",
      "<+pipeline.variables.stack>": "production",
      "<+pipeline.variables.argocd_server>": argo.url,
      "<+account.identifier>": "account",
      "<+org.identifier>": "default",
      "<+project.identifier>": "homelab",
      '<+secrets.getValue("harness_comment_token")>': "pat.secret",
      '<+secrets.getValue("infisical_client_id")>': "",
      '<+secrets.getValue("infisical_client_secret")>': "",
      "https://app.harness.io": code.url,
      "https://argocd.home.example.com": argo.url,
      "${{ github.base_ref }}": "main",
      "${{ github.event.pull_request.number }}": "7",
      "${{ github.repository }}": "me/home",
      "${{ github.api_url }}": issues.url,
      "${{ github.server_url }}": `file://${box.folder}`,
      "${{ github.sha }}": await box.git("main", "rev-parse", "HEAD"),
      "${{ github.ref }}": "refs/heads/main",
      "${{ github.token }}": "ghs.secret",
      "${{ secrets.INFISICAL_CLIENT_ID }}": "",
      "${{ secrets.INFISICAL_CLIENT_SECRET }}": "",
    })) words.set(expression, word);
    // The address that GitHub and Forgejo give the repository, and the ref of the pull request.
    mkdirSync(join(box.folder, "me"));
    symlinkSync("../origin.git", join(box.folder, "me/home"));
    await box.git("author", "push", "--quiet", "origin", "topic:refs/pull/7/merge");
    const { stdout } = await execa(process.execPath, ["--conditions=@rzp/source", join(ROOT, "tools/cli/src/cli.ts"), "--help"], { env: { COLUMNS: "200" } });
    const { stdout: graph } = await execa("nx", ["graph", "--print"], { cwd: ROOT, preferLocal: true, localDir: ROOT, env: { NX_DAEMON: "false" } });
    const { nodes } = (JSON.parse(graph) as { graph: { nodes: Record<string, { data: { targets: object } }> } }).graph;
    targets = Object.entries(nodes).flatMap(([project, { data }]) => Object.keys(data.targets).map((target) => `${project}:${target}`));
    verbs = [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, verb = ""]) => verb);
    // Nx reads the whole workspace for it.
  }, 120_000);
  afterAll(async () => {
    for (const close of closing) await close();
    box.end();
  });

  /** A step's environment, with nothing left that only Harness or GitHub could fill in. */
  function filled(environment: Readonly<Record<string, string>>): Record<string, string> {
    const known = [...words].sort(([one], [other]) => other.length - one.length);
    return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, known.reduce((text, [expression, word]) => text.replaceAll(expression, word), value)]));
  }

  const secrets = { ARGOCD_TOKEN: "argo.secret", NPM_REGISTRY: "https://registry.example.com", NPM_TOKEN: "npm.secret", PUSH_USERNAME: "ci", PUSH_TOKEN: "push.secret" };

  it.each(unlike([...harness, ...elsewhere].filter(({ command }) => !command.includes("git "))))("$name: $command", async ({ name, command, environment }) => {
    // An expression in a command would be text that somebody else writes.
    expect(command).not.toMatch(/<\+|\$\{\{/);
    expect(command.trim().split("\n")).toHaveLength(1);
    const env = filled(environment);
    expect(Object.values(env).filter((value) => /<\+|\$\{\{/.test(value))).toEqual([]);
    // A step without the machine's identity has no secrets to read.
    const ran = await box.run(name.includes("pull") ? "pull" : "main", command, { ...("INFISICAL_CLIENT_ID" in env ? secrets : {}), ...env });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.out).not.toMatch(/\.secret/);
    for (const call of ran.calls) expectThereIs(call);
  });

  /** That what a command called exists, by name. */
  function expectThereIs(call: string): void {
    const [program, verb = "", ...rest] = call.split(" ");
    if (program === "rzp" && verb !== "nx") expect(verbs).toContain(verb);
    const nx = program === "nx" ? [verb, ...rest] : verb === "nx" ? rest : [];
    if (nx[0] === "run") expect(targets).toContain(nx[1]);
    else if (nx[0] === "affected") expect(targets.map((target) => target.split(":")[1])).toEqual(expect.arrayContaining(nx.slice(2).filter((word) => !word.startsWith("--"))));
    else expect([undefined, "release"]).toContain(nx[0]);
  }

  it.each(unlike(elsewhere.filter(({ command }) => command.includes("git "))))("$name: clones what the build is of", async ({ name, command, environment }) => {
    const folder = name.replaceAll(/\W+/g, "-");
    mkdirSync(join(box.folder, folder));
    const ran = await box.run(folder, command, filled({ ...environment, ...(name.includes("pull-request") ? { GIT_WHAT: "refs/pull/7/merge" } : {}) }));
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(await box.git(folder, "rev-parse", "HEAD")).toBe(await box.git(name.includes("pull-request") ? "pull" : "main", "rev-parse", "HEAD"));
    expect(await box.git(folder, "config", "--list", "--local")).not.toMatch(/credential|password/);
  });

  it("compares a pull request with where it left main, and leaves one comment", async () => {
    const left = await box.git("main", "rev-parse", "HEAD");
    const { calls } = await box.run("pull", "./rzp ci affected lint", { CI_TARGET_BRANCH: "main" });
    expect(calls).toEqual([`nx affected -t lint --base=${left} --head=HEAD --output-style=static`]);
    expect(comments).toEqual([{ id: 1, text: "<!-- rzp: what this changes -->\n## What changes\n" }]);
  });

  it("is red where something is lost, after the comment is written", async () => {
    const step = harness.find(({ name }) => name === "pull_request comment");
    const ran = await box.run("pull", step?.command ?? "", { ...filled(step?.environment ?? {}), PLAN_EXIT: "1" });
    expect(ran).toMatchObject({ exitCode: 1, out: expect.stringContaining("comment updated") as string });
  });

  it("names a secret that nobody has, and runs nothing", async () => {
    const ran = await box.run("main", "./rzp ci with NPM_TOKE -- ./rzp publish", { NPM_TOKEN: "npm.secret" });
    expect(ran).toMatchObject({ exitCode: 1, calls: [], out: "rzp: neither Infisical's folder for pipelines nor the environment has NPM_TOKE (there is NPM_TOKEN)" });
  });

  it.each(["./rzp ci with NPM_TOKEN", "./rzp ci with -- ./rzp publish"])("refuses %s", async (command) => {
    expect(await box.run("main", command, { NPM_TOKEN: "npm.secret" })).toMatchObject({ exitCode: 1, calls: [] });
  });
});

describe("pipelines", () => {
  const steps = pipelines.flatMap(({ id, body }) => records(body).filter(({ type }) => typeof type === "string" && ["Run", "Queue", "HarnessApproval"].includes(type)).map((step) => ({ id, step })));
  const stages = pipelines.flatMap(({ id, body }) => records(body).flatMap(({ stage }) => (isRecord(stage) ? [{ id, stage }] : [])));

  it("give every stage and step a time, and every stage a way to fail", () => {
    expect(steps.filter(({ step }) => step.timeout === undefined).map(({ id, step }) => `${id} ${String(step.identifier)}`)).toEqual([]);
    expect(stages.filter(({ stage }) => stage.timeout === undefined || stage.failureStrategies === undefined).map(({ id, stage }) => `${id} ${String(stage.identifier)}`)).toEqual([]);
  });

  it("hold no secret, and refer to those of the machine identity alone; a pull request's code sees none but the token that comments", () => {
    const refs = pipelines.map(({ id, text }) => [id, [...new Set([...text.matchAll(/<\+secrets\.[^>]+>/g)].map(([ref]) => ref))].sort()]);
    const identity = ['<+secrets.getValue("infisical_client_id")>', '<+secrets.getValue("infisical_client_secret")>'];
    expect(Object.fromEntries(refs)).toEqual({ pull_request: ['<+secrets.getValue("harness_comment_token")>'], deploy: identity, drift: identity, release: identity });
    const secretive = harness.flatMap(({ environment }) => Object.entries(environment)).filter(([name, value]) => /TOKEN|SECRET|PASSWORD|_ID$/.test(name) && !value.startsWith("<+"));
    expect(secretive).toEqual([]);
  });

  it("let one deploy of a stack run at a time, and no drift beside it, from the first step to the last", () => {
    const first = stages.filter(({ id }) => id === "deploy" || id === "drift").filter(({ stage }) => stage.identifier === "queue").map(({ stage }) => records(stage).find(({ type }) => type === "Queue")?.spec);
    expect(first).toEqual([{ key: "homelab-<+pipeline.variables.stack>", scope: "Pipeline" }, { key: "homelab-<+pipeline.variables.stack>", scope: "Pipeline" }]);
    const order = stages.filter(({ id }) => id === "deploy").map(({ stage }) => stage.identifier);
    expect(order).toEqual(["queue", "preview", "approve", "up"]);
  });

  it("use no image", () => {
    expect(steps.filter(({ step }) => isRecord(step.spec) && "image" in step.spec)).toEqual([]);
  });
});

describe("the guide for elsewhere", () => {
  it("has the four pipelines for GitHub and for Forgejo, with little rights, times and no action of others", () => {
    expect(workflows.map(({ file }) => file)).toEqual(["github", "forgejo"].flatMap((host) => ["pull-request", "deploy", "drift", "release"].map((name) => `.${host}/workflows/${name}.yaml`)));
    expect(workflows.filter(({ document }) => document.concurrency === undefined || document.permissions === undefined).map(({ file }) => file)).toEqual([]);
    const jobs = workflows.flatMap(({ file, document }) => Object.values(document.jobs as Record<string, Record<string, unknown>>).map((job) => ({ file, job })));
    expect(jobs.filter(({ job }) => job["timeout-minutes"] === undefined).map(({ file }) => file)).toEqual([]);
    expect(jobs.flatMap(({ job }) => job.steps as object[]).filter((step) => "uses" in step)).toEqual([]);
  });
});
