import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCatalog } from "@rzp/deploy/catalog";
import { afterAll, describe, expect, it } from "vitest";
import { catalogWith, service } from "./facts.test-data.ts";
import { buildSite, page } from "./site.ts";

const catalog = catalogWith([service("shelf", { purpose: "Says </script><script>alert(1)</script> and $& and <!-- things." })]);
const folders: string[] = [];
/** The folder that a browser opens. */
const build = async (): Promise<string> => {
  const out = mkdtempSync(join(tmpdir(), "rzp-catalog-"));
  folders.push(out);
  await buildSite(catalog, out);
  return join(out, "site");
};
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
afterAll(() => { for (const folder of folders) rmSync(folder, { recursive: true }); });

describe("the page", () => {
  const template = '<title>Homelab</title><script type="application/json" id="catalog"></script>';

  it("carries facts that cannot end the script they stand in, and are read back as they were", () => {
    const [, facts = ""] = /id="catalog">(.*?)<\/script>/.exec(page(template, catalog)) ?? [];
    expect(facts).not.toContain("<");
    expect(JSON.parse(facts)).toEqual(catalog);
  });

  it("is refused without a place for them", () => {
    expect(() => page("<title>Homelab</title>", catalog)).toThrow("index.html has no");
  });
});

describe("the site", () => {
  it("is five files, the same bytes every time", async () => {
    const [one, two] = [await build(), await build()];
    expect(readdirSync(join(one, ".."))).toEqual(["serve.mjs", "site"]);
    expect(readdirSync(one).sort()).toEqual(["app.css", "app.js", "catalog.json", "index.html", "topology.js"]);
    for (const file of readdirSync(one)) expect(readFileSync(join(two, file), "utf8")).toBe(readFileSync(join(one, file), "utf8"));
  });

  it("opens from a file: classic scripts, nothing imported, nothing from elsewhere", async () => {
    const out = await build();
    for (const script of ["app.js", "topology.js"]) expect(readFileSync(join(out, script), "utf8")).not.toMatch(/^\s*(import|export)\b|\bimport\(/m);
    const html = readFileSync(join(out, "index.html"), "utf8").replace(/<script type="application\/json".*<\/script>/, "");
    expect(html).not.toMatch(/type="module"|(?:src|href)="(?!\.\/|data:)/);
    expect(readFileSync(join(out, "app.css"), "utf8").replace(/data:[^)"]+/g, "").match(/url\((?!"?\))[^)]*\)/g) ?? []).toEqual(expect.not.arrayContaining([expect.stringMatching(/https?:|\.woff/)]));
  });

  it("shows first what takes less than 100 kB of script", async () => {
    expect(readFileSync(join(await build(), "app.js")).byteLength).toBeLessThan(100_000);
  });

  it("is served by what stands beside it, with nothing but Node, until it is told to stop", async () => {
    const port = await freePort();
    const server = spawn(process.execPath, [join(await build(), "../serve.mjs")], { env: { PORT: `${port}` }, stdio: "inherit" });
    const ended = once(server, "exit");
    await expect.poll(() => fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } }).then(({ status }) => status, () => 0), { timeout: 20_000 }).toBe(200);
    server.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("becomes an image on one that the homelab runs already, as nobody's root", async () => {
    const lines = readFileSync(join(import.meta.dirname, "../Containerfile"), "utf8").split("\n");
    const known = (await readCatalog()).services.flatMap(({ versions }) => versions.map(({ reference }) => reference));
    expect(known).toContain(lines.find((line) => line.startsWith("FROM "))?.slice("FROM ".length));
    expect(lines).toContain("USER 1000");
  });

  it("hands the facts to whoever else wants them", async () => {
    expect(JSON.parse(readFileSync(join(await build(), "catalog.json"), "utf8"))).toEqual(catalog);
  });
});
