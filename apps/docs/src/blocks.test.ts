import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { blocksOf, type Block } from "./markdown.ts";
import { PACKAGES, readPages, ROOT } from "./pages.ts";

const FOLDER = join(ROOT, "apps/docs/.blocks");
const TSC = join(ROOT, "node_modules/typescript7/bin/tsc");

interface Found extends Block {
  path: string;
}

/** What is checked where: TypeScript, YAML and JSON here; shell and `./rzp` in the deploy app's tests of documents. */
const CHECKED = ["ts", "yaml", "json", "sh"];

const generated = (path: string): boolean => path.startsWith("docs/reference/");
const found: Found[] = [...readPages()].filter(([path]) => !generated(path)).flatMap(([path, text]) => blocksOf(text).map((block) => ({ path, ...block })));
const of = (...languages: string[]): Found[] => found.filter(({ language, unchecked }) => languages.includes(language) && unchecked === undefined);
const place = ({ path, line }: Found): string => `${path}:${line}`;

/** Type-checks blocks in one program, and tells each mistake with its place on the page. */
function typeErrors(blocks: readonly Found[]): string[] {
  const names = new Map(blocks.map((block, index) => [`block-${index}.ts`, block]));
  for (const old of globSync("block-*.ts", { cwd: FOLDER })) rmSync(join(FOLDER, old));
  for (const [name, { text }] of names) writeFileSync(join(FOLDER, name), `${text}\nexport {};\n`);
  const { stdout } = spawnSync(process.execPath, [TSC, "-p", join(FOLDER, "tsconfig.json"), "--pretty", "false"], { cwd: FOLDER, encoding: "utf8" });
  return stdout.split("\n").filter((line) => line.includes("error TS")).map((line) => line.replace(/^(?:.*\/)?(block-\d+\.ts)\((\d+),\d+\)/, (_, name: string, at: string) => {
    const block = names.get(name);
    return block === undefined ? name : `${block.path}:${block.line + Number(at)}`;
  }));
}

describe("blocks of code", () => {
  beforeAll(() => {
    rmSync(FOLDER, { recursive: true, force: true });
    // What somebody has who uses every package.
    mkdirSync(join(FOLDER, "node_modules/@rzp"), { recursive: true });
    for (const name of PACKAGES) symlinkSync(join(ROOT, "packages", name), join(FOLDER, "node_modules/@rzp", name));
    symlinkSync(join(ROOT, "apps/deploy/node_modules/@pulumi"), join(FOLDER, "node_modules/@pulumi"));
    writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify({ extends: "../../../tsconfig.base.json", compilerOptions: { module: "preserve", moduleResolution: "bundler" }, include: ["block-*.ts"] }));
  });
  afterAll(() => { rmSync(FOLDER, { recursive: true, force: true }); });

  it("are in a language that is checked, or say why they are not", () => {
    expect(found.filter(({ language, unchecked }) => unchecked === undefined && !CHECKED.includes(language)).map(place)).toEqual([]);
    const unchecked = found.filter((block) => block.unchecked !== undefined);
    process.stdout.write(`${found.length} blocks of code, ${unchecked.length} not checked:\n${unchecked.map((block) => `  ${place(block)}: ${block.unchecked}\n`).join("")}`);
    expect(found.length).toBeGreaterThan(30);
  });

  it("compile where they are TypeScript", () => {
    const blocks = of("ts");
    expect(blocks.length).toBeGreaterThan(12);
    expect(typeErrors(blocks)).toEqual([]);
  }, 120_000);

  it("are found out where they do not", () => {
    const page = { path: "docs/a.md", language: "ts", words: [], line: 5 };
    const errors = typeErrors([{ ...page, text: 'import { mediaApp } from "@rzp/media/manifests";\n\nexport const app = mediaApp({ imaeg: "x" });\n' }]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^docs\/a\.md:8: error TS.*imaeg/);
  }, 120_000);

  it.each(of("yaml").map((block) => [place(block), block.text]))("%s is YAML", (_, text) => {
    expect(parseAllDocuments(text).flatMap(({ errors }) => errors.map(({ message }) => message))).toEqual([]);
  });

  it("are JSON where they say so", () => {
    expect(of("json").filter(({ text }) => !isJson(text)).map(place)).toEqual([]);
    expect(isJson("{ a: 1 }")).toBe(false);
  });

  it("are the file that they name, where they name one", () => {
    expect(found.flatMap(differsFromItsFile)).toEqual([]);
    expect(differsFromItsFile({ path: "a.md", language: "ts", words: [], line: 1, text: "// packages/core/src/index.ts\nexport const nothing = 0;\n" })).toEqual(["a.md:1 is not packages/core/src/index.ts"]);
  });
});

/** A block whose first line is the path of a file shows that file, whole. */
function differsFromItsFile(block: Found): string[] {
  const [, file] = /^(?:\/\/|#) ((?:apps|packages|tools)\/\S+\.\w+)\n/.exec(block.text) ?? [];
  if (file === undefined) return [];
  const shown = block.text.slice(block.text.indexOf("\n") + 1);
  return readFileSync(join(ROOT, file), "utf8").trim() === shown.trim() ? [] : [`${place(block)} is not ${file}`];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
