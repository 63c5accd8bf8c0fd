import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { disagreements } from "./agree.ts";
import { entities, entity, type Entity } from "./files.ts";
import { Lacking, problems, refusals } from "./schema.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const HOME = ".harness/orgs/default/projects/homelab";
const ALL = entities(ROOT);

/** Whether this machine has what the check needs; where it has not, the check itself says so in words. */
const missing = existsSync(join(ROOT, "../shared/schemas/harness")) || process.env.RZP_HARNESS_SCHEMAS !== undefined ? await problems(ROOT, []).then(() => undefined, (error: unknown) => (error instanceof Lacking ? error.message : Promise.reject(error as Error))) : "no schemas";

/** One file with a change in its text. */
function changed(file: string, from: string, to: string): Entity {
  const one = ALL.find((each) => each.file === `${HOME}/${file}`);
  if (one?.text.includes(from) !== true) throw new Error(`${file} has no "${from}"`);
  return entity(one.file, one.text.replace(from, to));
}

function broken(file: string, from: string, to: string): Entity[] {
  const other = changed(file, from, to);
  return ALL.map((each) => (each.file === other.file ? other : each));
}

describe.skipIf(missing !== undefined)("Harness's schemas (skipped where they or Python are not at hand)", () => {
  it("have nothing against the files", async () => {
    expect(await problems(ROOT, ALL)).toEqual([]);
    expect(ALL.map(({ kind }) => kind).sort()).toEqual([...Array.from({ length: 4 }, () => "inputSet"), ...Array.from({ length: 4 }, () => "pipeline"), ...Array.from({ length: 3 }, () => "trigger")]);
  });

  const mistakes: [what: string, file: string, from: string, to: string, said: string][] = [
    ["a field misspelt", "pipelines/release.yaml", "timeout: 2h", "timout: 2h", "pipeline.timout: Harness knows no such field. Did you mean \"timeout\"?"],
    ["a type of step misspelt", "pipelines/deploy.yaml", "type: HarnessApproval", "type: HarnesApproval", "is none of the right words. Did you mean \"HarnessApproval\"?"],
    ["a type of stage misspelt", "pipelines/drift.yaml", "type: Custom", "type: Costum", "is none of the right words. Did you mean \"Custom\"?"],
    ["a runtime that is none", "pipelines/drift.yaml", "type: Docker", "type: Doker", "is none of the right words. Did you mean \"Docker\"?"],
    ["a way of failing that is none", "pipelines/release.yaml", "errors: [AllErrors]", "errors: [AllError]", "is none of the right words. Did you mean \"AllErrors\"?"],
    ["a scope that is none", "pipelines/deploy.yaml", "scope: Pipeline", "scope: Pipelines", "is none of the right words. Did you mean \"Pipeline\"?"],
    ["a time without its unit", "pipelines/release.yaml", "timeout: 10m", "timeout: '10'", "'10' does not match"],
    ["a step without a name", "pipelines/release.yaml", "name: Publish\n", "title: Publish\n", "name is missing"],
    ["an event that is none", "triggers/main_pushed.yaml", "type: Push", "type: Pushed", "is none of the right words. Did you mean \"Push\"?"],
    ["an action that is none", "triggers/pull_request_opened.yaml", "Reopen", "Reopened", "is none of the right words. Did you mean \"Reopen\"?"],
    ["an operator that is none", "triggers/main_pushed.yaml", "operator: Equals", "operator: Equal", "is none of the right words. Did you mean \"Equals\"?"],
  ];

  let answers: string[][] = [];
  beforeAll(async () => {
    answers = await refusals(ROOT, mistakes.map(([, file, from, to]) => changed(file, from, to)));
  });

  it.each(mistakes.map(([what, file, , , said], place) => [what, file, said, place] as const))("refuse %s", (_what, file, said, place) => {
    expect(answers[place]).toEqual(expect.arrayContaining([expect.stringContaining(said)]));
    expect(answers[place]?.every((line) => line.startsWith(`${HOME}/${file}: `))).toBe(true);
  });
});

it("skips in words where Harness's schemas are not at hand", async () => {
  await expect(problems(ROOT, ALL, { RZP_HARNESS_SCHEMAS: "/nowhere" })).rejects.toThrow("Harness's schemas are not here (v0/pipeline.json, v0/trigger.json below /nowhere); clone harness/harness-schema and set RZP_HARNESS_SCHEMAS to its folder");
});

describe("what no schema sees", () => {
  it.each<[what: string, file: string, from: string, to: string, said: string]>([
    ["a trigger of no pipeline", "triggers/main_pushed.yaml", "pipelineIdentifier: deploy", "pipelineIdentifier: deplou", "pipelineIdentifier: there is no pipeline \"deplou\". Did you mean \"deploy\"?"],
    ["a trigger with another's input set", "triggers/main_pushed.yaml", "[deploy_pushed]", "[deploy_pushd]", "inputSetRefs: deploy has no input set \"deploy_pushd\". Did you mean \"deploy_pushed\"?"],
    ["an input that nobody asks for", "pipelines/deploy/input_sets/deploy_pushed.yaml", "name: argocd_server", "name: argo_server", "pipeline.variables: there is no \"argo_server\". Did you mean \"argocd_server\"?"],
    ["an input for what is fixed", "pipelines/deploy.yaml", "name: stack, type: String, required: true, value: <+input>", "name: stack, type: String, required: true, value: lab", "pipeline.variables.stack.value: is not <+input>"],
    ["a file of another project", "pipelines/drift.yaml", "projectIdentifier: homelab", "projectIdentifier: other", "it belongs below .harness/orgs/default/projects/other/"],
  ])("refuses %s", (_what, file, from, to, said) => {
    expect(disagreements(broken(file, from, to)).join("\n")).toContain(said);
  });

  it.each([
    ["a file of nothing", "pipelines: {}", "begins with none of pipeline, inputSet, trigger"],
    ["what is no YAML", "pipeline: [", "is no YAML"],
    ["a name that is not the file's", "pipeline: { name: a, identifier: b }", "is called otherwise than its identifier, b"],
  ])("refuses %s", (_what, text, said) => {
    expect(() => entity("a.yaml", text)).toThrow(`a.yaml: ${said}`);
  });
});
