import { describe, expect, it } from "vitest";
import { refusalOf, warningsOf } from "./client.ts";

describe("warningsOf", () => {
  it.each<[what: string, header: string | string[] | undefined, warnings: string[]]>([
    ["none", undefined, []],
    ["one", '299 - "unknown field \\"spec.replica\\""', ['unknown field "spec.replica"']],
    ["two in one header", '299 - "a, b", 299 - "c"', ["a, b", "c"]],
    ["two headers", ['299 - "a"', '299 kube-apiserver "b"'], ["a", "b"]],
  ])("reads %s", (_, header, warnings) => {
    expect(warningsOf(header)).toEqual(warnings);
  });
});

describe("refusalOf", () => {
  it.each([
    [{ kind: "Status", message: "no" }, "no"],
    ["plain text", '"plain text"'],
    [{ items: [] }, '{"items":[]}'],
  ])("says the reason of %j", (body, reason) => {
    expect(refusalOf(body)).toBe(reason);
  });
});
