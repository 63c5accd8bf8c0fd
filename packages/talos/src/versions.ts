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

/** The three numbers of a full version. */
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

/** The three versions of a cluster, which have to fit one another. */
export interface ClusterVersions {
  /** Talos on the machines. */
  talos: string;
  kubernetes: string;
  /** Talos the cluster was made with. */
  secretsFrom: string;
}

/** One version that cannot be used, and what would be right. */
export interface VersionMistake {
  field: keyof ClusterVersions;
  problem: string;
  expected: string;
}

/** What is wrong with a Talos version by itself: not full, or older than the documents written here. */
export function talosVersionMistake(version: string): Omit<VersionMistake, "field"> | undefined {
  if (parseVersion(version) === undefined) return { problem: `"${version}" is not a full version`, expected: "Write all three numbers, as v1.13.9: nothing is left to a default of the provider." };
  if (!isAtLeast(version, OLDEST_TALOS)) return { problem: `${version} is too old`, expected: `Use ${OLDEST_TALOS} or newer: an older machine does not know the documents written here.` };
  return undefined;
}

/** Everything that is wrong with the versions of a cluster; none when they fit. */
export function versionMistakes({ talos, kubernetes, secretsFrom }: ClusterVersions): VersionMistake[] {
  const mistakes: VersionMistake[] = [];
  const say = (field: keyof ClusterVersions, problem: string, expected: string): unknown => mistakes.push({ field, problem, expected });
  const [machine, api, secrets] = [talos, kubernetes, secretsFrom].map(parseVersion);

  const alone = talosVersionMistake(talos);
  if (alone !== undefined) say("talos", alone.problem, alone.expected);
  if (api === undefined) say("kubernetes", `"${kubernetes}" is not a full version`, "Write all three numbers, as v1.36.3: left out, it is whatever the provider was built with.");
  if (secrets === undefined) say("secretsFrom", `"${secretsFrom}" is not a full version`, "Write the version the cluster was made with, as v1.13.0.");
  if (machine === undefined) return mistakes;

  const minor = `${machine.major}.${machine.minor}`;
  const supported = SUPPORTED_KUBERNETES[minor];
  if (api !== undefined && supported !== undefined && (api.major !== 1 || api.minor < supported[0] || api.minor > supported[1])) {
    say("kubernetes", `${kubernetes} is not supported by Talos ${talos}`, `Talos ${minor} runs Kubernetes 1.${supported[0]} to 1.${supported[1]}.`);
  }
  if (secrets !== undefined && compareVersions(secrets, machine) > 0) {
    say("secretsFrom", `${secretsFrom} is newer than the machines' ${talos}`, "It is the version the cluster was made with: set it once, and leave it when Talos is upgraded.");
  } else if (secrets !== undefined && isAtLeast(secretsFrom, `${NEWEST_CONTRACT}.0`) && `v${secrets.major}.${secrets.minor}` !== NEWEST_CONTRACT) {
    say("secretsFrom", `${secretsFrom} is newer than the ${NEWEST_CONTRACT} that configurations are generated for here`, `Use ${NEWEST_CONTRACT}.0: newer machines understand it.`);
  }
  return mistakes;
}
