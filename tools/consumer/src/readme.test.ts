import { readFileSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asCommonJs, examplesOf } from "./readme.ts";

const ROOT = join(import.meta.dirname, "../../..");
const fence = "```";

describe("examplesOf", () => {
  it("takes the TypeScript blocks and leaves the others", () => {
    const readme = ["# x", `${fence}ts`, 'import "a";', fence, `${fence}sh`, "ls", fence, fence, "output", fence, `${fence}ts no-run`, 'import "b";', fence, ""].join("\n");
    expect(examplesOf("@rzp/lab", readme)).toEqual([
      { id: "lab", package: "@rzp/lab", source: 'import "a";\n', runs: true },
      { id: "lab-2", package: "@rzp/lab", source: 'import "b";\n', runs: false },
    ]);
  });

  it("takes a block whole that has backticks in it", () => {
    const readme = [`${fence}ts`, "const a = `x`;", "", `const b = "${fence}";`, fence, "", fence, "no", fence].join("\n");
    expect(examplesOf("@rzp/core", readme).map(({ source }) => source)).toEqual([`const a = \`x\`;\n\nconst b = "${fence}";\n`]);
  });

  const published = globSync("packages/*/package.json", { cwd: ROOT })
    .map((file) => ({ folder: join(ROOT, file, ".."), ...(JSON.parse(readFileSync(join(ROOT, file), "utf8")) as { name: string; private?: boolean }) }))
    .filter((each) => each.private !== true);

  it.each(published)("finds one that runs in the README of $name, and it imports the package", ({ name, folder }) => {
    const first = examplesOf(name, readFileSync(join(folder, "README.md"), "utf8"))[0];
    expect(first?.source).toMatch(new RegExp(`from "${name}["/]`));
    expect(examplesOf(name, readFileSync(join(folder, "README.md"), "utf8")).some(({ runs }) => runs)).toBe(true);
  });
});

describe("asCommonJs", () => {
  it("leaves a block that does not wait", () => {
    const source = 'import { a } from "b";\n\nexport const c = a();\n\nasync function d() {\n  await c;\n}\n// await nothing\n';
    expect(asCommonJs(source)).toBe(source);
  });

  it("puts what waits into a function", () => {
    const source = 'import {\n  a,\n} from "b";\nimport c from "d";\n\nexport const e = await a();\nexport default c;\n';
    expect(asCommonJs(source)).toBe(
      'import {\n  a,\n} from "b";\nimport c from "d";\n\nexport async function example(): Promise<void> {\n\nconst e = await a();\nc;\n\n}\n',
    );
  });
});
