import { join } from "node:path";
import { unless, type Files } from "./files.ts";

/** What was last seen of a written file. */
interface Seen {
  /** Of the object's JSON and its source, when it was last rendered and found valid. */
  fingerprint: string;
  size: number;
  modified: number;
  changed: number;
}

/**
 * What was written last time, so that an object which has not changed is neither rendered, validated nor compared again.
 *
 * It may be deleted at any time. An entry counts only while file and object are exactly as they were; whatever is in doubt goes the long way.
 */
export class Cache {
  readonly #base: string;
  readonly #file: string;
  readonly #id: string;
  readonly #fs: Files;
  readonly #before: Map<string, Seen>;
  readonly #now = new Map<string, Seen>();
  #fresh = true;

  /** `id` names everything else the texts and the verdicts depend on; a cache of another id is empty. */
  constructor(base: string, file: string, id: string, fs: Files) {
    this.#base = base;
    this.#file = file;
    this.#id = id;
    this.#fs = fs;
    this.#before = read(file, id, fs);
  }

  /** True when object and file are as they were: valid, and nothing to write. */
  holds(path: string, fingerprint: string): boolean {
    const seen = this.#before.get(path);
    if (seen?.fingerprint !== fingerprint) return false;
    const stat = this.#fs.lstatSync(join(this.#base, path), { throwIfNoEntry: false });
    if (stat?.isFile() !== true || stat.size !== seen.size || stat.mtimeMs !== seen.modified || stat.ctimeMs !== seen.changed) return false;
    this.#now.set(path, seen);
    return true;
  }

  /** Remembers that the file holds what the object renders to. */
  remember(path: string, fingerprint: string): void {
    const { size, mtimeMs, ctimeMs } = this.#fs.lstatSync(join(this.#base, path));
    this.#now.set(path, { fingerprint, size, modified: mtimeMs, changed: ctimeMs });
    this.#fresh = false;
  }

  /** Writes the cache. It is a convenience: when it cannot be written, the next run takes longer. */
  save(): void {
    if (this.#fresh && this.#now.size === this.#before.size) return;
    // A file that is changed again within the clock's grain would look the same; as git does, whatever is that young is not trusted.
    const young = Date.now() - CLOCK_GRAIN_MS;
    const entries = [...this.#now].filter(([, seen]) => seen.changed < young && seen.modified < young);
    const columns: Columns = {
      id: this.#id,
      path: entries.map(([path]) => path),
      fingerprint: entries.map(([, seen]) => seen.fingerprint),
      size: entries.map(([, seen]) => seen.size),
      modified: entries.map(([, seen]) => seen.modified),
      changed: entries.map(([, seen]) => seen.changed),
    };
    try {
      this.#fs.writeFileSync(`${this.#file}.rzp-tmp`, JSON.stringify(columns));
      this.#fs.renameSync(`${this.#file}.rzp-tmp`, this.#file);
    } catch {
      // The tree itself is written.
    }
  }
}

/** File systems stamp files with the kernel's tick, 1 to 10 ms; FAT with two seconds, which nobody renders to. */
const CLOCK_GRAIN_MS = 20;

/** Columns instead of rows: a third of the size, and read three times as fast. */
interface Columns {
  id: string;
  path: string[];
  fingerprint: string[];
  size: number[];
  modified: number[];
  changed: number[];
}

function read(file: string, id: string, fs: Files): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const columns = parse(unless(["ENOENT"], () => fs.readFileSync(file, "utf8")) ?? "");
  if (columns?.id !== id) return seen;
  columns.path.forEach((path, index) => {
    seen.set(path, { fingerprint: columns.fingerprint[index] ?? "", size: columns.size[index] ?? -1, modified: columns.modified[index] ?? 0, changed: columns.changed[index] ?? 0 });
  });
  return seen;
}

function parse(text: string): Columns | undefined {
  try {
    return JSON.parse(text) as Columns;
  } catch {
    return undefined;
  }
}
