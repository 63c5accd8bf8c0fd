import { category, workload, type Category } from "@rzp/workload/manifests";
import { describe, expect, it } from "vitest";
import { loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { categories } from "../services/index.ts";
import { NAMES } from "../site.ts";
import { wholeStack, withChange } from "../stacks.test-data.ts";

const whole = { ...wholeStack(), domain: "example.com" };

describe("the tunnel's end in the cluster", () => {
  it("may be missing while nothing is public, as in this homelab", () => {
    const { context } = homelab(loadStack("production"));
    expect(context.services.filter(({ name, exposure }) => name === NAMES.connector || exposure === "public")).toEqual([]);
  });

  it("is there for a public service", () => {
    expect(homelab(whole, withBlog("public")).context.service(NAMES.connector).talksTo).toContain(NAMES.ingress.app);
  });

  it("is not missed by a service of the home network", () => {
    expect(() => homelab(without(), withBlog("internal"))).not.toThrow();
  });

  it("is missed by a public one, before anything registers", () => {
    expect(() => homelab(without(), withBlog("public"))).toThrow(
      "the stack cannot be used:\n  core.cloudflared.enabled is false, and blog (apps/deploy/src/services/apps/site/blog.ts) is public as blog.example.com: nothing would lead requests out of the tunnel.",
    );
  });
});

function without(): typeof whole {
  return withChange(whole, `core/${NAMES.connector}`, { enabled: false });
}

function withBlog(exposure: "internal" | "public"): Category[] {
  const blog = workload({ purpose: "Says what is on my mind.", image: `ghcr.io/a/blog:1.0.0@sha256:${"1".repeat(64)}`, port: 8080, health: "/", exposure });
  return [...categories, category("apps/site", { blog })];
}
