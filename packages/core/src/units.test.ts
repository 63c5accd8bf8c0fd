import { describe, expect, it } from "vitest";
import { applyTransform, defined, objectId, parseBytes, parseCpu, parseDuration } from "./index.ts";

describe("units", () => {
  it.each([
    ["32Gi", 32 * 2 ** 30],
    ["1.5Ki", 1536],
    ["512", 512],
    ["1GB", undefined],
    ["1G", undefined],
    ["Gi", undefined],
    ["-1Gi", undefined],
  ])("parseBytes(%j) is %s", (text, expected) => {
    expect(parseBytes(text)).toBe(expected);
  });

  it.each([
    ["100m", 0.1],
    ["2", 2],
    ["0.5", 0.5],
    ["1.5x", undefined],
  ])("parseCpu(%j) is %s", (text, expected) => {
    expect(parseCpu(text)).toBe(expected);
  });

  it.each([
    ["30s", 30_000],
    ["720h", 2_592_000_000],
    ["1h30m", 5_400_000],
    ["500ms", 500],
    ["10", undefined],
    ["soon", undefined],
    ["1d", undefined],
    ["", undefined],
  ])("parseDuration(%j) is %s", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe("applyTransform", () => {
  const args = { cores: 2, memory: 4 };

  it("merges an object, calls a function, and leaves the arguments as they were", () => {
    expect(applyTransform(args, { cores: 8 })).toEqual({ cores: 8, memory: 4 });
    expect(applyTransform(args, (old) => ({ ...old, memory: old.memory * 2 }))).toEqual({ cores: 2, memory: 8 });
    expect(applyTransform(args, undefined)).toBe(args);
    expect(args).toEqual({ cores: 2, memory: 4 });
  });
});

describe("objects", () => {
  it("names an object by kind, namespace and name", () => {
    expect(objectId({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "sonarr", namespace: "media" } })).toBe("apps/v1/Deployment media/sonarr");
    expect(objectId({ apiVersion: "v1", kind: "Namespace", metadata: { name: "media" } })).toBe("v1/Namespace media");
  });

  it("drops undefined at any depth and nothing else", () => {
    expect(defined({ a: undefined, b: [{ c: undefined, d: null }], e: { f: 0 } })).toEqual({ b: [{ d: null }], e: { f: 0 } });
  });
});
