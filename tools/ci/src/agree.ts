import { didYouMean } from "@rzp/core";
import { isRecord, type Entity } from "./files.ts";

/** What no schema sees: whether the files lie where they say, and name each other rightly. A line each. */
export function disagreements(all: readonly Entity[]): string[] {
  const pipelines = new Map(all.filter(({ kind }) => kind === "pipeline").map((one) => [one.id, one]));
  const sets = all.filter(({ kind }) => kind === "inputSet");
  return all.flatMap((one) => {
    const home = `.harness/orgs/${String(one.body.orgIdentifier)}/projects/${String(one.body.projectIdentifier)}/`;
    const lies = one.file.startsWith(home) ? [] : [`${one.file}: by its organization and project it belongs below ${home}`];
    return [...lies, ...(one.kind === "inputSet" ? ofInputSet(one, pipelines) : []), ...(one.kind === "trigger" ? ofTrigger(one, pipelines, sets) : [])];
  });
}

function ofInputSet({ file, body }: Entity, pipelines: ReadonlyMap<string, Entity>): string[] {
  const given = isRecord(body.pipeline) ? body.pipeline : {};
  const id = String(given.identifier);
  const pipeline = pipelines.get(id);
  if (pipeline === undefined) return [`${file}: pipeline.identifier: there is no pipeline "${id}". ${didYouMean(id, [...pipelines.keys()])}`];
  return inputs(given, pipeline.body, "pipeline").map((problem) => `${file}: ${problem} in ${pipeline.file}`);
}

/** What is given and not asked for: a value that the pipeline has fixed, or a field that it has not. */
function inputs(given: unknown, asked: unknown, path: string): string[] {
  if (typeof asked === "string" && asked.startsWith("<+input>")) return [];
  if (Array.isArray(given)) {
    const named = Array.isArray(asked) ? asked.filter(isRecord) : [];
    return given.filter(isRecord).flatMap((one) => {
      const name = String(one.name);
      const same = named.find((other) => other.name === name);
      return same === undefined ? [`${path}: there is no "${name}". ${didYouMean(name, named.map((other) => String(other.name)))}`] : inputs(one, same, `${path}.${name}`);
    });
  }
  if (!isRecord(given)) return given === asked ? [] : [`${path}: is not <+input>`];
  if (!isRecord(asked)) return [`${path}: is not <+input>`];
  return Object.entries(given).flatMap(([key, value]) => (key in asked ? inputs(value, asked[key], `${path}.${key}`) : [`${path}.${key}: is not there. ${didYouMean(key, Object.keys(asked))}`]));
}

function ofTrigger({ file, body }: Entity, pipelines: ReadonlyMap<string, Entity>, sets: readonly Entity[]): string[] {
  const id = String(body.pipelineIdentifier);
  if (!pipelines.has(id)) return [`${file}: pipelineIdentifier: there is no pipeline "${id}". ${didYouMean(id, [...pipelines.keys()])}`];
  const own = sets.filter((one) => isRecord(one.body.pipeline) && one.body.pipeline.identifier === id).map((one) => one.id);
  const refs = Array.isArray(body.inputSetRefs) ? body.inputSetRefs.map(String) : [];
  return refs.filter((ref) => !own.includes(ref)).map((ref) => `${file}: inputSetRefs: ${id} has no input set "${ref}". ${didYouMean(ref, own)}`);
}
