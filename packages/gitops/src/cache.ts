import { hash } from "node:crypto";
import type { Stats } from "node:fs";
import { join } from "node:path";
import { unless, type Files } from "./files.ts";

/**
 * What was written last time, so that a tree in which nothing has changed is neither rendered, validated nor compared again.
 *
 * It may be deleted at any time. It counts only while every declaration and every file is exactly as it was; whatever is in doubt goes the long way.
 */
export class Cache {
  readonly #base: string;
  readonly #file: string;
  readonly #fs: Files;

  constructor(base: string, file: string, fs: Files) {
    this.#base = base;
    this.#file = file;
    this.#fs = fs;
  }

  /** Paths of the tree when it was made of the same declarations and nobody has touched a file since; undefined when it is in doubt. */
  unchanged(fingerprint: string): ReadonlySet<string> | undefined {
    const seen = parse(unless(["ENOENT"], () => this.#fs.readFileSync(this.#file, "utf8")) ?? "");
    if (seen?.fingerprint !== fingerprint) return undefined;
    const { path, size, modified, changed, young } = seen;
    for (let row = 0; row < path.length; row++) {
      const stat = this.#fs.lstatSync(join(this.#base, path[row] ?? ""), { throwIfNoEntry: false });
      if (stat?.isFile() !== true || stat.size !== size[row] || stat.mtimeMs !== modified[row] || stat.ctimeMs !== changed[row]) return undefined;
    }
    for (const [file, sum] of Object.entries(young)) if (hash("sha256", this.#fs.readFileSync(join(this.#base, file))) !== sum) return undefined;
    return new Set(path);
  }

  /** Remembers the tree as it was just written or found to be right. It is a convenience: when it cannot be, the next run takes longer. */
  save(fingerprint: string, files: ReadonlyMap<string, string>): void {
    const seen: Seen = { fingerprint, path: [], size: [], modified: [], changed: [], young: {} };
    try {
      for (const [path, text] of files) add(seen, path, text, this.#fs.lstatSync(join(this.#base, path)));
      this.#fs.writeFileSync(`${this.#file}.rzp-tmp`, JSON.stringify(seen));
      this.#fs.renameSync(`${this.#file}.rzp-tmp`, this.#file);
    } catch {
      // The tree itself is written.
    }
  }
}

/** Columns instead of a row a file: a third of the size, and read three times as fast. */
interface Seen {
  /** Of all declarations, and of all else that the texts depend on. */
  fingerprint: string;
  path: string[];
  size: number[];
  modified: number[];
  changed: number[];
  /** Sums of the files that their times do not vouch for. */
  young: Record<string, string>;
}

/** File systems stamp files with the kernel's tick, 1 to 10 ms; FAT with two seconds, which nobody renders to. */
const CLOCK_GRAIN_MS = 20;

function add(seen: Seen, path: string, text: string, { size, mtimeMs, ctimeMs }: Stats): void {
  seen.path.push(path);
  seen.size.push(size);
  seen.modified.push(mtimeMs);
  seen.changed.push(ctimeMs);
  // One that is changed again within the clock's grain would look the same; as with git, what is that young is read again.
  if (Math.max(mtimeMs, ctimeMs) > Date.now() - CLOCK_GRAIN_MS) seen.young[path] = hash("sha256", text);
}

function parse(text: string): Seen | undefined {
  try {
    return JSON.parse(text) as Seen;
  } catch {
    return undefined;
  }
}
