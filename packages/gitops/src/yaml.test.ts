import fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { toYaml } from "./yaml.ts";

/** Readers that know nothing of ours: YAML 1.2 with timestamps, and YAML 1.1 with its `on`, octals and sexagesimals, as Argo CD's is closest to. */
const readers = {
  "js-yaml": (text: string): unknown => load(text),
  "yaml 1.2": (text: string): unknown => parse(text, { version: "1.2" }),
  "yaml 1.1": (text: string): unknown => parse(text, { version: "1.1", schema: "yaml-1.1" }),
};

const TRAPS = [
  "on", "off", "yes", "No", "Y", "n", "true", "FALSE", "null", "Null", "~", "", " ", "0x1", "0o7", "010", "08", "1e3", "1E3", "1_000", "12:30", "12:30:45", "-1", "+1", ".5", "1.",
  ".inf", "-.Inf", ".nan", "2026-11-25", "2026-11-25T01:02:03Z", "=", "<<", "-", "?", ":", "- a", "a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "!!str a", "%a", "@a", "`a`", "|", ">", "{}", "[]",
  "'a'", '"a"', "a\\b", "a,b", "a, b", "trailing ", " leading", "tab\tin", "\ttab", "---", "...", "--- a", "1.2.3.4", "10.0.0.0/8", "5Gi", "10m", "1h", "1h30m", "0b1", "0b", "1.2", "é", "日本", "🎉",
  "a\nb", "a\nb\n", "a\n\nb\n", "\na", "a\n\n", "a \nb", "a\n b", " a\nb", "a\n\tb", "\n", "\r\n", "a\rb", "a\u0085b", "a\u2028b", "\ufeffa", "a\u0000b", "a\u007f", "\uffff", "# a\nb", "- a\n- b\n", "a: b\nc: d\n", "--- \na", "%\na",
]; // prettier-ignore

const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(...TRAPS),
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("a", "\n", " ", "-", ":", "#", "\t", "é", "1") }),
    fc.double({ noDefaultInfinity: true, noNaN: true }).filter((number) => !Object.is(number, -0)),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...TRAPS), fc.string({ unit: "binary" })).filter((key) => key !== "__proto__"), tie("any"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).any;
const mapping = fc.dictionary(fc.constantFrom("a", "b", "spec", ...TRAPS), value, { maxKeys: 6, noNullPrototype: true });

describe.each(Object.entries(readers))("read by %s", (_, read) => {
  it("is the value it was made of, and renders to the same bytes again", () => {
    fc.assert(
      fc.property(mapping, (object) => {
        const text = toYaml(object);
        const back = read(text) as object;
        expect(back).toEqual(object);
        expect(toYaml(back)).toBe(text);
      }),
      { numRuns: 400 },
    );
  });

  it.each(TRAPS)("keeps %j a string, as value, key, item and in a list of lists", (trap) => {
    const object = { value: trap, [`k${trap}`]: 1, [trap]: 2, items: [trap, [trap], { value: trap }] };
    expect(read(toYaml(object))).toEqual(object);
  });
});

describe("toYaml", () => {
  it("sorts keys, leaves out what is undefined, and needs no anchors", () => {
    const shared = { b: 1, a: 2 };
    expect(toYaml({ z: shared, y: [shared, null], x: undefined, e: {}, l: [], m: [[1], { q: [{}] }] })).toBe(
      "e: {}\nl: []\nm:\n  - - 1\n  - q:\n      - {}\n\"y\":\n  - a: 2\n    b: 1\n  - null\nz:\n  a: 2\n  b: 1\n",
    );
  });

  it("writes several lines as a person would", () => {
    expect(toYaml({ data: { "a.lua": "hs = {}\nreturn hs\n" }, list: ["a\nb"] })).toBe("data:\n  a.lua: |\n    hs = {}\n    return hs\nlist:\n  - |-\n    a\n    b\n");
  });

  it("never folds a long line", () => {
    expect(toYaml({ a: "word ".repeat(200).trim() }).split("\n")).toHaveLength(2);
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  it.each<[object, unknown, string]>([
    [{ a: [1, undefined] }, "a[1]", "is undefined"],
    [{ a: { b: Number.NaN } }, "a.b", "is NaN"],
    [{ a: new Date(0) }, "a", "is a Date, not plain data"],
    [{ a: new Map() }, "a", "is a Map, not plain data"],
    [{ a: () => 1 }, "a", "is a function"],
    [{ a: 1n }, "a", "is a bigint"],
    [{ a: "\ud800" }, "a", "has half of a surrogate pair, which no file can hold"],
    [circular, expect.stringMatching(/^self\.self/), "is nested too deep, or contains itself"],
  ])("refuses what has no place in a manifest: %#", (object, path, message) => {
    expect(() => toYaml(object)).toThrow(expect.objectContaining({ path, message }) as Error);
  });
});
