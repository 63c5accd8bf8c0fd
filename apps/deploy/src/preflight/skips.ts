import { didYouMean } from "@rzp/core";
import { ConfigError, show } from "../config/errors.ts";
import type { Check } from "./check.ts";

/**
 * What a person leaves out, and why: `addresses: the old router answers for .11 until tonight`. A check whose absence lets a provider do harm without a word is left
 * out by nobody: what it finds is mended in a minute, and who knows better has `pulumi` itself.
 */
export function skipsOf(words: readonly string[], checks: readonly Check[]): ReadonlyMap<string, string> {
  const read = words.map((word) => {
    const [, name = "", reason = ""] = /^\s*([^:]*?)\s*(?::\s*(.*?)\s*)?$/s.exec(word) ?? [];
    return { word, name, reason };
  });
  const mistakes = read.flatMap(({ word, name, reason }) => {
    const check = checks.find((one) => one.name === name);
    const message = mistakeIn(name, reason, check, checks);
    return message === undefined ? [] : [{ path: [`--skip "${word}"`], message }];
  });
  if (mistakes.length > 0) throw new ConfigError("the command", mistakes, show);
  return new Map(read.map(({ name, reason }) => [name, reason]));
}

function mistakeIn(name: string, reason: string, check: Check | undefined, checks: readonly Check[]): string | undefined {
  if (check === undefined) return `names no check. ${didYouMean(name, checks.filter(({ dangerous }) => dangerous !== true).map((one) => one.name))}`;
  if (check.dangerous === true) return `is not skipped by anybody: without it a provider does harm and says nothing. Do what "./rzp preflight" says about it`;
  return reason === "" ? `says no reason. Write it as --skip "${name}: why it may be left out this once"` : undefined;
}
