import { createHash } from "node:crypto";
import * as nodeFs from "node:fs";
import { join, posix, resolve } from "node:path";
import type { KubernetesObject } from "@rzp/core";
import { Cache } from "./cache.ts";
import { compare, differences, type TreeDifference } from "./compare.ts";
import { Declarations, type Declaration } from "./declarations.ts";
import { diskError, GitTreeError, type TreeProblem } from "./error.ts";
import { scan, type Files } from "./files.ts";
import { lock, refuseLocked } from "./lock.ts";
import { endsComment, Marker } from "./marker.ts";
import { rootProblem } from "./paths.ts";
import type { KindSchema } from "./schemas/index.ts";
import { embeddedSecrets, mayHoldSecret } from "./secrets.ts";
import { Transaction } from "./transaction.ts";
import { Validators } from "./validation.ts";
import { NotJson, toYaml } from "./yaml.ts";

/** Where a tree lives and who makes it. */
export interface GitTreeOptions {
  /** Folder of the repository; all paths are relative to it. */
  base: string;
  /** Folders below `base` whose generated files belong to this tree: what is generated there and no longer declared is removed. */
  roots: readonly string[];
  /** Command that makes the tree, as a person types it. It stands in the first line of every file; a change of it orphans the files made before. */
  generator: string;
  /** Ignored folder for journal, lock and cache, relative to `base` and on the same file system. It may be deleted whenever no render runs. @default ".rzp/gitops" */
  state?: string;
  /** Schemas of more kinds, by `group/version/Kind`; they come before those of this package and before the library's. @default none */
  schemas?: Readonly<Record<string, KindSchema>>;
}

/** Where objects and texts come from. */
export interface AddOptions {
  /** File that declares them, relative to the repository: it stands in the files and in every problem. */
  source: string;
  /** Namespace of the folder's own objects; one of another namespace carries it in its file name. @default file names without namespaces */
  namespace?: string;
}

/** What a write did; paths relative to the base, sorted. */
export interface TreeChanges {
  added: string[];
  changed: string[];
  removed: string[];
  /** Files that were not touched. */
  unchanged: string[];
}

/**
 * The tree of manifests that Argo CD reads, and of texts that are generated beside them: one object a file, the same bytes for the same declarations,
 * nothing written unless everything is valid.
 */
export class GitTree {
  readonly #base: string;
  readonly #roots: readonly string[];
  readonly #state: string;
  readonly #marker: Marker;
  readonly #cacheId: string;
  readonly #validators: Validators;
  readonly #declarations: Declarations;
  readonly #transaction: Transaction;
  readonly #fs: Files;

  /** `fs` is for tests, which make every single file operation fail. */
  constructor(options: GitTreeOptions, fs: Files = nodeFs) {
    checkOptions(options);
    this.#base = resolve(options.base);
    this.#roots = options.roots;
    this.#state = join(this.#base, options.state ?? ".rzp/gitops");
    this.#marker = new Marker(options.generator);
    this.#cacheId = cacheId(options);
    this.#validators = new Validators(options.schemas ?? {});
    this.#declarations = new Declarations(options.roots, this.#validators);
    this.#transaction = new Transaction(this.#base, join(this.#state, "journal.json"), (path, content) => this.#marker.isOursOrStump(path, content), fs);
    this.#fs = fs;
  }

  /** Declares objects of one folder. Nothing is checked before `files`, `write` or `check`, so that all problems are found at once. */
  add(folder: string, objects: readonly KubernetesObject[], options: AddOptions): this {
    this.#declarations.add(folder, objects, options);
    return this;
  }

  /**
   * Declares a text, such as a page of reference documents: a `.md` file below one of the roots, in a folder as deep as a manifest's may be ({@link MAX_LEVELS}).
   * It is written as UTF-8 with LF and one newline at its end, below a first line that says what generated it (so front matter has no place).
   * Like the manifests it is checked by `files`, `write` and `check`, and removed when it is no longer declared; pages without that first line are nobody's but their author's.
   */
  addText(path: string, text: string, options: Pick<AddOptions, "source">): this {
    this.#declarations.addText(path, text, options);
    return this;
  }

  /** Every file with its text, by path; a pure function of what was added. Throws a {@link GitTreeError} that lists every problem. */
  files(): Map<string, string> {
    const { valid, problems } = this.#declarations.checked();
    return this.#rendered(valid, problems);
  }

  /** Makes the folders below the roots hold exactly what was added: all of it, or on an error nothing. A write that was killed is undone first. */
  write(): TreeChanges {
    return this.#guarded("writing the tree", () => {
      this.#makeState();
      const release = lock(join(this.#state, "lock"), this.#fs);
      try {
        this.#transaction.recover();
        return this.#writeLocked();
      } finally {
        release();
      }
    });
  }

