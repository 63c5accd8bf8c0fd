import { refuse } from "../words.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** What a registry is asked for: an index of several platforms first, since its digest is what a cluster of any of them can pull. */
const ACCEPT = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"].join(", ");
const PATIENCE_MS = 10_000;

interface Reference {
  registry: string;
  path: string;
  tag: string;
  digest?: string;
}

/** An image as a declaration needs it: in full, with its digest, which the registry says where nobody did. */
export async function pinned(image: string, repository: string | undefined): Promise<string> {
  const { registry, path, tag, digest } = parsed(image, repository);
  const pin = digest ?? (await digestOf({ registry, path, tag }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))));
  if (pin instanceof Error) {
    refuse("image", `"${image}" has no digest, and ${registry} did not say which: ${pin.message}`, `Write it as ${registry}/${path}:${tag}@sha256:<digest>; "docker buildx imagetools inspect ${registry}/${path}:${tag}" shows it.`);
  }
  return `${registry}/${path}:${tag}@${pin}`;
}

/** @param repository Of a known app, which then needs the tag alone. */
function parsed(image: string, repository?: string): Reference {
  const full = repository !== undefined && /^[\w.-]+(@|$)/.test(image) ? `${repository}:${image}` : image;
  const right = "Write it as registry/name:tag@sha256:<digest>.";
  const [, registry = "", path = "", tag, digest] = /^([^/]+)\/([a-z0-9][a-z0-9._/-]*?)(?::([\w.-]+))?(?:@(.+))?$/.exec(full) ?? [];
  if (path === "") refuse("image", `"${image}" is not an image reference`, right);
  if (!/[.:]/.test(registry)) refuse("image", `"${image}" names no registry`, `Write docker.io/${full} if that is meant.`);
  if (tag === undefined) refuse("image", `"${image}" has no tag`, right);
  if (tag === "latest") refuse("image", `"${image}" follows latest`, "Name the version that you mean.");
  if (digest !== undefined && !DIGEST.test(digest)) refuse("image", `"${image}" has a digest that is none`, "It is sha256: and 64 hexadecimal digits.");
  return { registry, path, tag, ...(digest === undefined ? {} : { digest }) };
}

/** Asks a registry, as a stranger; one that wants a token says where strangers get theirs. */
async function digestOf({ registry, path, tag }: Reference): Promise<string> {
  const local = /^(127\.0\.0\.1|localhost)(:|$)/.test(registry);
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  const ask = (token?: string): Promise<Response> =>
    fetch(`${local ? "http" : "https"}://${host}/v2/${path}/manifests/${tag}`, {
      method: "HEAD",
      headers: { accept: ACCEPT, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  let response = await ask();
  if (response.status === 401) response = await ask(await tokenOf(response.headers.get("www-authenticate") ?? ""));
  const digest = response.headers.get("docker-content-digest") ?? "";
  if (!response.ok || !DIGEST.test(digest)) throw new Error(response.status === 404 ? "it has no such image or tag" : `it answers ${response.status}`);
  return digest;
}

async function tokenOf(challenge: string): Promise<string> {
  const fields = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]));
  if (fields.realm === undefined) throw new Error("it wants a login");
  const url = new URL(fields.realm);
  for (const key of ["service", "scope"]) if (fields[key] !== undefined) url.searchParams.set(key, fields[key]);
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const { token, access_token: other } = (await response.json()) as { token?: string; access_token?: string };
  return token ?? other ?? "";
}
