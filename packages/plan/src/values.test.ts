import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Redactor } from "./redact.ts";
import { clear, decode, encode, hideLeaves, ResourceReference, Secret, UNKNOWN, type Asset, type RecordedValue } from "./values.ts";

const SIG = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown): unknown => ({ [SIG]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (fields: object): unknown => ({ [SIG]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...fields });

describe("decode", () => {
  it.each<[string, unknown, RecordedValue]>([
    ["an unknown", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", UNKNOWN],
    ["null", null, null],
    ["keys in order", { b: 1, a: [true] }, { a: [true], b: 1 }],
    ["an output without a value", output({ dependencies: ["urn:x"] }), UNKNOWN],
    ["an output with a value", output({ value: [1] }), [1]],
    ["a resource", { [SIG]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "" }, new ResourceReference("urn:x")],
  ])("reads %s", (_, wire, expected) => {
    expect(decode(wire)).toEqual(expected);
  });

  it.each([
    ["secret", secret({ deep: "value" }), { deep: "value" }],
    ["secret unknown", secret("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), UNKNOWN],
    ["secret output", output({ secret: true, value: "value" }), "value"],
  ])("hides a %s", (_, wire, inside) => {
    const value = decode({ wire }) as { wire: Secret };
    expect(value.wire).toBeInstanceOf(Secret);
    expect(value.wire.reveal()).toEqual(inside);
    expect([JSON.stringify(value), inspect(value, { depth: 9, showHidden: true }), String(value.wire)]).toEqual(['{"wire":"[secret]"}', "{ wire: [secret] }", "[secret]"]);
  });

  it("tells assets apart without showing what is in them", () => {
    const wire = (text: string): unknown => ({ [SIG]: "c44067f5952c0a294b673a41bacd8c17", text });
    const [a, b, same] = [wire("a"), wire("b"), wire("a")].map(decode) as [Asset, Asset, Asset];
    expect([a.equals(b), a.equals(same), a.toString()]).toEqual([false, true, "[asset text]"]);
    const archive = decode({ [SIG]: "0def7320c3a5731c473e5ecbe6d01bc7", assets: { b: wire("b"), a: wire("a") } }) as Asset;
    expect(archive.toString()).toBe("[archive of a, b]");
  });
});

const value: fc.Arbitrary<RecordedValue> = fc.letrec<{ value: RecordedValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.constant(UNKNOWN),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
    tie("value").map((inner) => new Secret(inner)),
  ),
})).value; // prettier-ignore

describe("encode", () => {
  it("is undone by decode", () => {
    fc.assert(
      fc.property(value, (original) => {
        const back = decode(encode(original));
        expect(JSON.stringify(back)).toHaveLength(JSON.stringify(original).length);
        expect(clear(back)).toEqual(clear(original));
      }),
    );
  });
});

describe("Secret", () => {
  it.each([
    ["a", "a", true],
    ["a", "b", false],
    [{ a: new Secret("x") }, { a: new Secret("x") }, true],
    [{ a: new Secret("x") }, { a: new Secret("y") }, false],
  ])("compares %j with %j", (a, b, equal) => {
    expect(new Secret(a).equals(new Secret(b))).toBe(equal);
  });

  it("can be put over every leaf", () => {
    const hidden = hideLeaves({ a: "x", b: [1, true, null], c: UNKNOWN });
    expect(JSON.stringify(hidden)).toBe('{"a":"[secret]","b":["[secret]","[secret]",null],"c":"[unknown]"}');
    expect((hidden as Record<string, RecordedValue>).c).toBe(UNKNOWN);
  });
});

describe("Redactor", () => {
  it.each([
    ["a configured secret", ["hunter2"], [], "pw=hunter2!", "pw=[secret]!", "pw=[secret]!"],
    ["a leaf of a structured one", ['{"a":{"b":"correct-horse-battery"}}'], [], "x correct-horse-battery", "x [secret]", "x [secret]"],
    ["a long secret of the program", [], ["correct-horse-battery"], "x correct-horse-battery", "x [secret]", "x [secret]"],
    ["a short one in text only: a plan full of masked words says nothing", [], ["admin"], "user admin", "user [secret]", "user admin"],
    ["nothing for a secret of two letters", ["ab"], [], "abacus", "abacus", "abacus"],
    ["a number", [], [123456], "port 123456", "port [secret]", "port 123456"],
    ["the longer of two", ["abc", "abcdef"], [], "abcdef", "[secret]", "[secret]"],
    ["what looks like the mask itself", ["secret", "hunter2"], [], "hunter2 secret", "[secret] [secret]", "[secret] [secret]"],
    ["JSON, URL and base64 forms", ["a\"b c"], [], 'a\\"b c a%22b%20c ImEiYiBjIg== YSJiIGM=', "[secret] [secret] ImEiYiBjIg== [secret]", "[secret] [secret] ImEiYiBjIg== [secret]"],
    ["characters that mean something in a pattern", ["a.*(b[c"], [], "a.*(b[c axxb", "[secret] axxb", "[secret] axxb"],
  ])("masks %s", (_, config, program, text, inText, inValues) => {
    const redactor = new Redactor(config);
    redactor.add(program);
    expect([redactor.text(text), redactor.string(text)]).toEqual([inText, inValues]);
  });

  it("leaves no configured secret in any value", () => {
    fc.assert(
      fc.property(fc.array(fc.string().map((tail) => `s3cr3t:${tail}`), { minLength: 1 }), value, fc.nat(), (secrets, around, pick) => {
        const planted = secrets[pick % secrets.length] ?? "";
        const cleaned = new Redactor(secrets).value({ around, [`key ${planted}`]: [{ text: `before ${planted} after` }] });
        expect(JSON.stringify(cleaned)).not.toContain("s3cr3t:");
      }),
    ); // prettier-ignore
  });
});
