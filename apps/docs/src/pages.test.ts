import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deadLinks } from "./links.ts";
import { anchorsOf, blocksOf, linksOf, titleOf } from "./markdown.ts";
import { filePage, filePath, forSite, readPages, ROOT, sitePath } from "./pages.ts";
import { sidebarOf } from "./sidebar.ts";

const fence = "```";
const pages = readPages();

describe("a page", () => {
  it("has blocks, those in lists too, with their line and what stands above them", () => {
    const text = ["# A", "", `${fence}ts no-run`, "let a;", fence, "", "1. In a list:", "", `   ${fence}sh`, "   ls", `   ${fence}`, "", "<!-- unchecked: it is output -->", "", fence, "done", fence, ""].join("\n");
    expect(blocksOf(text)).toEqual([
      { language: "ts", words: ["no-run"], text: "let a;\n", line: 3 },
      { language: "sh", words: [], text: "ls\n", line: 9 },
      { language: "", words: [], text: "done\n", line: 15, unchecked: "it is output" },
    ]);
  });

  it("has anchors as git hosts make them, and a title", () => {
    expect(anchorsOf("# The `plan`, again\n\n## Same\n\n## Same\n\n```sh\n# none\n```\n")).toEqual(["the-plan-again", "same", "same-1"]);
    expect(titleOf("text\n\n## What `it` is\n")).toBe("What it is");
  });

  it("has links, but not those in code", () => {
    expect(linksOf("[a](b.md) and `[c](d.md)`\n\n![e](f.png)\n").map(({ to, line }) => [to, line])).toEqual([["b.md", 1], ["f.png", 3]]);
  });
});

describe("links", () => {
  it("lead somewhere, on every page", () => {
    expect(pages.size).toBeGreaterThan(90);
    expect(deadLinks(pages, (path) => existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("are found out where they do not", () => {
    const two = new Map([["docs/a.md", "# A\n\n[x](b.md#here), [y](b.md#there)\n[z](nowhere.md) [self](#a) [w](ftp://x) [v](https://)"], ["docs/b.md", "## Here"]]);
    expect(deadLinks(two, () => false)).toEqual([
      "docs/a.md:3: b.md#there: docs/b.md has no heading #there; it has #here",
      "docs/a.md:3: nowhere.md: there is no docs/nowhere.md",
      "docs/a.md:3: ftp://x: is neither https nor http",
      "docs/a.md:3: https://: is no address",
    ]);
  });
});

describe("the site", () => {
  it("makes a folder's README its index", () => {
    expect(["README.md", "packages/lab/README.md", "docs/a.md"].map(sitePath)).toEqual(["index.md", "packages/lab/index.md", "docs/a.md"]);
  });

  it("leads from page to page, and shows any other file as a page of its own", () => {
    const text = ["[a](../README.md#part) [folder](../packages/lab) [self](#here) [out](https://example.com)", "[file](../rzp) `x`", "", fence, "[kept](../README.md)", fence, ""].join("\n");
    expect(forSite("docs/README.md", text, (path) => ["README.md", "packages/lab/README.md"].includes(path))).toEqual({
      text: ["[a](../index.md#part) [folder](../packages/lab/index.md) [self](#here) [out](https://example.com)", "[file](../rzp.md) `x`", "", fence, "[kept](../README.md)", fence, ""].join("\n"),
      files: ["rzp"],
    });
    expect(filePage("lefthook.yml")).toMatch(/^---\nsearch: false\n---\n\n# lefthook.yml\n\n````text\n[^]+\n````\n$/);
    expect(filePage("kubernetes/core/namespaces")).toContain("\n## application.yaml\n\n````yaml\n");
  });

  // The first is a folder of folders alone, and its name begins with a dot: VitePress takes no such page.
  it("shows a folder however deep its files are, under a name that VitePress takes", () => {
    expect(forSite("docs/a.md", "[h](../.harness)", () => false)).toEqual({ text: "[h](../dot-harness.md)", files: [".harness"] });
    expect(filePage(".harness")).toMatch(/\n## orgs\/.+\/pipelines\/deploy\.yaml\n\n````yaml\n/);
    expect([".ci/run", "rzp"].map(filePath)).toEqual(["dot-ci/run.md", "rzp.md"]);
  });

  it("has every page in its table of contents, and refuses one that no section takes", () => {
    const links = JSON.stringify(sidebarOf(pages, ["core"]));
    expect(links).toContain('"/docs/operations/runbooks/node-lost"');
    expect(links.match(/"link"/g)).toHaveLength(pages.size + 1);
    expect(() => sidebarOf(new Map([["elsewhere/a.md", "# A"]]), [])).toThrow("no section of the site has elsewhere/a.md");
  });
});
