import type { Stats } from "node:fs";
import { join } from "node:path";
import { unless, type Files } from "./files.ts";

/**
 * What was written last time, so that an object which has not changed is neither rendered, validated nor compared again.
 *
 * It may be deleted at any time. An entry counts only while file and object are exactly as they were; whatever is in doubt goes the long way.
 */
export class Cache {
  readonly #base: string;
  readonly #file: string;
  readonly #fs: Files;
  readonly #before: Columns;
  readonly #rows = new Map<string, number>();
  readonly #now: Columns;
  #fresh = true;

  /** `id` names everything else the texts and the verdicts depend on; a cache of another id is empty. */
  constructor(base: string, file: string, id: string, fs: Files) {
    this.#base = base;
    this.#file = file;
    this.#fs = fs;
    this.#now = emptyColumns(id);
    this.#before = read(file, id, fs);
    this.#before.path.forEach((path, row) => this.#rows.set(path, row));
  }

  /** True when object and file are as they were: valid, and nothing to write. */
  holds(path: string, fingerprint: string): boolean {
    const row = this.#rows.get(path);
    if (row === undefined || this.#before.fingerprint[row] !== fingerprint) return false;
    const stat = this.#fs.lstatSync(join(this.#base, path), { throwIfNoEntry: false });
    const same = stat?.isFile() === true && stat.size === this.#before.size[row] && stat.mtimeMs === this.#before.modified[row] && stat.ctimeMs === this.#before.changed[row];
    if (same) this.#add(path, fingerprint, stat);
    return same;
  }

  /** Remembers that the file holds what the object renders to. */
  remember(path: string, fingerprint: string): void {
    this.#add(path, fingerprint, this.#fs.lstatSync(join(this.#base, path)));
    this.#fresh = false;
  }

  /** Writes the cache. It is a convenience: when it cannot be written, the next run takes longer. */
  save(): void {
    if (this.#fresh && this.#now.path.length === this.#before.path.length) return;
    // A file that is changed again within the clock's grain would look the same; as git does, whatever is that young is not trusted.
    const young = Date.now() - CLOCK_GRAIN_MS;
    this.#now.size.forEach((_, row) => {
      if (Math.max(this.#now.changed[row] ?? 0, this.#now.modified[row] ?? 0) >= young) this.#now.fingerprint[row] = "";
    });
    try {
      this.#fs.writeFileSync(`${this.#file}.rzp-tmp`, JSON.stringify(this.#now));
      this.#fs.renameSync(`${this.#file}.rzp-tmp`, this.#file);
    } catch {
      // The tree itself is written.
    }
  }

  #add(path: string, fingerprint: string, { size, mtimeMs, ctimeMs }: Stats): void {
    this.#now.path.push(path);
    this.#now.fingerprint.push(fingerprint);
    this.#now.size.push(size);
    this.#now.modified.push(mtimeMs);
    this.#now.changed.push(ctimeMs);
  }
}

/** File systems stamp files with the kernel's tick, 1 to 10 ms; FAT with two seconds, which nobody renders to. */
const CLOCK_GRAIN_MS = 20;

/** What was last seen of the files, one row a file. Columns instead of rows: a third of the size, and read three times as fast. */
interface Columns {
  id: string;
  path: string[];
  /** Of the object's JSON and its source, when it was last rendered and found valid. */
  fingerprint: string[];
  size: number[];
  modified: number[];
  changed: number[];
}

function emptyColumns(id: string): Columns {
  return { id, path: [], fingerprint: [], size: [], modified: [], changed: [] };
}

function read(file: string, id: string, fs: Files): Columns {
  const columns = parse(unless(["ENOENT"], () => fs.readFileSync(file, "utf8")) ?? "");
  return columns?.id === id ? columns : emptyColumns(id);
}

function parse(text: string): Columns | undefined {
  try {
    return JSON.parse(text) as Columns;
  } catch {
    return undefined;
  }
}
