import { closest, distance } from "fastest-levenshtein";

/** What a person needs to mend an argument: where it stands, what is wrong with it, and what would be right. */
export interface ArgumentProblem {
  /** Path into the arguments, such as `disks[0].size`; empty when the arguments are wrong as a whole. */
  path: string;
  /** What is wrong, as the end of a sentence that starts with the path: `is 4; Talos needs at least 10`. */
  problem: string;
  /** What would be right, as a sentence of its own. */
  expected?: string;
}

/**
 * A user's mistake in the arguments of a component or a declaration.
 *
 * It is thrown before anything is registered or written, and its message is all that a person needs: no stack trace is shown for it.
 */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
  /** Component or declaration that refused, such as `ProxmoxVm`. */
  readonly component: string;
  /** Name of the instance that refused, such as `cp-1`. */
  readonly instance: string;
  readonly problem: ArgumentProblem;

  /** @param declared Where the instance was declared, such as `src/services/apps/media/sonarr.ts`. */
  constructor(component: string, instance: string, problem: ArgumentProblem, declared?: string) {
    const subject = problem.path === "" ? "" : `${problem.path} `;
    super(`${component} "${instance}": ${subject}${problem.problem}.${problem.expected === undefined ? "" : ` ${problem.expected}`}${declared === undefined ? "" : ` Declared in ${declared}.`}`);
    this.component = component;
    this.instance = instance;
    this.problem = problem;
  }
}

/** Throws a user's mistake at a path of the arguments: what is wrong with it, and what would be right. */
export type Refuse = (path: string, problem: string, expected?: string) => never;

/** What the checks of one component's instance refuse with. */
export function refusal(component: string, instance: string): Refuse {
  return (path, problem, expected) => {
    throw new ArgumentError(component, instance, { path, problem, ...(expected === undefined ? {} : { expected }) });
  };
}

/** The known word a person most likely meant, or undefined when none is near: at most a third of the word may differ. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const match = closest(word, [...known]);
  return distance(word, match) <= Math.max(1, Math.ceil(word.length / 3)) ? match : undefined;
}

/** ` Did you mean "x"?`, or a list of what is known when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const match = nearest(word, known);
  if (match !== undefined) return `Did you mean "${match}"?`;
  return known.length === 0 ? "None is known here." : `Known are: ${known.join(", ")}.`;
}

/**
 * Refuses an argument that nobody knows: JavaScript would drop a misspelt one without a word, and TypeScript is not asked when Node runs the sources.
 * Further down, `path` says where the arguments stand; of a list each item is looked at, and nothing is said about what is absent.
 */
export function refuseUnknown(refuse: Refuse, args: object | undefined, known: Readonly<Record<string, true>>, path = ""): void {
  if (Array.isArray(args)) {
    for (const [index, item] of (args as readonly object[]).entries()) refuseUnknown(refuse, item, known, `${path}[${index}]`);
    return;
  }
  const names = Object.keys(known);
  for (const name of Object.keys(args ?? {})) if (!names.includes(name)) refuse(path === "" ? name : `${path}.${name}`, "is no argument here", didYouMean(name, names));
}
