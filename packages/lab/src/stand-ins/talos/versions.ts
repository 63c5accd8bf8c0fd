/** Oldest and newest minor version of Kubernetes that a minor version of Talos runs. */
const KUBERNETES: Readonly<Record<string, readonly [oldest: number, newest: number]>> = { "1.11": [29, 34], "1.12": [30, 35], "1.13": [31, 36] };

/** What is wrong with an image of Kubernetes for this Talos; undefined when nothing is, or when nobody here knows the Talos. */
export function kubernetesProblem(image: string, talos: string): string | undefined {
  const version = versionOf(image);
  if (version === undefined) return `failed to parse Kubernetes version from image reference "${image}": invalid image reference: "${image}"`;
  const [oldest, newest] = KUBERNETES[/^v(\d+\.\d+)\./.exec(talos)?.[1] ?? ""] ?? [0, Infinity];
  const minor = Number(/^v1\.(\d+)/.exec(version)?.[1]);
  const age = minor < oldest ? "old" : minor > newest ? "new" : undefined;
  return age === undefined ? undefined : `version of Kubernetes ${version.slice(1)} is too ${age} to be used with Talos ${talos.slice(1)}`;
}

/** Version of an image, such as `v1.36.3`. */
function versionOf(image: string): string | undefined {
  return /:(v\d+\.\d+\.\d+[^@]*)(@.*)?$/.exec(image)?.[1];
}
