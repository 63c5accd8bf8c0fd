import { category, workload, type Category } from "@rzp/workload/manifests";
import { describe, expect, it } from "vitest";
import type { Stack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { categories } from "../services/index.ts";
import { wholeStack } from "../stacks.test-data.ts";

const production = wholeStack();
const stack = (domain: string, certificateNames?: string[]): Stack => ({
  ...production,
  domain,
  cloudflare: { ...production.cloudflare, zone: "example.com", ...(certificateNames === undefined ? {} : { certificateNames }) },
});

describe("a public service", () => {
  it.each([
    ["directly below the zone", stack("example.com")],
    ["below a wildcard that was ordered", stack("home.example.com", ["example.com", "*.home.example.com"])],
    ["that is named on the certificate", stack("home.example.com", ["blog.home.example.com"])],
  ])("is taken %s", (_, one) => {
    expect(homelab(one, withBlog("public")).context.service("blog").exposure).toBe("public");
  });

  it.each([
    ["deeper than universal SSL reaches", stack("home.example.com"), "(example.com, *.example.com); make domain example.com, or order"],
    ["outside the names that were ordered", stack("home.example.com", ["*.other.example.com"]), "(*.other.example.com); make domain example.com, or order"],
    ["outside them, with nothing to move", stack("example.com", ["example.com"]), "(example.com); order"],
  ])("is refused %s, before anything registers", (_, one, names) => {
    expect(() => homelab(one, withBlog("public"))).toThrow(
      `the stack cannot be used:\n  domain makes blog (apps/deploy/src/services/apps/site/blog.ts) public as blog.${one.domain}, which is on no certificate that Cloudflare shows ${names} an advanced certificate and name it in cloudflare.certificateNames`,
    );
  });
});

it("a service of the home network needs no certificate of Cloudflare's", () => {
  expect(() => homelab(stack("home.example.com"), withBlog("internal"))).not.toThrow();
});

function withBlog(exposure: "internal" | "public"): Category[] {
  const blog = workload({ purpose: "Says what is on my mind.", image: `ghcr.io/a/blog:1.0.0@sha256:${"1".repeat(64)}`, port: 8080, health: "/", exposure });
  return [...categories, category("apps/site", { blog })];
}
