/** Oldest Talos whose machines know `HostnameConfig`, the only document that names a node under the newer contracts. */
export const OLDEST_TALOS = "v1.12.0";

/**
 * Newest contract the patches of this package are written for, and the newest the provider 0.8.1 generates (its machinery is v1.13.0). From v1.14 on, a generated
 * configuration has documents of its own for what is patched under `cluster` here, and a machine refuses the two together.
 */
export const NEWEST_CONTRACT = "v1.13";

/** First Talos whose new machines may mount /var without exec. */
export const NOEXEC_VAR = "v1.14.0";

/** Kubernetes minors a Talos minor supports, first and last: Talos' support matrix of v1.13. A Talos that is not listed is not checked. */
export const SUPPORTED_KUBERNETES: Readonly<Record<string, readonly [number, number]>> = { "1.12": [30, 35], "1.13": [31, 36] };

export interface Version {
  major: number;
  minor: number;
  patch: number;
}

/** A full version such as `v1.13.9`, or undefined: without all three numbers what is pinned would be up to somebody else. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text);
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}

/** Negative when a is older than b, zero when they are equal. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** True when a full version is at least another one. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [parseVersion(version), parseVersion(least)];
  return a !== undefined && b !== undefined && compareVersions(a, b) >= 0;
}
