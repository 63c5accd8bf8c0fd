import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dnsLabel, isDnsLabel, isDnsSubdomain, isHostName } from "./index.ts";

describe("names", () => {
  it.each([
    ["a", true],
    ["cp-1", true],
    ["a".repeat(63), true],
    ["a".repeat(64), false],
    ["-a", false],
    ["a-", false],
    ["A", false],
    ["a.b", false],
    ["", false],
  ])("isDnsLabel(%j) is %s", (name, expected) => {
    expect(isDnsLabel(name)).toBe(expected);
  });

  it.each([
    ["home.example.com", true, true],
    ["localhost", true, false],
    ["a..b", false, false],
    [`${"a".repeat(64)}.example.com`, true, false],
    [`${"a.".repeat(130)}com`, false, false],
    ["*.example.com", false, false],
    ["1.2.3.4", true, false],
    ["1.2.3.4a", true, true],
    ["4.example.com", true, true],
    ["example.123", true, false],
    ["example.a-1", true, true],
  ])("%j: subdomain %s, host name %s", (name, subdomain, host) => {
    expect(isDnsSubdomain(name)).toBe(subdomain);
    expect(isHostName(name)).toBe(host);
  });

  it("keeps parts that are labels already", () => {
    expect(dnsLabel(["sonarr", "config"])).toBe("sonarr-config");
  });

  it("says what was dropped by a hash, and keeps the rest readable", () => {
    expect(dnsLabel(["Sonarr 4K"])).toMatch(/^sonarr-4k-[0-9a-f]{8}$/);
    expect(dnsLabel(["a".repeat(80)])).toMatch(/^a{54}-[0-9a-f]{8}$/);
    expect(dnsLabel(["ünïcödé"])).toMatch(/-[0-9a-f]{8}$/);
  });

  it("refuses a limit that leaves no room for the hash, whatever the parts", () => {
    for (const parts of [["a".repeat(70)], ["a"]]) {
      for (const max of [9, 5, 0, -1, 10.5, Number.NaN]) expect(() => dnsLabel(parts, max)).toThrow("has no room for its hash: use 10 or more.");
    }
    expect(dnsLabel(["a".repeat(70)], 10)).toMatch(/^a-[0-9a-f]{8}$/);
  });
});

describe("laws of dnsLabel", () => {
  const part = fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[a-z0-9-]{0,80}$/), fc.stringMatching(/^[A-Za-z0-9 ._]{1,20}$/));
  const parts = fc.array(part, { minLength: 1, maxLength: 4 });

  it("is always a valid label within its limit", () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 10, max: 63 }), (names, max) => {
        const label = dnsLabel(names, max);
        expect(isDnsLabel(label)).toBe(true);
        expect(label.length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it("depends on its parts alone, and single names never collide", () => {
    fc.assert(
      fc.property(part, part, (a, b) => {
        expect(dnsLabel([a]) === dnsLabel([b])).toBe(a === b);
      }),
    );
  });

  it("does not take a name for a shortened one", () => {
    const shortened = dnsLabel(["Sonarr"]);
    expect(dnsLabel([shortened])).not.toBe(shortened);
  });
});
