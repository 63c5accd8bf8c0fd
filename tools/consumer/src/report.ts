import { markdownTable } from "markdown-table";
import type { Package } from "./clone.ts";
import type { Example } from "./readme.ts";
import type { Seen } from "./outside.ts";
import type { Tarball } from "./tarball.ts";

/** One line a package: what the registry holds of it, and on which Node its README's examples ran in which way. */
export function table(packages: readonly Package[], tarballs: ReadonlyMap<string, Tarball>, examples: readonly Example[], seen: readonly Seen[]): string {
  const ways = [...new Set(seen.map(({ format }) => format))].flatMap((format) => (["mocks", "recording"] as const).map((way) => ({ format, way })));
  const head = ["package", "version", "packed", "files", "examples", "resources", ...ways.map(({ format, way }) => `${format} ${way}`)];
  const rows = packages.map(({ name, version }) => {
    const ids = examples.filter((example) => example.package === name);
    const own = seen.filter(({ example }) => ids.some(({ id }) => id === example));
    const resources = new Set(own.flatMap(({ registered }) => registered)).size;
    const tarball = tarballs.get(name);
    const cells = ways.map(({ format, way }) => verdict(own.filter((each) => each.format === format), way));
    return [name, version, `${((tarball?.packed ?? 0) / 1000).toFixed(1)} kB`, String(tarball?.files.size ?? 0), `${ids.filter(({ runs }) => runs).length} of ${ids.length}`, String(resources), ...cells];
  });
  return markdownTable([head, ...rows], { align: ["l", "l", "r", "r", "r", "r"] });
}

/** `22, 24` where it ran on both, `22, not 24` where it did not, and nothing where there was nothing to run. */
function verdict(seen: readonly Seen[], way: "mocks" | "recording"): string {
  return [...new Set(seen.map(({ runtime }) => runtime))]
    .map((runtime) => `${seen.some((each) => each.runtime === runtime && each[way] !== undefined) ? "not " : ""}${runtime.replace("Node ", "")}`)
    .join(", ");
}

/** What failed, and where the same example did not do the same everywhere. */
export function failuresOf(seen: readonly Seen[]): string[] {
  const failed = seen.flatMap(({ example, format, runtime, mocks, recording }) =>
    Object.entries({ mocks, recording }).flatMap(([way, problem]) => (problem === undefined ? [] : [`the example ${example} (${format}, ${runtime}, ${way}): ${problem}`])),
  );
  const uneven = [...new Set(seen.map(({ example }) => example))].filter((example) => {
    const variants = new Set(seen.filter((each) => each.example === example).map(({ registered }) => registered.join("\n")));
    return variants.size > 1;
  });
  return [...failed, ...uneven.map((example) => `the example ${example} does not register the same resources in every format and on every Node`)];
}