  /** What `write` would do, and which files were edited by hand. It writes nothing, and trusts nothing but the files. A write that was killed is undone first. */
  check(): TreeDifference[] {
    const files = this.files();
    return this.#guarded("reading the tree", () => {
      refuseLocked(join(this.#state, "lock"), this.#fs);
      if (this.#fs.lstatSync(join(this.#state, "journal.json"), { throwIfNoEntry: false }) !== undefined) this.#recover();
      return differences(compare(this.#base, scan(this.#base, this.#roots, this.#fs), files, new Set(), this.#marker, this.#fs), this.#marker);
    });
  }

  #writeLocked(): TreeChanges {
    const cache = new Cache(this.#base, join(this.#state, "cache.json"), this.#fs);
    const fingerprint = this.#declarations.fingerprint(this.#cacheId);
    const found = scan(this.#base, this.#roots, this.#fs);
    const right = fingerprint === undefined ? undefined : cache.unchanged(fingerprint);
    const files = right === undefined ? this.files() : new Map<string, string>();
    const plan = compare(this.#base, found, files, right ?? new Set(), this.#marker, this.#fs);
    if (plan.occupied.length > 0) throw new GitTreeError(plan.occupied.map(({ path, message }) => ({ source: "", path, message })));
    if (plan.added.size + plan.changed.size + plan.removed.size > 0) this.#transaction.apply(plan);
    if (right === undefined && fingerprint !== undefined) cache.save(fingerprint, files);
    return { added: [...plan.added.keys()], changed: [...plan.changed.keys()], removed: [...plan.removed.keys()], unchanged: right === undefined ? plan.unchanged : [...right] };
  }

  /** Contents of the files in the order of their paths; throws when there is any problem, the given ones included. */
  #rendered(declarations: readonly Declaration[], given: readonly TreeProblem[]): Map<string, string> {
    const problems = [...given];
    const files = new Map<string, string>();
    for (const { content, path, source } of declarations) {
      if (typeof content === "string") {
        files.set(path, this.#marker.text(path, source, content));
        continue;
      }
      try {
        const yaml = toYaml(content);
        if (mayHoldSecret(yaml)) for (const message of embeddedSecrets(content)) problems.push({ source, path, message });
        for (const problem of this.#validators.validate(content)) problems.push({ source, path, message: `${problem.path} ${problem.message}`.trim() });
        files.set(path, this.#marker.text(path, source, yaml));
      } catch (error) {
        if (!(error instanceof NotJson)) throw error;
        problems.push({ source, path, message: `${error.path} ${error.message}. A manifest holds plain JSON values only.` });
      }
    }
    if (problems.length > 0) throw new GitTreeError(problems);
    return files;
  }

  #recover(): void {
    const release = lock(join(this.#state, "lock"), this.#fs);
    try {
      this.#transaction.recover();
    } finally {
      release();
    }
  }

  /** The state is never committed, whatever the repository ignores. */
  #makeState(): void {
    this.#fs.mkdirSync(this.#state, { recursive: true });
    const ignore = join(this.#state, ".gitignore");
    if (this.#fs.lstatSync(ignore, { throwIfNoEntry: false }) === undefined) this.#fs.writeFileSync(ignore, "*\n");
  }

  #guarded<T>(doing: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw diskError(error, doing, this.#base);
    }
  }
}

function checkOptions({ roots, generator, state = ".rzp/gitops" }: GitTreeOptions): void {
  const problems: string[] = [];
  if (roots.length === 0) problems.push("roots is empty. Name the folder that holds the manifests, such as kubernetes.");
  roots.forEach((root, index) => {
    const problem = rootProblem(root, roots.slice(0, index).concat(roots.slice(index + 1)), state);
    if (problem !== undefined) problems.push(`roots[${index}] "${root}" ${problem}`);
  });
  if (generator.trim() === "" || endsComment(generator)) problems.push("generator must be one line without -->, the command that makes the tree, such as ./rzp render.");
  if (posix.isAbsolute(state) || state.split("/").includes("..")) problems.push(`state "${state}" must be a folder below base.`);
  if (problems.length > 0) throw new GitTreeError(problems.map((message) => ({ source: "GitTree", path: "", message })));
}

/** Layout of files and verdicts: raise it when either changes. */
const CACHE_VERSION = 3;

function cacheId({ roots, generator, schemas = {} }: GitTreeOptions): string {
  return createHash("sha256").update(JSON.stringify([CACHE_VERSION, roots, generator, schemas])).digest("hex").slice(0, 16);
}
