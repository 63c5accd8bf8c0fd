import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

/** What a registry holds of one version of a package. */
export interface Tarball {
  /** Bytes as they go over the network. */
  packed: number;
  /** Path inside the package to the text. */
  files: ReadonlyMap<string, string>;
}

/** Bytes that a packed package has at most. The largest, the lab with its protocols and Go modules, has 225 kB. */
const LIMIT = 300_000;

/** What every package may ship. */
const EVERYWHERE = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+\.(js|cjs|d\.ts|d\.cts))$/;

/** What a package ships besides, each with its reason. */
const BESIDES: Readonly<Record<string, RegExp>> = {
  // The Go modules that its programs are built from, and the vendors' protocols.
  "@rzp/lab": /^(cluster\/(.+\/)?(go\.(mod|sum)|[a-z]+\.go)|protos\/.+\.proto)$/,
  // Nx looks up generators, migrations and their schemas by these files.
  "@rzp/nx": /^((generators|executors|migrations)\.json|dist\/.+\.(json|template))$/,
  // What a machine needs to start the provider, and what it says of itself.
  "@rzp/provider": /^(PulumiPlugin\.yaml|schema\.json)$/,
};

/** Tests and what they are fed with are nobody's but ours, wherever they end up. */
const TESTS = /(^|\/)(__fixtures__|__snapshots__)\/|\.(test|spec)(-[a-z]+)?\.|\btest-(data|helper|server)\b/;

/** What is wrong with a tarball, in words; nothing if it holds what is meant and no more. */
export function faults(name: string, { packed, files }: Tarball, localPaths: readonly string[]): string[] {
  const found: string[] = [];
  if (packed > LIMIT) found.push(`has ${packed} bytes packed, more than ${LIMIT}`);
  for (const [path, text] of files) {
    if (TESTS.test(path) || !(EVERYWHERE.test(path) || BESIDES[name]?.test(path) === true)) found.push(`ships ${path}, which is not meant to be published`);
    if (text.includes("sourceMappingURL=")) found.push(`ships ${path}, which names a source map`);
    for (const local of localPaths) if (text.includes(`${local}/`)) found.push(`ships ${path}, which names a folder of the machine it was built on: ${local}`);
  }
  for (const needed of ["package.json", "README.md", "LICENSE"]) if (!files.has(needed)) found.push(`has no ${needed}`);
  return found;
}

/** The entry points that its package.json promises and the tarball does not have. */
export function missing({ files }: Tarball): string[] {
  const { exports = {}, bin = {} } = JSON.parse(files.get("package.json") ?? "{}") as { exports?: unknown; bin?: unknown };
  const targets = (value: unknown, condition = ""): string[] => {
    // The sources are for this workspace alone.
    if (condition === "@rzp/source") return [];
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([key, item]) => targets(item, key)) : [];
  };
  const promised = new Set([...targets(exports), ...targets(bin)].map((target) => target.replace(/^\.\//, "")));
  return [...promised].filter((path) => !files.has(path)).map((path) => `promises ${path} and does not have it`);
}

export async function readTarball(file: string): Promise<Tarball> {
  const files = new Map<string, string>();
  const entries = createReadStream(file).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files.set(entry.header.name.replace(/^package\//, ""), Buffer.concat(chunks).toString("utf8"));
  }
  return { packed: (await stat(file)).size, files };
}
