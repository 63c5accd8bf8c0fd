/** The page as a service: the built files out of memory, and nothing else. It is all that the image runs besides Node, and needs nothing but Node. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json" };

/** Nothing from elsewhere, no frame around it, and no script that is not a file beside the page. Fonts and icons stand in the style. */
const HEADERS = {
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Asked again every time, and answered in no bytes while nothing changed.
  "cache-control": "no-cache",
};

interface File {
  type: string;
  etag: string;
  bodies: Readonly<Record<"br" | "gzip" | "identity", Buffer>>;
}

/** Reads a folder once. What is not in it then is not there: no request reaches a disk. */
export function siteServer(folder: string): Server {
  const files = new Map(readdirSync(folder).map((name) => [`/${name}`, fileOf(join(folder, name))]));
  return createServer((request, response) => { answer(request, response, files); });
}

function fileOf(path: string): File {
  const identity = readFileSync(path);
  return { type: TYPES[extname(path)] ?? "application/octet-stream", etag: `"${createHash("sha256").update(identity).digest("hex").slice(0, 32)}"`, bodies: { identity, gzip: gzipSync(identity), br: brotliCompressSync(identity) } };
}

function answer({ method = "", url = "", headers }: IncomingMessage, response: ServerResponse, files: ReadonlyMap<string, File>): void {
  const end = (code: number, more: Readonly<Record<string, string>> = {}, body: Buffer | string = ""): void => { response.writeHead(code, { ...HEADERS, ...more }).end(method === "HEAD" ? undefined : body); };
  if (method !== "GET" && method !== "HEAD") { end(405, { allow: "GET, HEAD" }); return; }
  const path = url.split("?")[0] ?? "";
  const file = files.get(path === "/" ? "/index.html" : path);
  if (file === undefined) { end(404, { "content-type": "text/plain" }, "There is nothing here.\n"); return; }
  const { type, etag, bodies } = file;
  if (headers["if-none-match"] === etag) { end(304, { etag }); return; }
  const accepted = headers["accept-encoding"] ?? "";
  const coding = (["br", "gzip"] as const).find((one) => new RegExp(`\\b${one}\\b(?!;q=0(\\.0*)?\\b)`).test(accepted)) ?? "identity";
  end(200, { "content-type": type, etag, vary: "accept-encoding", "content-length": `${bodies[coding].byteLength}`, ...(coding === "identity" ? {} : { "content-encoding": coding }) }, bodies[coding]);
}
