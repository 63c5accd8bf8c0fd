/** Links of pages that lead nowhere: to no file, to no heading, or to an address that is none. Pure, but for one question: what exists. */
import { anchorsOf, linksOf } from "./markdown.ts";
import { isOutside, targetOf } from "./pages.ts";

/** Every link that leads nowhere, with its place and what is wrong. */
export function deadLinks(pages: ReadonlyMap<string, string>, exists: (path: string) => boolean): string[] {
  const anchors = new Map([...pages].map(([path, text]) => [path, new Set(anchorsOf(text))]));
  return [...pages].flatMap(([path, text]) =>
    linksOf(text).flatMap(({ to, line }) => {
      const problem = isOutside(to) ? addressProblem(to) : placeProblem(path, to, anchors, exists);
      return problem === undefined ? [] : [`${path}:${line}: ${to}: ${problem}`];
    }),
  );
}

/** An address elsewhere is only read: a check must not depend on somebody else's server. */
function addressProblem(to: string): string | undefined {
  if (to.startsWith("mailto:")) return undefined;
  if (!URL.canParse(to)) return "is no address";
  return /^https?:$/.test(new URL(to).protocol) ? undefined : "is neither https nor http";
}

function placeProblem(path: string, to: string, anchors: ReadonlyMap<string, ReadonlySet<string>>, exists: (path: string) => boolean): string | undefined {
  const [target, anchor] = targetOf(path, to);
  const page = anchors.get(target);
  if (page === undefined && !exists(target)) return `there is no ${target}`;
  if (anchor === undefined || page === undefined || page.has(anchor)) return undefined;
  return `${target} has no heading #${anchor}; it has ${[...page].map((one) => `#${one}`).join(", ")}`;
}
