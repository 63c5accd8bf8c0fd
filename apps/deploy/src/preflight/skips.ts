import { didYouMean } from "@rzp/core";
import { reasonsOf, type Reason } from "../config/reasons.ts";
import type { Check } from "./check.ts";

/**
 * What a person leaves out, and why: `addresses: the old router answers for .11 until tonight`. A check whose absence lets a provider do harm without a word is left
 * out by nobody: what it finds is mended in a minute, and who knows better has `pulumi` itself.
 */
export function skipsOf(words: readonly string[], checks: readonly Check[]): ReadonlyMap<string, string> {
  return reasonsOf("skip", words, (said) => mistakeIn(said, checks));
}

function mistakeIn({ name, reason }: Reason, checks: readonly Check[]): string | undefined {
  const check = checks.find((one) => one.name === name);
  if (check === undefined) return `names no check. ${didYouMean(name, checks.filter(({ dangerous }) => dangerous !== true).map((one) => one.name))}`;
  if (check.dangerous === true) return `is not skipped by anybody: without it a provider does harm and says nothing. Do what "./rzp preflight" says about it`;
  return reason === "" ? `says no reason. Write it as --skip "${name}: why it may be left out this once"` : undefined;
}
