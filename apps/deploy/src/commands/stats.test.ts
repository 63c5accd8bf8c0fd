import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { categories } from "../services/index.ts";
import { codeLines, declarationLines, median, stats } from "./stats.ts";

describe("declarations", () => {
  const all = declarationLines(categories);
  const sizes = all.map(({ lines }) => lines);

  it("are short: half of them in 15 code lines at most, and none in more than 60", () => {
    expect(sizes.length).toBeGreaterThan(40);
    expect(median(sizes)).toBeLessThanOrEqual(15);
    expect(all.filter(({ lines }) => lines > 60)).toEqual([]);
  });
});

describe("code lines", () => {
  it.each([
    ["", 0],
    ["a;\n\n  b;\n", 2],
    ["// why\na; // why\n  // why\n", 1],
    ["/** One. */\na;\n/**\n * Two.\n *\n */\nb;\n", 2],
    ["a;\n  /* one\n  two */\nb;\n/* three */\n", 2],
    ['a("https://x/*");\nb("*/");\n', 2],
  ])("of %j are %i", (text, lines) => {
    expect(codeLines(text)).toBe(lines);
  });
});

it.each([
  [[3], 3],
  [[9, 1, 5], 5],
  [[4, 1, 3, 2], 2.5],
])("the median of %j is %d", (numbers, middle) => {
  expect(median(numbers)).toBe(middle);
});

describe("./rzp stats", () => {
  const said: string[] = [];
  beforeEach(() => {
    said.length = 0;
    vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("says what is declared and what becomes of it: every object is one file", async () => {
    expect(await stats({ stack: "production" })).toBe(0);
    const objects = said.flatMap((line) => /^ +(\d+) {2}[A-Z]\w+$/.exec(line)?.[1] ?? []).map(Number);
    const [, lines, files] = /^rendered +(\d+) lines of YAML in (\d+) files$/m.exec(said.join("\n")) ?? [];
    expect(objects.reduce((sum, count) => sum + count, 0)).toBe(Number(files));
    expect(objects).toEqual(objects.toSorted((a, b) => b - a));
    expect(Number(lines)).toBeGreaterThan(Number(files));
    expect(said.join("\n")).toMatch(/^declarations {2}\d+ code lines at least, [\d.]+ in the middle, \d+ at most \(\d+ files\)$/m);
  });
});
