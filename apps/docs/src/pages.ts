/** Every page of this repository: where it stands, where the site shows it, and what its links become there. */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, resolve } from "node:path";

/** Root of the repository. */
export const ROOT = resolve(import.meta.dirname, "../../..");

/** Folders of the packages that others use. */
export const PACKAGES: readonly string[] = globSync("packages/*/src/index.ts", { cwd: ROOT }).map((path) => path.split("/")[1] ?? "").filter((name) => name !== "testing").sort();

/** Pages of the repository by path, such as `docs/README.md`: all that git knows or would take, but not what tests compare with. */
export function readPages(root: string = ROOT): ReadonlyMap<string, string> {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" });
  const paths = listed.split("\n").filter((path) => path !== "" && !/__snapshots__|__fixtures__|CHANGELOG\.md$/.test(path) && existsSync(join(root, path)));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

/** Where the site keeps a page: a folder's README is its index. */
export function sitePath(path: string): string {
  return path.replace(/(^|\/)README\.md$/, "$1index.md");
}

/** Where the site keeps a file or a folder that a page leads to. VitePress takes nothing whose name begins with a dot for a page. */
export function filePath(path: string): string {
  return `${path.replace(/(^|\/)\./g, "$1dot-")}.md`;
}

/** A page as the site wants it, and files beside the pages that it leads to. */
export interface SitePage {
  text: string;
  files: readonly string[];
}

/**
 * Links of a page as the site needs them. Pages lead to pages; another file is shown as a page of its own, under its path and `.md`, because the site must work without a
 * git host; an image stays what it is. Fenced code is left alone, and why it is not checked is nothing for readers.
 */
export function forSite(path: string, text: string, isPage: (path: string) => boolean, root: string = ROOT): SitePage {
  const files: string[] = [];
  const rewritten = text.replace(/^ *<!-- unchecked: .* -->\n\n/gm, "").split(/(^ *```[^]*?^ *```)/m).map((part, index) => (index % 2 === 1 ? part : part.replace(/\]\(([^)\s]+)\)/g, (link, to: string) => {
    if (isOutside(to) || to.startsWith("#")) return link;
    const [target, anchor] = targetOf(path, to);
    const hash = anchor === undefined ? "" : `#${anchor}`;
    const place = relative(path, target);
    if (isPage(target)) return `](${sitePath(place)}${hash})`;
    if (isPage(posix.join(target, "README.md"))) return `](${posix.join(place, "index.md")}${hash})`;
    if (!existsSync(join(root, target))) return link;
    files.push(target);
    return /\.(png|svg|jpg)$/.test(target) ? link : `](${relative(path, filePath(target))})`;
  })));
  return { text: rewritten.join(""), files };
}

/** A file of the repository as a page, or a folder with all files in it, however deep. Search is for what people wrote. */
export function filePage(path: string, root: string = ROOT): string {
  const full = join(root, path);
  const isFolder = statSync(full).isDirectory();
  const names = isFolder ? readdirSync(full, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map(({ parentPath, name }) => posix.relative(full, join(parentPath, name))).sort() : [];
  const texts = isFolder ? names.map((name) => `## ${name}\n\n${fenced(name, readFileSync(join(full, name), "utf8"))}`) : [fenced(path, readFileSync(full, "utf8"))];
  return `---\nsearch: false\n---\n\n# ${path}\n\n${texts.join("\n")}`;
}

function fenced(path: string, text: string): string {
  const language = { ts: "ts", yaml: "yaml", js: "js" }[path.split(".").at(-1) ?? ""] ?? "text";
  return `\`\`\`\`${language}\n${text}${text.endsWith("\n") ? "" : "\n"}\`\`\`\`\n`;
}

/** Whether a link leaves the repository. */
export function isOutside(to: string): boolean {
  return /^[a-z][a-z+.-]*:/i.test(to);
}

/** The file of the repository that a link on a page leads to, and the anchor there. */
export function targetOf(path: string, to: string): [target: string, anchor: string | undefined] {
  const [file = "", anchor] = decodeURI(to).split("#");
  return [file === "" ? path : posix.normalize(posix.join(posix.dirname(path), file)).replace(/\/$/, ""), anchor];
}

function relative(from: string, to: string): string {
  const place = posix.relative(posix.dirname(from), to);
  return place.startsWith(".") ? place : `./${place}`;
}
