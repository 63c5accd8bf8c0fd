import { markdownTable } from "markdown-table";

/** One page of the reference: where it goes, what it says, and the file that says so. */
export interface Page {
  path: string;
  text: string;
  source: string;
}

/** Folder of the generated reference. */
export const REFERENCE = "docs/reference";

/** Blocks with a blank line between; what is empty is left out. */
export function blocks(...parts: readonly (string | readonly string[])[]): string {
  return parts.flat().filter((part) => part !== "").join("\n\n");
}

/** A heading and what is below it, or nothing where there is nothing. */
export function section(title: string, ...parts: readonly (string | readonly string[])[]): string {
  const body = blocks(...parts);
  return body === "" ? "" : `## ${title}\n\n${body}`;
}

/** A table, or nothing without rows. Columns are not padded: a longer cell would otherwise change every line of it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? "" : markdownTable([head, ...rows], { alignDelimiters: false });
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** Plain words as Markdown: in one line, and nothing in them taken for a table, a tag or emphasis. */
export function words(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\|<*[\]]/g, "\\$&");
}

export function code(text: string): string {
  return `\`${text}\``;
}

export function link(text: string, to: string): string {
  return `[${text}](${to})`;
}

/** A diagram. GitHub, GitLab and Harness draw it; elsewhere it can be read as it is. */
export function mermaid(lines: readonly string[]): string {
  return ["```mermaid", ...lines, "```"].join("\n");
}

/** A name of a node in a diagram, where dashes and dots mean something else. */
export function nodeId(name: string): string {
  return `n_${name.replace(/[^a-zA-Z0-9]/g, "_")}`;
}
