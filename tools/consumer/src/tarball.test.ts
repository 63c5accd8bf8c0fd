import { describe, expect, it } from "vitest";
import { faults, missing, type Tarball } from "./tarball.ts";

const manifest = JSON.stringify({
  exports: { ".": { "@rzp/source": "./src/index.ts", import: { types: "./dist/index.d.ts", default: "./dist/index.js" }, require: { types: "./dist/index.d.cts", default: "./dist/index.cjs" } } },
  bin: { x: "./dist/cli.js" },
});
const good = { "package.json": manifest, "README.md": "# x", LICENSE: "MIT", "dist/index.js": "1", "dist/index.cjs": "1", "dist/index.d.ts": "", "dist/index.d.cts": "", "dist/cli.js": "1" };
const tarball = (extra: Record<string, string> = {}, packed = 1_000): Tarball => ({ packed, files: new Map(Object.entries({ ...good, ...extra })) });
const without = (paths: readonly string[], packed = 1_000): Tarball => ({ packed, files: new Map(Object.entries(good).filter(([path]) => !paths.includes(path))) });

describe("faults", () => {
  it("finds nothing in what is meant", () => {
    expect(faults("@rzp/core", tarball(), ["/home/me/repo"])).toEqual([]);
  });

  it.each<[what: string, extra: Record<string, string>, fault: string]>([
    ["a test", { "dist/names.test.js": "" }, "ships dist/names.test.js, which is not meant to be published"],
    ["a test's data", { "dist/__fixtures__/a.js": "" }, "ships dist/__fixtures__/a.js, which is not meant to be published"],
    ["a test's helper", { "dist/site.test-data.js": "" }, "ships dist/site.test-data.js, which is not meant to be published"],
    ["a source", { "src/index.ts": "" }, "ships src/index.ts, which is not meant to be published"],
    ["a source map", { "dist/index.js.map": "{}" }, "ships dist/index.js.map, which is not meant to be published"],
    ["a file beside", { ".env": "TOKEN=1" }, "ships .env, which is not meant to be published"],
    ["a settings file", { "tsconfig.json": "{}" }, "ships tsconfig.json, which is not meant to be published"],
    ["another package's extras", { "protos/a.proto": "" }, "ships protos/a.proto, which is not meant to be published"],
    ["the name of a source map", { "dist/index.js": "1\n//# sourceMappingURL=index.js.map" }, "ships dist/index.js, which names a source map"],
    ["a folder of this machine", { "dist/index.js": 'var a = "/home/me/repo/packages/core"' }, "ships dist/index.js, which names a folder of the machine it was built on: /home/me/repo"],
  ])("finds %s", (_what, extra, fault) => {
    expect(faults("@rzp/core", tarball(extra), ["/home/me/repo"])).toEqual([fault]);
  });

  it("takes a name that only begins like a folder of this machine", () => {
    expect(faults("@rzp/core", tarball({ "dist/index.js": "/root-applications" }), ["/root"])).toEqual([]);
  });

  it("takes what a package ships besides, and from it alone", () => {
    const lab = { "protos/a/b.proto": "", "cluster/go.mod": "", "cluster/redis/main.go": "" };
    expect(faults("@rzp/lab", tarball(lab), [])).toEqual([]);
    expect(faults("@rzp/lab", tarball({ "cluster/main.test.ts": "" }), [])).toEqual(["ships cluster/main.test.ts, which is not meant to be published"]);
  });

  it("finds one that has grown too large, and one without a licence", () => {
    expect(faults("@rzp/core", without(["LICENSE"], 300_001), [])).toEqual(["has 300001 bytes packed, more than 300000", "has no LICENSE"]);
  });
});

describe("missing", () => {
  it("finds nothing where every entry point is there", () => {
    expect(missing(tarball())).toEqual([]);
  });

  it("finds a declaration and a program that were left out", () => {
    expect(missing(without(["dist/index.d.cts", "dist/cli.js"]))).toEqual(["promises dist/index.d.cts and does not have it", "promises dist/cli.js and does not have it"]);
  });
});
