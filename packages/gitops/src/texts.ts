import { folderProblem, MAX_NAME, outside, SEGMENT, TEXT } from "./paths.ts";

/** What is wrong with the place of a text, or undefined. Its folder is bound by the same rules as a manifest's. */
export function textFolderProblem(path: string, roots: readonly string[]): string | undefined {
  const end = path.lastIndexOf("/");
  const problem = end === -1 ? outside(roots) : folderProblem(path.slice(0, end) || "/", roots);
  return problem === undefined ? undefined : `the folder ${problem}`;
}

/** What is wrong with the name of a text's file, or undefined. */
export function textNameProblem(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  if (!name.endsWith(TEXT)) return `${dot <= 0 ? "has no extension" : `has the extension ${name.slice(dot)}`}; ${TEXT} is supported. A manifest is declared with add.`;
  if (!SEGMENT.test(name)) return `has the name "${name}". Use a-z, 0-9, -, _ and dots, a letter or digit at the beginning.`;
  return name.length > MAX_NAME ? `has a name of ${name.length} letters; ${MAX_NAME} is the most.` : undefined;
}

/** The text as it is written: lines end in LF, the last one too, and no blank line follows it. */
export function textBody(text: string): string {
  return `${text.replaceAll("\r\n", "\n").trimEnd()}\n`;
}

/** Control characters but tab and LF, other line breaks, marks that turn or hide what a reader sees, and halves of surrogate pairs, which no file can hold. */
const STRAY = /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Cs}/u;

/** What is wrong with a text, or undefined. */
export function textProblem(text: string): string | undefined {
  if (text.trim() === "") return "is empty. Leave it out where there is nothing to say.";
  const lines = text.replaceAll("\r\n", "\n");
  const index = lines.search(STRAY);
  if (index === -1) return undefined;
  const line = lines.slice(0, index).split("\n").length;
  const code = lines.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0");
  return `has the character U+${code} in line ${line}, column ${index - lines.lastIndexOf("\n", index - 1)}, which cannot be seen or cannot be written. Take it out.`;
}
