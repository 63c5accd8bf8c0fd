/** What a page of Markdown holds, read the way git hosts read it: blocks of code, links, and the anchors that others may link to. Pure. */
import GithubSlugger from "github-slugger";
import MarkdownIt, { type Token } from "markdown-it";

/** A fenced block of code. */
export interface Block {
  /** First word behind the fence, such as `ts`; empty where it has none. */
  language: string;
  /** Other words behind the fence. */
  words: readonly string[];
  text: string;
  /** Line of the fence, from 1. */
  line: number;
  /** What a comment on the line above says: `<!-- unchecked: why -->`. */
  unchecked?: string;
}

/** A link or an image. */
export interface Link {
  to: string;
  line: number;
}

const markdown = new MarkdownIt({ html: true });
const UNCHECKED = /^<!-- unchecked: (.+) -->\s*$/;

/** A page's blocks of code, those inside lists among them. */
export function blocksOf(text: string): Block[] {
  const tokens = markdown.parse(text, {});
  return tokens.flatMap((token, index) => {
    if (token.type !== "fence") return [];
    const [language = "", ...words] = token.info.trim().split(/\s+/);
    const reason = UNCHECKED.exec(tokens[index - 1]?.content ?? "")?.[1];
    return [{ language, words, text: token.content, line: lineOf(token), ...(reason === undefined ? {} : { unchecked: reason }) }];
  });
}

/** Where a page leads to. */
export function linksOf(text: string): Link[] {
  return markdown.parse(text, {}).flatMap((token) =>
    (token.children ?? []).flatMap((child) => {
      const to = child.type === "link_open" ? child.attrGet("href") : child.type === "image" ? child.attrGet("src") : null;
      return to === null ? [] : [{ to: `${to}`, line: lineOf(token) }];
    }),
  );
}

/** Anchors of a page's headings, as git hosts name them; the site names them the same way. */
export function anchorsOf(text: string): string[] {
  const slugger = new GithubSlugger();
  const tokens = markdown.parse(text, {});
  return tokens.flatMap(({ type }, index) => (type === "heading_open" ? [slugger.slug(plain(tokens[index + 1]))] : []));
}

/** The first heading, in plain words. */
export function titleOf(text: string): string | undefined {
  const tokens = markdown.parse(text, {});
  const first = tokens.findIndex(({ type }) => type === "heading_open");
  return first < 0 ? undefined : plain(tokens[first + 1]);
}

function plain(inline: Token | undefined): string {
  return (inline?.children ?? []).map(({ type, content }) => (type === "text" || type === "code_inline" ? content : "")).join("");
}

function lineOf(token: Token): number {
  return (token.map?.[0] ?? 0) + 1;
}
