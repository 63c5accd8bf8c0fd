import type { ArgumentProblem } from "@rzp/core";

const IMAGE = /^(?<repository>[a-z0-9][a-z0-9._/:-]*?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** A container image in its parts. */
export interface Image {
  repository: string;
  tag: string;
  digest: string;
}

/**
 * What is wrong with an image reference, or the image in its parts. A digest is demanded because a tag may be moved under a running homelab; a tag as
 * well because nobody can read a digest.
 */
export function parseImage(reference: string, path = "image"): Image | ArgumentProblem {
  const { repository, tag, digest } = IMAGE.exec(reference)?.groups ?? {};
  const right = "Write it as registry/name:tag@sha256:<digest>.";
  if (repository === undefined) return { path, problem: `"${reference}" is not an image reference`, expected: right };
  if (!/^[^/]*[.:][^/]*\//.test(repository)) return { path, problem: `"${reference}" names no registry`, expected: `Write docker.io/${repository.includes("/") ? "" : "library/"}${repository} if that is meant.` };
  if (tag === undefined) return { path, problem: `"${reference}" has no tag`, expected: right };
  if (tag === "latest") return { path, problem: `"${reference}" follows latest`, expected: "Name the version that the digest is." };
  if (digest === undefined) return { path, problem: `"${reference}" has no digest`, expected: right };
  return { repository, tag, digest };
}

/** The same image at another `tag@sha256:<digest>`: what a stack's `imageTag` says. */
export function withTag(reference: string, imageTag: string): string {
  const parsed = parseImage(reference);
  return "repository" in parsed ? `${parsed.repository}:${imageTag}` : reference;
}
