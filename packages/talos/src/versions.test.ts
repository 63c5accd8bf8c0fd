import { join } from "node:path";
import { loadedModules } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { versionMistakes } from "./versions.ts";

describe("versionMistakes", () => {
  it("finds none where all fit, and none of a Talos minor it does not know", () => {
    expect(versionMistakes({ talos: "v1.13.9", kubernetes: "v1.36.3", secretsFrom: "v1.13.0" })).toEqual([]);
    expect(versionMistakes({ talos: "v1.15.0", kubernetes: "v1.99.0", secretsFrom: "v1.13.0" })).toEqual([]);
  });

  it("reports every version at once, each one once", () => {
    const fields = (talos: string, kubernetes: string, secretsFrom: string): string[] => versionMistakes({ talos, kubernetes, secretsFrom }).map(({ field }) => field);
    expect(fields("v1.11.0", "1.36", "v1.13")).toEqual(["talos", "kubernetes", "secretsFrom"]);
    expect(fields("v1.13", "v1.99.0", "v1.14.0")).toEqual(["talos"]);
    expect(fields("v1.13.9", "v1.99.0", "v1.14.0")).toEqual(["kubernetes", "secretsFrom"]);
  });

  it("is there without the Pulumi SDK", () => {
    expect(loadedModules(join(import.meta.dirname, "versions.ts"), "/@pulumi")).toEqual([]);
    expect(loadedModules(join(import.meta.dirname, "index.ts"), "/@pulumi").length).toBeGreaterThan(0);
  });
});
