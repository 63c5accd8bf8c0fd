import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { stringify } from "yaml";
import type { HostHandler } from "./outside.ts";

/** A chart as its archive has it: paths below the chart's own folder. */
export interface Chart {
  /** As Argo CD writes it: `https://…`, or an OCI registry without a scheme. */
  repoURL: string;
  name: string;
  version: string;
  files: ReadonlyMap<string, string>;
}

interface Packed extends Chart {
  archive: Buffer;
  digest: string;
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.cncf.helm.config.v1+json";
const LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/** What serves these charts, by host: repositories by their index, OCI registries by their API. */
export async function chartHosts(charts: readonly Chart[]): Promise<Map<string, HostHandler>> {
  const packed = await Promise.all(charts.map(packChart));
  const hosts = Map.groupBy(packed, ({ repoURL }) => addressOf(repoURL).hostname);
  return new Map([...hosts].map(([host, inside]) => [host, handler(inside)]));
}

async function packChart(chart: Chart): Promise<Packed> {
  const archive = await archiveOf(chart);
  return { ...chart, archive, digest: digestOf(archive) };
}

async function archiveOf({ name, version, files }: Chart): Promise<Buffer> {
  const tar = pack();
  const head = stringify({ apiVersion: "v2", name, version, appVersion: version });
  // The clock stays out of it: the same chart is the same archive.
  for (const [path, text] of [["Chart.yaml", head] as const, ...files]) tar.entry({ name: `${name}/${path}`, mtime: new Date(0) }, text);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

function handler(charts: readonly Packed[]): HostHandler {
  const answers = new Map<string, { type: string; body: string | Buffer }>();
  const repositories = Map.groupBy(charts, ({ repoURL }) => repoURL);
  for (const [repoURL, inside] of repositories) {
    const { path } = addressOf(repoURL);
    if (repoURL.startsWith("https://")) for (const [file, answer] of indexed(inside)) answers.set(`${path}/${file}`, answer);
    else for (const one of inside) for (const [file, answer] of registered(one)) answers.set(`/v2${path}/${one.name}/${file}`, answer);
  }
  answers.set("/v2/", { type: "application/json", body: "{}" });
  return (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "https://host");
    const found = answers.get(pathname);
    if (found === undefined) {
      response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ errors: [{ code: "NAME_UNKNOWN", message: `${pathname} is not in the lab` }] }));
      return;
    }
    response.writeHead(200, { "content-type": found.type, "content-length": Buffer.byteLength(found.body), "docker-content-digest": digestOf(found.body) });
    response.end(request.method === "HEAD" ? undefined : found.body);
  };
}

function indexed(charts: readonly Packed[]): [string, { type: string; body: string | Buffer }][] {
  const entries: Record<string, unknown[]> = {};
  for (const { name, version, digest } of charts) (entries[name] ??= []).push({ apiVersion: "v2", name, version, appVersion: version, digest: digest.replace("sha256:", ""), urls: [`${name}-${version}.tgz`] });
  const index = stringify({ apiVersion: "v1", entries });
  return [["index.yaml", { type: "text/yaml", body: index }], ...charts.map(({ name, version, archive }): [string, { type: string; body: Buffer }] => [`${name}-${version}.tgz`, { type: "application/gzip", body: archive }])];
}

function registered({ repoURL, name, version, archive, digest }: Packed): [string, { type: string; body: string | Buffer }][] {
  const config = JSON.stringify({ apiVersion: "v2", name, version });
  const blob = (mediaType: string, body: string | Buffer): object => ({ mediaType, digest: digestOf(body), size: Buffer.byteLength(body) });
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: blob(CONFIG, config), layers: [blob(LAYER, archive)] });
  return [
    ["tags/list", { type: "application/json", body: JSON.stringify({ name: `${addressOf(repoURL).path.slice(1)}/${name}`, tags: [version] }) }],
    [`manifests/${version}`, { type: MANIFEST, body: manifest }],
    [`manifests/${digestOf(manifest)}`, { type: MANIFEST, body: manifest }],
    [`blobs/${digestOf(config)}`, { type: "application/octet-stream", body: config }],
    [`blobs/${digest}`, { type: "application/octet-stream", body: archive }],
  ];
}

/** Without the port: that is how a host is looked for. */
function addressOf(repoURL: string): { hostname: string; path: string } {
  const { hostname, pathname } = new URL(repoURL.startsWith("https://") ? repoURL : `https://${repoURL}`);
  return { hostname, path: pathname.replace(/\/$/, "") };
}

function digestOf(body: string | Buffer): string {
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}
