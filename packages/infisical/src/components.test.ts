import { secret } from "@pulumi/pulumi";
import { ArgumentError } from "@rzp/core";
import { isSecret, record, valueOf } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { InfisicalIdentity, InfisicalSecretStore, infisicalSecretStoreManifests, universalAuth, type InfisicalIdentityArgs } from "./index.ts";

const identity: InfisicalIdentityArgs = { namespace: "external-secrets", clientId: "the-client-id", clientSecret: "the-client-secret" };
const store = { auth: universalAuth("infisical-identity", "external-secrets"), projectSlug: "homelab", environmentSlug: "prod" };

describe("InfisicalIdentity", () => {
  it("marks the login as secret in inputs and outputs, even where it was given in clear, and never hands it to its own component", async () => {
    const { find, resources, result } = await record(() => new InfisicalIdentity("infisical-identity", identity));
    const component = find("rzp:infisical:InfisicalIdentity");
    const child = find("kubernetes:core/v1:Secret");

    expect(child.inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "infisical-identity", namespace: "external-secrets" },
      type: "Opaque",
      stringData: { clientId: "the-client-id", clientSecret: "the-client-secret" },
    });
    expect(child.secretInputs).toEqual(["stringData.clientId", "stringData.clientSecret"]);
    expect(child.options.additionalSecretOutputs).toEqual(["data", "stringData"]);
    expect(child.parentUrn).toBe(component.urn);
    expect(component.inputs).toEqual({ namespace: "external-secrets" });
    expect(resources).toHaveLength(2);
    expect(await valueOf(result.secretName)).toBe("infisical-identity");
    expect(await isSecret(result.secretName)).toBe(false);
  });

  it("has the keys that universalAuth refers to", async () => {
    const { find } = await record(() => new InfisicalIdentity("infisical-identity", identity));
    const auth = universalAuth("infisical-identity", "external-secrets");
    const keys = "universal" in auth ? Object.values(auth.universal).map(({ key }) => key) : [];
    expect(keys.sort()).toEqual(Object.keys(find("kubernetes:core/v1:Secret").inputs.stringData as object).sort());
  });

  it("waits for an identity that is not known yet, and does not know the Secret's name before it is there", async () => {
    const args = { ...identity, clientSecret: secret("later") };
    const { find, result } = await record(() => new InfisicalIdentity("infisical-identity", args), { preview: true, newResource: () => ({ id: "", state: {} }) });
    expect(find("kubernetes:core/v1:Secret").inputs.stringData).toEqual({ clientId: "the-client-id", clientSecret: "later" });
    expect(await (result.secretName as unknown as { isKnown: Promise<boolean> }).isKnown).toBe(false);
  });

  it("is transformed last, and says the name it then has", async () => {
    const transform: InfisicalIdentityArgs["transform"] = { secret: (old) => ({ ...old, metadata: { ...old.metadata, name: "other", labels: { a: "b" } } }) };
    const { find, result } = await record(() => new InfisicalIdentity("infisical-identity", { ...identity, transform }));
    expect(find("kubernetes:core/v1:Secret").secretInputs).toEqual(["stringData.clientId", "stringData.clientSecret"]);
    expect(await valueOf(result.secretName)).toBe("other");
  });

  const bad: [string, string, Partial<InfisicalIdentityArgs>, string][] = [
    ["a name that is none", "My Identity", {}, 'InfisicalIdentity "My Identity": is not a name for a Secret. Use a-z, 0-9, - and dots, a letter or digit at both ends.'],
    ["a namespace that is none", "x", { namespace: "a.b" }, 'InfisicalIdentity "x": namespace "a.b" is not a namespace. Use a DNS label.'],
    ["no client id", "x", { clientId: "" }, "InfisicalIdentity \"x\": clientId is empty. Copy it from the machine identity's universal auth."],
    ["a secret with a line break, without showing it", "x", { clientSecret: "the-client-secret\n" }, 'InfisicalIdentity "x": clientSecret begins or ends with white space. Copy it without the line break.'],
  ];
  it.each(bad)("refuses %s before anything registers", async (_, name, args, message) => {
    let caught: unknown;
    const { resources } = await record(() => {
      try {
        new InfisicalIdentity(name, { ...identity, ...args });
      } catch (error) {
        caught = error;
      }
    });
    expect(caught).toBeInstanceOf(ArgumentError);
    expect((caught as Error).message).toBe(message);
    expect(resources).toEqual([]);
  });
});

describe("InfisicalSecretStore", () => {
  it("registers the object that a GitOps tree would have", async () => {
    const { find, resources, result } = await record(() => new InfisicalSecretStore("infisical", store));
    const child = find("kubernetes:external-secrets.io/v1:ClusterSecretStore");
    expect(child.inputs).toEqual({ ...infisicalSecretStoreManifests("infisical", store)[0] });
    expect(child.parentUrn).toBe(find("rzp:infisical:InfisicalSecretStore").urn);
    expect(resources).toHaveLength(2);
    expect(await valueOf(result.storeName)).toBe("infisical");
  });
});
