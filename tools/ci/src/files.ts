import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";

/** What Harness keeps in files, by the key they begin with. */
type Kind = "pipeline" | "inputSet" | "trigger";
const KINDS = ["pipeline", "inputSet", "trigger"] as const satisfies readonly Kind[];

/** One file below `.harness/`. */
export interface Entity {
  /** From the root of the repository. */
  file: string;
  kind: Kind;
  id: string;
  name: string;
  text: string;
  /** What stands below the key that it begins with. */
  body: Readonly<Record<string, unknown>>;
  /** The whole file. */
  document: unknown;
}

/** A file that cannot be understood. */
class FileError extends Error {
  override name = "FileError";
}

export function entities(root: string): Entity[] {
  return globSync(".harness/**/*.{yaml,yml}", { cwd: root })
    .sort()
    .map((file) => entity(file, readFileSync(join(root, file), "utf8")));
}

export function entity(file: string, text: string): Entity {
  const document = read(file, text);
  const kind = KINDS.find((one) => isRecord(document) && isRecord(document[one]));
  if (kind === undefined || !isRecord(document)) throw new FileError(`${file}: begins with none of ${KINDS.join(", ")}`);
  const body = document[kind] as Record<string, unknown>;
  const { identifier: id, name } = body;
  if (typeof id !== "string" || typeof name !== "string") throw new FileError(`${file}: ${kind} needs an identifier and a name`);
  if (basename(file).replace(/\.ya?ml$/, "") !== id) throw new FileError(`${file}: is called otherwise than its identifier, ${id}`);
  return { file, kind, id, name, text, body, document };
}

function read(file: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new FileError(`${file}: is no YAML: ${(error as Error).message.split("\n")[0] ?? ""}`);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
