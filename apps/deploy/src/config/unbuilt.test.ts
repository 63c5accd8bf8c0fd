import { describe, expect, it } from "vitest";
import { loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { folders } from "../render.ts";
import { wholeStack, withChange } from "../stacks.test-data.ts";

const CATALOG = "apps/dev-tools/catalog";
const production = loadStack("production");

describe("an image of our own", () => {
  it("is not wanted while it is not built, as in this homelab", () => {
    expect(homelab(production).context.services.map(({ name }) => name)).not.toContain("catalog");
  });

  it("is refused while nobody has built it, with the line to write", () => {
    expect(() => homelab(withChange(production, CATALOG, { enabled: true }))).toThrow(
      "the stack cannot be used:\n  apps.dev-tools.catalog.imageTag is missing, and apps/deploy/src/services/apps/dev-tools/catalog.ts names an image that nobody has built. Build and push it",
    );
  });

  it("is what the stack says once it is built", () => {
    const imageTag = `1.0.0@sha256:${"a".repeat(64)}`;
    const home = homelab(withChange(wholeStack(), CATALOG, { enabled: true, imageTag }));
    const { images, podSecurity, relaxations, exposure } = home.context.service("catalog");
    expect({ images, podSecurity, relaxations, exposure }).toEqual({ images: [`harbor.${production.domain}/homelab/catalog:${imageTag}`], podSecurity: "restricted", relaxations: [], exposure: "internal" });
    expect(folders(home).find(({ path }) => path.endsWith("/catalog"))?.objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["Application", "Deployment", "IngressRoute", "NetworkPolicy", "Service"]));
  });
});
