import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyzed, packageSchema } from "./analyzed.test-helper.ts";
import { schema, tokens } from "./index.ts";

const FILE = join(import.meta.dirname, "../schema.json");

describe("schema.json", () => {
  it("is what Pulumi's analyzer makes of declared.ts (vitest -u writes it anew)", async () => {
    await expect(packageSchema(tokens)).toMatchFileSnapshot(FILE);
  }, 120_000);

  it("has a resource for each component, and each reference leads somewhere", () => {
    expect(Object.keys(schema.resources)).toEqual(tokens.toSorted());
    const references = [...readFileSync(FILE, "utf8").matchAll(/"#\/types\/([^"]+)"/g)].map(([, name]) => name ?? "");
    expect(references.length).toBeGreaterThan(5);
    for (const name of references) expect(schema.types).toHaveProperty([name]);
  });
});

describe("the analyzer", () => {
  const packages = join(import.meta.dirname, "../..");

  // Why declared.ts is there. When one of these is taken one day, its part of declared.ts can go.
  it.each<[component: string, folder: string, refusal: RegExp]>([
    ["ProxmoxVm", "proxmox", /Union types are not supported .*'ProxmoxVmArgs.memory'/],
    ["TalosCluster", "talos", /must have an 'args' parameter/],
    ["ArgoApp", "argocd", /Union types are not supported .*'ArgoAppArgs.destination'/],
    ["PublishedHosts", "cloudflare", /Unsupported type .*'PublishedHostsArgs.hosts'/],
    ["InfisicalIdentity", "infisical", /Unsupported type .*'InfisicalIdentityArgs.transform'/],
  ])("takes no %s as it is", (component, folder, refusal) => {
    expect(() => analyzed(join(packages, folder), "src/index.ts", [component])).toThrow(refusal);
  }, 120_000);
});
