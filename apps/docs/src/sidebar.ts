/** The site's table of contents. The order of what is written by hand is said here; what there are many of is found. Pure. */
import type { DefaultTheme } from "vitepress";
import { sitePath } from "./pages.ts";
import { titleOf } from "./markdown.ts";

type Item = DefaultTheme.SidebarItem;

/** A section: its name, and the pages in it by path or by the beginning of their paths. */
const SECTIONS: readonly { text: string; pages: readonly string[]; closed?: true }[] = [
  { text: "Begin", pages: ["README.md", "docs/tutorial.md", "docs/adopt.md", "docs/README.md"] },
  { text: "Concepts", pages: ["docs/concepts.md", "docs/architecture/diagrams/"] },
  { text: "How-tos", pages: ["bootstrap/argocd/README.md", "docs/architecture/patterns/", "docs/operations/guides/", "docs/operations/maintenance/"] },
  { text: "Runbooks", pages: ["docs/operations/runbooks/README.md", "docs/operations/runbooks/"], closed: true },
  { text: "Packages", pages: ["packages/"], closed: true },
  { text: "Decisions", pages: ["docs/architecture/decisions/README.md", "docs/architecture/decisions/"], closed: true },
  { text: "This homelab", pages: ["docs/reference/service-catalog/index.md", "docs/reference/"], closed: true },
  { text: "The repository", pages: ["CONTRIBUTING.md", "docs/assets/", "apps/", "tools/", "sdks/"], closed: true },
];

/** Every page in its section; a page that no section takes is an error, so that none is left out. */
export function sidebarOf(pages: ReadonlyMap<string, string>, packages: readonly string[]): Item[] {
  const left = new Set(pages.keys());
  const take = (beginning: string): Item[] => {
    const taken = [...left].filter((path) => path === beginning || (beginning.endsWith("/") && path.startsWith(beginning)));
    for (const path of taken) left.delete(path);
    return taken.map((path) => ({ text: titleOf(pages.get(path) ?? "") ?? path, link: link(path) }));
  };
  const sections = SECTIONS.map(({ text, pages: beginnings, closed = false }) => ({ text, collapsed: closed, items: beginnings.flatMap(take) }));
  if (left.size > 0) throw new Error(`no section of the site has ${[...left].join(", ")}: say where in apps/docs/src/sidebar.ts`);
  return [...sections.slice(0, 5), { text: "API reference", collapsed: true, items: packages.map((name) => ({ text: `@rzp/${name}`, link: `/reference/@rzp/${name}` })) }, ...sections.slice(5)];
}

function link(path: string): string {
  return `/${sitePath(path).replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, "")}`;
}
