import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors.ts";

/** What a stand-in knows: plain data that is changed in place, and kept in a file where it was given a folder. */
export class State<T> {
  readonly value: T;
  readonly #file: string | undefined;

  /** @param initial What it knows at its first start. */
  constructor(folder: string | undefined, name: string, initial: T) {
    this.#file = folder === undefined ? undefined : join(folder, `${name}.json`);
    this.value = this.#file !== undefined && existsSync(this.#file) ? (read(this.#file) as T) : initial;
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
    this.save();
  }

  /** Written whole: somebody who reads it, or kills it, never meets half a file. */
  save(): void {
    if (this.#file === undefined) return;
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.value, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    throw new LabError(`${file}: is no state of a stand-in (${(error as Error).message}). Mend it, or remove it to start afresh.`);
  }
}
