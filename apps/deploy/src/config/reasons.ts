import { ConfigError, show } from "./errors.ts";

/** What a person said on the command line of one thing, and why. */
export interface Reason {
  name: string;
  /** Empty when none was given. */
  reason: string;
}

/**
 * The words of an option that asks for a reason: `--skip "addresses: the old router answers for .11 until tonight"`.
 * @param mistakeIn what is wrong with one of them, as the end of a sentence
 */
export function reasonsOf(option: string, words: readonly string[], mistakeIn: (said: Reason) => string | undefined): ReadonlyMap<string, string> {
  const read = words.map((word) => {
    const [, name = "", reason = ""] = /^\s*([^:]*?)\s*(?::\s*(.*?)\s*)?$/s.exec(word) ?? [];
    return { word, name, reason };
  });
  const mistakes = read.flatMap(({ word, ...said }) => {
    const message = mistakeIn(said);
    return message === undefined ? [] : [{ path: [`--${option} "${word}"`], message }];
  });
  if (mistakes.length > 0) throw new ConfigError("the command", mistakes, show);
  return new Map(read.map(({ name, reason }) => [name, reason]));
}
