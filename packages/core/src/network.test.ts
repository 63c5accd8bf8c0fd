import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressAfter, contains, isIpv4, isPublicIpv4, overlaps, parseCidr, parseInterface, parseRange } from "./index.ts";

describe("parseCidr", () => {
  it.each([
    ["10.0.20.0/24", { prefix: 24, first: "10.0.20.0", last: "10.0.20.255" }],
    ["10.96.0.0/12", { prefix: 12, first: "10.96.0.0", last: "10.111.255.255" }],
    ["10.0.0.1/32", { prefix: 32, first: "10.0.0.1", last: "10.0.0.1" }],
  ])("%s", (cidr, expected) => {
    expect(parseCidr(cidr)).toEqual({ cidr, ...expected });
  });

  it.each(["10.0.20.5/24", "10.0.20.0", "10.0.20.0/33", "10.0.20/24", "10.0.0.0/08", "010.0.0.0/8", "0.0.0.0/00", "300.0.0.0/8", "fd00::/8", "", "x/24"])("refuses %j", (cidr) => {
    expect(parseCidr(cidr)).toBeUndefined();
  });
});

describe("parseInterface", () => {
  it.each([
    ["10.0.20.11/24", { address: "10.0.20.11", network: { cidr: "10.0.20.0/24", prefix: 24, first: "10.0.20.0", last: "10.0.20.255" } }],
    ["10.0.0.0/31", { address: "10.0.0.0", network: { cidr: "10.0.0.0/31", prefix: 31, first: "10.0.0.0", last: "10.0.0.1" } }],
    ["10.0.0.1/32", { address: "10.0.0.1", network: { cidr: "10.0.0.1/32", prefix: 32, first: "10.0.0.1", last: "10.0.0.1" } }],
  ])("%s", (text, expected) => {
    expect(parseInterface(text)).toEqual(expected);
  });

  it.each(["10.0.20.11", "10.0.20.0/24", "10.0.20.255/24", "10.0.20.11/33", "10.0.20/24", "10.0.20.11/08", "10.0.20.011/24", "dhcp", ""])("refuses %j", (text) => {
    expect(parseInterface(text)).toBeUndefined();
  });
});

describe("ranges", () => {
  it.each([
    ["10.0.0.1-10.0.0.9", { first: "10.0.0.1", last: "10.0.0.9" }],
    ["10.0.0.7", { first: "10.0.0.7", last: "10.0.0.7" }],
    ["10.0.0.9-10.0.0.1", undefined],
    ["10.0.0.1-x", undefined],
    ["10.0.0.1-10.0.0.2-10.0.0.3", undefined],
  ])("parseRange(%s)", (text, expected) => {
    expect(parseRange(text)).toEqual(expected);
  });

  const address = fc.ipV4();
  it("contains its ends, and overlapping is symmetric and reflexive", () => {
    fc.assert(
      fc.property(address, fc.nat(5000), address, fc.nat(5000), (a, m, b, n) => {
        fc.pre(!a.startsWith("255.") && !b.startsWith("255."));
        const left = { first: a, last: addressAfter(a, m) };
        const right = { first: b, last: addressAfter(b, n) };
        expect(contains(left, left.first) && contains(left, left.last)).toBe(true);
        expect(contains(left, addressAfter(left.last, 1))).toBe(false);
        expect(overlaps(left, left)).toBe(true);
        expect(overlaps(left, right)).toBe(overlaps(right, left));
        expect(overlaps(left, right)).toBe(contains(left, right.first) || contains(right, left.first));
      }),
    );
  });

  it.each([
    ["8.8.8.8", true],
    ["10.0.0.1", false],
    ["172.31.255.255", false],
    ["172.32.0.1", true],
    ["192.168.1.1", false],
    ["100.64.0.1", false],
    ["127.0.0.1", false],
    ["169.254.1.1", false],
    ["203.0.113.9", false],
    ["224.0.0.1", false],
    ["nonsense", false],
  ])("isPublicIpv4(%s) is %s", (ip, expected) => {
    expect(isPublicIpv4(ip)).toBe(expected);
  });

  it.each([
    ["10.0.0.1", true],
    ["10.0.0.1/24", false],
    ["10.0.0", false],
    ["::1", false],
  ])("isIpv4(%s) is %s", (ip, expected) => {
    expect(isIpv4(ip)).toBe(expected);
  });
});
