import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { npmSettings, targetOf, withTarget } from "./publish.ts";

const good = { NPM_REGISTRY: "https://pkg.example.com/pkg/account/homelab/npm", NPM_TOKEN: "s3cret" };

describe("targetOf", () => {
  it("takes both from the environment", () => {
    expect(targetOf(good)).toEqual({ registry: "https://pkg.example.com/pkg/account/homelab/npm/", token: "s3cret" });
    expect(targetOf({ ...good, NPM_REGISTRY: "http://127.0.0.1:4873/" })).toEqual({ registry: "http://127.0.0.1:4873/", token: "s3cret" });
  });

  it.each<[what: string, environment: Record<string, string>, problem: RegExp]>([
    ["no registry", { NPM_TOKEN: "s3cret" }, /^NPM_REGISTRY is not set: the address of the npm registry/],
    ["an empty token, as a pipeline gives where a secret is missing", { ...good, NPM_TOKEN: "" }, /^NPM_TOKEN is not set/],
    ["what is no address", { ...good, NPM_REGISTRY: "registry.example.com" }, /^NPM_REGISTRY is no address of a registry, such as https:/],
    ["a token where the address belongs", { ...good, NPM_REGISTRY: "s3cret" }, /^NPM_REGISTRY is no address of a registry/],
    ["a password in the address", { ...good, NPM_REGISTRY: "https://me:s3cret@registry.example.com/" }, /^NPM_REGISTRY has a name or a password in it/],
    ["a password in an address over plain http", { ...good, NPM_REGISTRY: "http://me:s3cret@registry.example.com/" }, /^NPM_REGISTRY has a name or a password in it/],
    ["an address of another kind", { ...good, NPM_REGISTRY: "ftp://example.com/" }, /^NPM_REGISTRY is no address/],
    ["a token over plain http", { ...good, NPM_REGISTRY: "http://registry.example.com/" }, /^NPM_REGISTRY begins with http: the token would be readable/],
  ])("refuses %s", (_what, environment, problem) => {
    const answer = targetOf(environment);
    expect(answer).toEqual({ problem: expect.stringMatching(problem) as string });
    expect(JSON.stringify(answer)).not.toContain("s3cret");
  });
});

describe("npmSettings", () => {
  it("names the variable and not the token", () => {
    expect(npmSettings({ registry: "https://pkg.example.com/npm/", token: "s3cret" }, ["@rzp"])).toBe("@rzp:registry=https://pkg.example.com/npm/\n//pkg.example.com/npm/:_authToken=${NPM_TOKEN}\n");
  });
});

describe("withTarget", () => {
  it("leaves nothing behind, whatever happens", async () => {
    let file = "";
    const ran = withTarget({ registry: "https://pkg.example.com/npm/", token: "s3cret" }, ["@rzp"], async (environment) => {
      file = environment.NPM_CONFIG_USERCONFIG ?? "";
      expect(readFileSync(file, "utf8")).not.toContain("s3cret");
      return Promise.reject(new Error("the registry is down"));
    });
    await expect(ran).rejects.toThrow("the registry is down");
    expect(existsSync(file)).toBe(false);
  });
});
