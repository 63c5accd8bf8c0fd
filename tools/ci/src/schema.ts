import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { didYouMean, nearest } from "@rzp/core";
import { execa } from "execa";
import { disagreements } from "./agree.ts";
import type { Entity } from "./files.ts";

/** This machine lacks what the check needs. */
export class Lacking extends Error {
  override name = "Lacking";
}

/** Harness publishes none for input sets; those are held against the pipelines they are for. */
const SCHEMAS: Readonly<Partial<Record<Entity["kind"], string>>> = { pipeline: "v0/pipeline.json", trigger: "v0/trigger.json" };
/** The validator and all it needs, each by version and digest. */
const LOCK = join(import.meta.dirname, "../requirements.txt");
const PROGRAM = join(import.meta.dirname, "validate.py");
/** Oldest Python (3.x) that the lock has packages for. */
const PYTHON_MIN = 11;

/** What the validator says of one place. */
interface Refusal {
  path: (string | number)[];
  rule: string;
  value: string | number | boolean | null;
  keys: string[];
  /** Words or fields that would have been right there. */
  allowed: string[];
  message: string;
}

/** What is wrong with the files, a line each: by Harness's own schemas, and by what they say of each other. */
export async function problems(root: string, all: readonly Entity[], environment: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  return [...(await refusals(root, all, environment)).flat(), ...disagreements(all)];
}

/** What Harness's schemas have against each file that there is one for. */
export async function refusals(root: string, all: readonly Entity[], environment: NodeJS.ProcessEnv = process.env): Promise<string[][]> {
  const folder = schemasOf(root, environment);
  const held = all.flatMap((one) => {
    const schema = SCHEMAS[one.kind];
    return schema === undefined ? [] : [{ one, schema: join(folder, schema) }];
  });
  const python = await installed(root);
  const input = JSON.stringify(held.map(({ one, schema }) => ({ schema, document: one.document })));
  const { stdout } = await execa("python3", ["-s", PROGRAM], { input, env: { PYTHONPATH: python, PYTHONUTF8: "1" } });
  const answers = JSON.parse(stdout) as Refusal[][];
  return held.map(({ one }, place) => (answers[place] ?? []).map((refusal) => `${one.file}: ${told(refusal)}`));
}

/** Where Harness's schemas are. They are Harness's files, and so none of this repository. */
function schemasOf(root: string, { RZP_HARNESS_SCHEMAS: named }: NodeJS.ProcessEnv): string {
  const folder = resolve(root, named ?? "../shared/schemas/harness");
  const missing = Object.values(SCHEMAS).filter((file) => !existsSync(join(folder, file)));
  if (missing.length === 0) return folder;
  throw new Lacking(`Harness's schemas are not here (${missing.join(", ")} below ${folder}); clone harness/harness-schema and set RZP_HARNESS_SCHEMAS to its folder`);
}

/** Folder with the locked packages, got once, and moved into place whole. */
async function installed(root: string): Promise<string> {
  const { stdout: minor, exitCode: python } = await execa("python3", ["-c", "import sys; print(sys.version_info.minor)"], { reject: false });
  const { exitCode: pip } = await execa("python3", ["-m", "pip", "--version"], { reject: false });
  if (python !== 0 || pip !== 0 || Number(minor) < PYTHON_MIN) throw new Lacking(`Harness's schemas are only read rightly by Python's jsonschema: install Python 3.${PYTHON_MIN} or newer, with pip`);
  const folder = join(root, ".rzp/jsonschema", `${createHash("sha256").update(readFileSync(LOCK)).digest("hex").slice(0, 12)}-3.${minor}`);
  if (existsSync(folder)) return folder;
  mkdirSync(join(root, ".rzp/jsonschema"), { recursive: true });
  const making = mkdtempSync(`${folder}.`);
  const words = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--require-hashes", "--only-binary=:all:", "--no-deps"];
  const { exitCode, stderr } = await execa("python3", ["-m", "pip", "install", ...words, "--target", making, "--requirement", LOCK], { reject: false });
  if (exitCode === 0 && !existsSync(folder)) renameSync(making, folder);
  else rmSync(making, { recursive: true });
  if (exitCode !== 0) throw new Lacking(`pip could not install what ${LOCK} lists: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  return folder;
}

function told({ path, rule, value, keys, allowed, message }: Refusal): string {
  const place = path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${step}`)).join("");
  if (rule === "unknown") return `${place}: Harness knows no such field. ${didYouMean(String(value), allowed)}`;
  if (rule === "enum" || rule === "const") return `${place}: "${String(value)}" is none of the right words. ${didYouMean(String(value), allowed)}`;
  if (rule === "required") {
    const missing = /^'(.+)' is a required property$/.exec(message)?.[1] ?? "";
    const near = nearest(missing, keys);
    return `${place}: ${missing} is missing${near === undefined ? "" : `; is ${near} meant to be it?`}`;
  }
  return `${place}: ${message === "" ? `breaks the rule "${rule}"` : message}`;
}
