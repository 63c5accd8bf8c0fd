/** What the rendered tree has of versions: the truth about what a cluster gets. */
import type { Folder } from "../render.ts";
import type { Pin } from "./pins.ts";

interface ChartSource {
  chart?: string;
  repoURL: string;
  targetRevision: string;
}

/** Charts as Argo CD is told them, each in the file of its declaration. */
export function charts(tree: readonly Folder[]): Pin[] {
  return tree.flatMap(({ source: file, objects }) =>
    objects.filter(({ kind }) => kind === "Application").flatMap(({ spec }) => {
      const { source, sources = [] } = spec as { source?: ChartSource; sources?: ChartSource[] };
      return [...sources, ...(source === undefined ? [] : [source])].flatMap(({ chart: name, repoURL, targetRevision: version }) =>
        // Argo CD has a registry's address without its scheme.
        name === undefined ? [] : [{ file, name, version, from: repoURL.includes("://") ? repoURL : `oci://${repoURL}`, manager: "regex" as const }],
      );
    }),
  );
}

/** Images by digest, as `name:tag`; a chart's values have the tag beside the name. */
export function images(tree: readonly Folder[]): ReadonlyMap<string, string> {
  return new Map(tree.flatMap(({ objects }) => objects.flatMap((object) => [...imagesIn(object)])));
}

function* imagesIn(value: unknown, beside: Readonly<Record<string, unknown>> = {}): Generator<[digest: string, name: string]> {
  if (typeof value === "object" && value !== null) {
    for (const one of Object.values(value)) yield* imagesIn(one, value as Record<string, unknown>);
  } else if (typeof value === "string") {
    const [, name, digest] = /^(\S+)@(sha256:[0-9a-f]{64})$/.exec(value) ?? [];
    if (name !== undefined && digest !== undefined) yield [digest, name.includes(":") ? name : `${String(beside.repository)}:${name}`];
  }
}
