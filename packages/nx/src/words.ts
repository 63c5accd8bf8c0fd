/** The known word that a person most likely meant. @rzp/core has the same, and cannot be imported: Nx loads this package's sources before anything is built. */
import { closest, distance } from "fastest-levenshtein";

export function didYouMean(word: string, known: readonly string[]): string {
  const match = known.length === 0 ? "" : closest(word, [...known]);
  if (match !== "" && distance(word, match) <= Math.max(1, Math.ceil(word.length / 3))) return `Did you mean "${match}"?`;
  return known.length === 0 ? "None is known here." : `Known are: ${known.join(", ")}.`;
}

/** A user's mistake: Nx shows its message alone. */
export function refuse(field: string, problem: string, expected: string): never {
  const error = new Error(`${field} ${problem}. ${expected}`);
  // Nx prints the stack where there is one.
  error.stack = error.message;
  throw error;
}
