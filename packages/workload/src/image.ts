import type { ArgumentProblem } from "@rzp/core";

// `registry[:port]/path[:tag][@digest]` as the OCI distribution specification writes it; the registry may be missing here, to say so by name.
const SEGMENT = "[a-z0-9]+(?:[._-]+[a-z0-9]+)*";
const REPOSITORY = `(?<repository>(?:[a-z0-9.-]+(?::\\d+)?/)?${SEGMENT}(?:/${SEGMENT})*)`;
const IMAGE = new RegExp(`^${REPOSITORY}(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$`);

/** A container image in its parts. */
export interface Image {
  repository: string;
  tag: string;
  digest: string;
}

/**
 * What is wrong with an image reference, or the image in its parts. A digest is demanded because a tag may be moved under a running homelab; a tag as
 * well because nobody can read a digest. `latest` is allowed only where somebody said why.
 */
export function parseImage(reference: string, { latest = false }: { latest?: boolean } = {}): Image | ArgumentProblem {
  const { repository, tag, digest } = IMAGE.exec(reference)?.groups ?? {};
  const wrong = (problem: string, expected: string): ArgumentProblem => ({ path: "image", problem: `"${reference}" ${problem}`, expected });
  const right = "Write it as registry/name:tag@sha256:<digest>.";
  if (repository === undefined) return wrong("is not an image reference", right);
  if (!hasRegistry(repository)) return wrong("names no registry", `Write docker.io/${repository.includes("/") ? "" : "library/"}${repository} if that is meant.`);
  if (tag === undefined) return wrong("has no tag", right);
  if (tag === "latest" && !latest) return wrong("follows latest", "Name the version that the digest is.");
  if (digest === undefined) return wrong("has no digest", right);
  return { repository, tag, digest };
}

/** The same image at another `tag@sha256:<digest>`, as a stack's `imageTag` says; undefined when that is no tag with a digest. */
export function withTag(reference: string, imageTag: string, options: { latest?: boolean } = {}): string | undefined {
  const before = parseImage(reference, options);
  // What is wrong with the declaration's own image is told by its own check.
  if ("problem" in before) return reference;
  const image = `${before.repository}:${imageTag}`;
  return "problem" in parseImage(image, options) ? undefined : image;
}

// As container runtimes tell a registry from a folder of Docker Hub: by a dot or a port in the first part.
function hasRegistry(repository: string): boolean {
  const [first = "", ...rest] = repository.split("/");
  return rest.length > 0 && /[.:]/.test(first);
}
