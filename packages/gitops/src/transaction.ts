import { dirname, join, sep } from "node:path";
import { unless, type Files } from "./files.ts";

/** What a write does to the tree; all paths are relative to its base. */
export interface Plan {
  /** Folders to make, parents first. */
  folders: readonly string[];
  /** New files. */
  added: ReadonlyMap<string, string>;
  /** Files with a new text, and what they hold now. */
  changed: ReadonlyMap<string, { before: Buffer; text: string }>;
  /** Files that go, and what they hold now. */
  removed: ReadonlyMap<string, Buffer>;
  /** Folders that removed files may leave empty, deepest first. */
  emptied: readonly string[];
}

/** What brings the old tree back. It is on the disk before the tree is touched, and gone only when the tree is the new one. */
interface Journal {
  folders: readonly string[];
  added: readonly string[];
  /** Old contents in base64, by path. */
  before: Readonly<Record<string, string>>;
}

/**
 * Changes of a tree that are made as a whole or not at all.
 *
 * An undo log instead of a log of new contents: a first render of thousands of files writes each of them once, and an error and a kill are undone by the same code.
 * New files are written where they belong, known files are replaced by a rename, so that no reader sees half a file under a known name.
 */
export class Transaction {
  readonly #base: string;
  readonly #journal: string;
  readonly #isOurs: (path: string, content: Buffer) => boolean;
  readonly #fs: Files;

  /** `isOurs` tells a generated file, whole or cut off by a kill, from anybody else's, which an undo must leave alone. */
  constructor(base: string, journal: string, isOurs: (path: string, content: Buffer) => boolean, fs: Files) {
    this.#base = base;
    this.#journal = journal;
    this.#isOurs = isOurs;
    this.#fs = fs;
  }

  /** Brings the old tree back when an earlier run was killed. True when there was something to do. */
  recover(): boolean {
    const text = unless(["ENOENT"], () => this.#fs.readFileSync(this.#journal, "utf8"));
    if (text === undefined) return false;
    this.#undo(JSON.parse(text) as Journal);
    return true;
  }

  /** Makes the changes; when one fails, the old tree is brought back and the error thrown. */
  apply(plan: Plan): void {
    const before = Object.fromEntries([...[...plan.changed].map(([path, change]) => [path, change.before] as const), ...plan.removed].map(([path, content]) => [path, content.toString("base64")]));
    const journal: Journal = { folders: plan.folders, added: [...plan.added.keys()], before };
    this.#writeJournal(JSON.stringify(journal));
    try {
      this.#do(plan);
      this.#fs.unlinkSync(this.#journal);
    } catch (error) {
      this.#undo(journal);
      throw error;
    }
  }

  #do(plan: Plan): void {
    for (const folder of plan.folders) this.#fs.mkdirSync(join(this.#base, folder));
    for (const [path, text] of plan.added) this.#fs.writeFileSync(join(this.#base, path), text, { flag: "wx" });
    for (const [path, { text }] of plan.changed) this.#replace(path, text);
    for (const path of plan.removed.keys()) this.#fs.unlinkSync(join(this.#base, path));
    for (const folder of plan.emptied) this.#removeIfEmpty(folder);
  }

  #undo({ folders, added, before }: Journal): void {
    for (const path of added) {
      const file = this.#inside(path);
      const content = unless(["ENOENT", "ENOTDIR"], () => this.#fs.readFileSync(file));
      if (content !== undefined && this.#isOurs(path, content)) this.#fs.unlinkSync(file);
    }
    for (const [path, content] of Object.entries(before)) this.#restore(path, Buffer.from(content, "base64"));
    for (const folder of [...folders].reverse()) this.#removeIfEmpty(folder);
    this.#fs.unlinkSync(this.#journal);
  }

  #restore(path: string, before: Buffer): void {
    const file = this.#inside(path);
    unless(["ENOENT", "ENOTDIR"], () => {
      this.#fs.unlinkSync(file + TEMPORARY);
    });
    const now = unless(["ENOENT"], () => this.#fs.readFileSync(file));
    if (now !== undefined && (now.equals(before) || !this.#isOurs(path, now))) return;
    this.#fs.mkdirSync(dirname(file), { recursive: true });
    this.#replace(path, before);
  }

  #replace(path: string, content: string | Buffer): void {
    const file = this.#inside(path);
    this.#fs.writeFileSync(file + TEMPORARY, content);
    this.#fs.renameSync(file + TEMPORARY, file);
  }

  #removeIfEmpty(folder: string): void {
    unless(["ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR"], () => {
      this.#fs.rmdirSync(this.#inside(folder));
    });
  }

  #writeJournal(text: string): void {
    const temporary = this.#journal + TEMPORARY;
    const file = this.#fs.openSync(temporary, "w");
    try {
      this.#fs.writeFileSync(file, text);
      this.#fs.fsyncSync(file);
    } finally {
      this.#fs.closeSync(file);
    }
    this.#fs.renameSync(temporary, this.#journal);
  }

  /** A journal is a file like any other: one that was tampered with must not reach outside the tree. */
  #inside(path: string): string {
    const file = join(this.#base, path);
    if (!file.startsWith(this.#base.endsWith(sep) ? this.#base : this.#base + sep)) throw new Error(`${this.#journal} names ${path}, which is outside the tree`);
    return file;
  }
}

const TEMPORARY = ".rzp-tmp";

