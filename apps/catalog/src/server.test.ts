import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { siteServer } from "./server.ts";

const folder = mkdtempSync(join(tmpdir(), "rzp-served-"));
const PAGE = `<!doctype html>${"<p>page</p>".repeat(50)}`;
writeFileSync(join(folder, "index.html"), PAGE);
writeFileSync(join(folder, "app.js"), "1");
const server = siteServer(folder);

interface Answer {
  code: number | undefined;
  headers: Record<string, unknown>;
  body: Buffer;
}

/** As it is written: fetch would tidy the path before it is sent. */
function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", path, headers, method }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part)).on("end", () => { resolve({ code: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }); });
    }).on("error", reject).end();
  });
}

beforeAll(() => new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); }));
afterAll(() => { server.close(); rmSync(folder, { recursive: true }); });

describe("the page as a service", () => {
  it("answers with the page at /, in a form that the asker reads", async () => {
    const [plain, zipped, small] = await Promise.all([ask("/"), ask("/?q=1", { "accept-encoding": "gzip" }), ask("/index.html", { "accept-encoding": "gzip, br" })]);
    expect([plain.body.toString(), gunzipSync(zipped.body).toString(), brotliDecompressSync(small.body).toString()]).toEqual([PAGE, PAGE, PAGE]);
    expect(plain.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "x-content-type-options": "nosniff", vary: "accept-encoding" });
    expect(plain.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
    expect((await ask("/", { "accept-encoding": "br;q=0, gzip;q=0" })).headers).not.toHaveProperty("content-encoding");
  });

  it("says that nothing changed", async () => {
    const { headers } = await ask("/app.js");
    expect(await ask("/app.js", { "if-none-match": String(headers.etag) })).toMatchObject({ code: 304, body: Buffer.alloc(0) });
    expect(await ask("/app.js", { "if-none-match": '"other"' })).toMatchObject({ code: 200 });
  });

  it.each(["/nothing", "/../package.json", "/%2e%2e/package.json", "//etc/passwd", "/constructor"])("has nothing at %s", async (path) => {
    expect((await ask(path)).code).toBe(404);
  });

  it("reads, and writes nothing", async () => {
    expect(await ask("/", {}, "POST")).toMatchObject({ code: 405, headers: { allow: "GET, HEAD" } });
    expect(await ask("/", {}, "HEAD")).toMatchObject({ code: 200, body: Buffer.alloc(0), headers: { "content-length": `${PAGE.length}` } });
  });
});
