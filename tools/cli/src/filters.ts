import { nearest } from "@rzp/core";

/** Test files that a person's words choose, and what cannot be chosen. */
export interface Choice {
  files: string[];
  /** One line a word that no file's path contains. */
  problems: string[];
}

/**
 * The files whose path from the root of the repository contains one of the words. Vitest's own filters see the path inside a package
 * only, so that `core` would find nothing. A word that finds nothing is refused rather than dropped: it is a misspelling, and the run would
 * pass without what was meant.
 */
export function choose(words: readonly string[], files: readonly string[]): Choice {
  const wanted = words.map((word) => word.replace(/^\.\//, ""));
  return {
    files: files.filter((file) => wanted.some((word) => file.includes(word))),
    problems: wanted.filter((word) => !files.some((file) => file.includes(word))).map((word) => `no test file has "${word}" in its path. ${suggestion(word, files)}`),
  };
}

/** The nearest names, or the packages and apps there are. */
function suggestion(word: string, files: readonly string[]): string {
  const near = nearNames(word, files);
  return near.length > 0 ? `Near: ${near.join(", ")}.` : `There is: ${packagesOf(files).join(", ")}.`;
}

/** At most three names that a person may have meant: folders, file names without `.test.ts`, and whole paths. */
function nearNames(word: string, files: readonly string[]): string[] {
  const names = new Set(files.flatMap((file) => [...file.replace(/\.test\.ts$/, "").split("/"), file]));
  const near: string[] = [];
  for (let name = nearest(word, [...names]); name !== undefined && near.length < 3; name = nearest(word, [...names])) {
    near.push(name);
    names.delete(name);
  }
  return near;
}

/** `core` for `packages/core/src/names.test.ts`. */
function packagesOf(files: readonly string[]): string[] {
  return [...new Set(files.map((file) => file.split("/")[1] ?? file))].sort();
}
