import { ClusterSecretStore, ExternalSecret } from "@kubernetes-models/external-secrets/external-secrets.io/v1";
import { ArgumentError } from "@rzp/core";
import { at, crdProblems, hasCrds, loadedModules } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { externalSecretManifests, infisicalSecretStoreManifests, universalAuth, type ExternalSecretArgs, type InfisicalSecretStoreArgs } from "./manifests.ts";

const auth = universalAuth("infisical-identity", "external-secrets");
const store: InfisicalSecretStoreArgs = { auth, projectSlug: "homelab", environmentSlug: "prod" };
const identityId = { name: "identity", key: "id", namespace: "external-secrets" };
const sonarr: ExternalSecretArgs = { namespace: "media", store: "infisical", keys: [{ key: "API_KEY", remote: "/apps/sonarr/API_KEY" }] };

const storeOf = (args: Partial<InfisicalSecretStoreArgs> = {}) => infisicalSecretStoreManifests("infisical", { ...store, ...args })[0];
const secretOf = (args: Partial<ExternalSecretArgs> = {}) => externalSecretManifests("sonarr", { ...sonarr, ...args })[0];

const SYNC_WAVE = "argocd.argoproj.io/sync-wave";
const SYNC_OPTIONS = "argocd.argoproj.io/sync-options";

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError);
    return (error as Error).message;
  }
  return "was accepted";
}

describe("externalSecretManifests", () => {
  it("names keys one by one: a find that matches nothing would be silent", () => {
    expect(at(secretOf(), "spec.data")).toEqual([{ secretKey: "API_KEY", remoteRef: { key: "/apps/sonarr/API_KEY" } }]);
    expect(at(secretOf(), "spec.dataFrom")).toBeUndefined();
  });

  it("keeps the Secret apart from Argo CD: the target has a template with metadata of its own, without anything Argo CD tracks by", () => {
    const labels = { "app.kubernetes.io/name": "sonarr", "app.kubernetes.io/instance": "sonarr", "argocd.argoproj.io/instance": "sonarr" };
    const object = secretOf({ labels, annotations: { "argocd.argoproj.io/tracking-id": "sonarr" } });
    expect(at(object, "spec.target.template.metadata")).toEqual({
      labels: { "app.kubernetes.io/name": "sonarr", "app.kubernetes.io/managed-by": "external-secrets" },
    });
    expect(object?.metadata.labels).toEqual(labels);
    expect(at(secretOf(), "spec.target.template.metadata.labels")).toEqual({ "app.kubernetes.io/managed-by": "external-secrets" });
  });

  it("loses no Secret by a rename or a prune: the Secret has no owner", () => {
    expect(at(secretOf(), "spec.target")).toMatchObject({ name: "sonarr", creationPolicy: "Orphan", deletionPolicy: "Retain" });
    const [renamed] = externalSecretManifests("sonarr-secrets", { ...sonarr, target: "sonarr" });
    expect(at(renamed, "spec.target")).toEqual(at(secretOf(), "spec.target"));
  });

  it("comes before the workload of its Application, and without a dry run of a kind that is not there yet", () => {
    expect(secretOf()?.metadata.annotations).toEqual({ [SYNC_WAVE]: "-1", [SYNC_OPTIONS]: "SkipDryRunOnMissingResource=true" });
    expect(secretOf({ wave: 0, annotations: { [SYNC_OPTIONS]: "Prune=false", note: "x" } })?.metadata.annotations).toEqual({
      [SYNC_WAVE]: "0",
      [SYNC_OPTIONS]: "SkipDryRunOnMissingResource=true,Prune=false",
      note: "x",
    });
  });

  it("does without labels where none are given, and is transformed last", () => {
    expect(secretOf()?.metadata).not.toHaveProperty("labels");
    expect(at(secretOf({ transform: { externalSecret: (old) => ({ ...old, kind: "Other" }) } }), "kind")).toBe("Other");
  });

  it("makes keys out of values, and lets templates that move the dot alone", () => {
    const keys = [{ key: "USER", remote: "/a/USER" }, { key: "my-key", remote: "/a/my-key" }];
    const template = {
      "config.ini": 'user={{ .USER | trimSuffix ".lan" }}; key={{ index . "my-key" }}; 3.14 .literal',
      hosts: "{{ range .HOSTS }}{{ .name }}{{ end }}",
    };
    expect(at(secretOf({ keys, template }), "spec.target.template.data")).toEqual(template);
  });

  const bad: [string, Partial<ExternalSecretArgs>, string][] = [
    ["a namespace that is none", { namespace: "Media" }, 'namespace "Media" is not a namespace. Use a DNS label.'],
    ["no store", { store: "" }, 'store "" is not a name. Name the ClusterSecretStore.'],
    ["no keys", { keys: [] }, "keys is empty. Name every key; a search for keys would hide a missing one."],
    ["a key with a slash", { keys: [{ key: "a/b", remote: "/a" }] }, 'keys[0].key "a/b" is not a key of a Secret. Use letters, digits, dots, underscores and dashes.'],
    ["a relative key, which the store's secretsPath would decide", { keys: [{ key: "A", remote: "A" }] }, 'keys[0].remote "A" is not an absolute key. Write it as /folder/NAME.'],
    ["a key that climbs", { keys: [{ key: "A", remote: "/a/../A" }] }, 'keys[0].remote "/a/../A" is not an absolute key. Write it as /folder/NAME.'],
    ["a key twice", { keys: [{ key: "A", remote: "/a/A" }, { key: "A", remote: "/b/A" }] }, 'keys[1].key "A" is already keys[0]. Each key has one value.'],
    ["a target that is no name", { target: "My_Secret" }, 'target "My_Secret" is not a name for a Secret. Use a-z, 0-9, - and dots.'],
    ["an empty type", { type: "" }, "type is empty. Leave it out for Opaque."],
    ["an empty template", { template: {} }, "template is empty. Name the keys it makes, or leave it out."],
    ["a template's bad key", { template: { "a b": "x" } }, 'template["a b"] is not a key of a Secret. Use letters, digits, dots, underscores and dashes.'],
    ["a template with a misspelt field", { template: { x: "{{ .API_KEI }}" } }, 'template["x"] reads .API_KEI, which is not in keys. Did you mean "API_KEY"?'],
    ["no duration", { refreshInterval: "often" }, 'refreshInterval "often" is not a duration. Write it as 10m or 1h.'],
    ["a refresh that would spend the rate limit", { refreshInterval: "5s" }, "refreshInterval 5s is under a minute. Each read costs a login: use 1m to 24h, and force-sync for once at once."],
    ["a refresh of once and never again", { refreshInterval: "0s" }, "refreshInterval 0s is under a minute. Each read costs a login: use 1m to 24h, and force-sync for once at once."],
    ["a refresh that hides a rotation", { refreshInterval: "25h" }, "refreshInterval 25h is over a day. A rotated value would not arrive: use 1m to 24h."],
    ["half a wave", { wave: 0.5 }, "wave 0.5 is not a whole number. Lower waves come first; negative ones are allowed."],
  ];
  it.each(bad)("refuses %s", (_, args, message) => {
    expect(messageOf(() => secretOf(args))).toBe(`ExternalSecret "sonarr": ${message}`);
  });

  it("refuses a bad name", () => {
    expect(messageOf(() => externalSecretManifests("So narr", sonarr))).toContain('ExternalSecret "So narr": is not a name for a Kubernetes object.');
  });
});

describe("infisicalSecretStoreManifests", () => {
  it("logs in with the identity's Secret, and each reference of universal auth names its namespace", () => {
    const ref = { name: "infisical-identity", namespace: "external-secrets" };
    expect(at(storeOf(), "spec.provider.infisical.auth")).toEqual({
      universalAuthCredentials: { clientId: { ...ref, key: "clientId" }, clientSecret: { ...ref, key: "clientSecret" } },
    });
  });

  it("logs in with the operator's own token: kubernetes auth has no ServiceAccount to choose, so namespaces limit who may use the store", () => {
    const object = storeOf({ auth: { kubernetes: { identityId } }, namespaces: ["media", "monitoring"] });
    expect(at(object, "spec.provider.infisical.auth")).toEqual({ kubernetesAuthCredentials: { identityId } });
    expect(at(object, "spec.conditions")).toEqual([{ namespaces: ["media", "monitoring"] }]);
  });

  it("writes out what the CRD has a default for, and checks the login as often as the operator itself would", () => {
    expect(storeOf()?.spec).toMatchObject({
      refreshInterval: 300,
      provider: {
        infisical: {
          hostAPI: "https://app.infisical.com",
          secretsScope: { projectSlug: "homelab", environmentSlug: "prod", secretsPath: "/", recursive: false, expandSecretReferences: true },
        },
      },
    });
    expect(at(storeOf({ refreshInterval: "1h30m" }), "spec.refreshInterval")).toBe(5400);
  });

  it("leaves retrySettings out: the operator's Infisical provider does not read them, so they would only look like a cure", () => {
    expect(storeOf()?.spec).not.toHaveProperty("retrySettings");
  });

  it("starts cold: it comes after the operator and without a dry run of a kind that is not there yet", () => {
    expect(storeOf()?.metadata.annotations).toEqual({ [SYNC_WAVE]: "1", [SYNC_OPTIONS]: "SkipDryRunOnMissingResource=true" });
  });

  it("takes an Infisical in the cluster over http, a certificate of its own, and a transform", () => {
    const caBundle = Buffer.from("-----BEGIN CERTIFICATE-----\nx").toString("base64");
    const object = storeOf({ hostAPI: "http://infisical.infisical.svc:8080", caBundle, secretsPath: "/apps", transform: { store: { kind: "Other" } } });
    expect(at(object, "spec.provider.infisical")).toMatchObject({ hostAPI: "http://infisical.infisical.svc:8080", caBundle, secretsScope: { secretsPath: "/apps" } });
    expect(at(object, "kind")).toBe("Other");
  });

  const clientId = { name: "i", key: "clientId", namespace: "x" };
  const bad: [string, Partial<Record<keyof InfisicalSecretStoreArgs, unknown>>, string][] = [
    ["no login", { auth: {} }, "auth must be exactly one of universal and kubernetes. Of several the operator would take the first it knows."],
    ["two logins", { auth: { ...auth, kubernetes: { identityId } } }, "auth must be exactly one of universal and kubernetes. Of several the operator would take the first it knows."],
    ["a reference without a namespace", { auth: { universal: { clientId, clientSecret: { name: "i", key: "k", namespace: "" } } } }, 'auth.universal.clientSecret.namespace "" is not a namespace. A ClusterSecretStore is in none itself, so each reference names one.'],
    ["a reference that lacks", { auth: { universal: { clientId } } }, "auth.universal.clientSecret is missing. Name the Secret, key and namespace it is read from."],
    ["a reference to no Secret", { auth: { universal: { clientId, clientSecret: { ...clientId, name: "A B" } } } }, 'auth.universal.clientSecret.name "A B" is not a name for a Secret. Use a-z, 0-9, - and dots.'],
    ["a reference to no key", { auth: { universal: { clientId, clientSecret: { ...clientId, key: "" } } } }, 'auth.universal.clientSecret.key "" is not a key of a Secret. Use letters, digits, dots, underscores and dashes.'],
    ["a ServiceAccount of its own", { auth: { kubernetes: { identityId, serviceAccountRef: identityId } } }, "auth.kubernetes.serviceAccountRef does not exist. The operator always logs in with its own ServiceAccount; limit the store by namespaces."],
    ["a misspelt reference", { auth: { kubernetes: { identityID: identityId } } }, 'auth.kubernetes.identityID does not exist. Did you mean "identityId"?'],
    ["an id for the slug", { projectSlug: "3f0c2f7e-6b1d-4c3c-9a53-0d5b6a1f7c11" }, 'projectSlug "3f0c2f7e-6b1d-4c3c-9a53-0d5b6a1f7c11" is a project id. The operator wants the slug; the id is for readSecrets.'],
    ["an old id for the slug", { projectSlug: "64c8f1a2b3d4e5f601234567" }, 'projectSlug "64c8f1a2b3d4e5f601234567" is a project id. The operator wants the slug; the id is for readSecrets.'],
    ["no slug", { projectSlug: "" }, 'projectSlug "" is not a slug. Use the project\'s slug as its settings show it, such as homelab.'],
    ["an environment's name for its slug", { environmentSlug: "Production" }, 'environmentSlug "Production" is not a slug. Use the environment\'s slug, such as prod.'],
    ["an address without a scheme", { hostAPI: "infisical.example.com" }, "hostAPI is not an address. Write it as https://eu.infisical.com."],
    ["an address with /api", { hostAPI: "https://eu.infisical.com/api" }, "hostAPI ends in /api. Give the address alone; /api is added to it."],
    ["a login in the clear", { hostAPI: "http://infisical.example.com" }, "hostAPI is http. The login would cross the network in clear: use https."],
    ["a relative folder", { secretsPath: "apps" }, 'secretsPath "apps" is not absolute. Begin it with /.'],
    ["a certificate that is none", { caBundle: "bm90IG9uZQ==" }, "caBundle is not the base64 of a PEM certificate. Encode the file that begins with -----BEGIN CERTIFICATE-----."],
    ["no namespaces", { namespaces: [] }, "namespaces is empty. Nobody could use the store: name a namespace, or leave it out for all."],
    ["a namespace that is none", { namespaces: ["media", "*"] }, 'namespaces[1] "*" is not a namespace. Use a DNS label.'],
    ["no duration", { refreshInterval: "1d" }, 'refreshInterval "1d" is not a duration. Write it as 10m or 1h.'],
    ["a refresh that rounds to none", { refreshInterval: "400ms" }, "refreshInterval 400ms is under a minute. Each read costs a login: use 1m to 24h, and force-sync for once at once."],
    ["an endless wave", { wave: Number.POSITIVE_INFINITY }, "wave Infinity is not a whole number. Lower waves come first; negative ones are allowed."],
  ];
  it.each(bad)("refuses %s", (_, args, message) => {
    expect(messageOf(() => storeOf(args as Partial<InfisicalSecretStoreArgs>))).toBe(`InfisicalSecretStore "infisical": ${message}`);
  });

  it("refuses a bad name", () => {
    expect(messageOf(() => infisicalSecretStoreManifests("Infisical", store))).toContain("is not a name for a Kubernetes object");
  });
});

const everything = [
  storeOf(),
  storeOf({ auth: { kubernetes: { identityId, serviceAccountTokenPath: { ...identityId, key: "path" } } }, namespaces: ["media"], caBundle: Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64") }),
  secretOf(),
  secretOf({ labels: { a: "b" }, annotations: { c: "d" }, target: "other", type: "kubernetes.io/basic-auth", template: { x: "{{ .API_KEY }}" }, refreshInterval: "24h", wave: 3 }),
].filter((object) => object !== undefined);

describe.skipIf(!hasCrds)("against the operator's own CRDs (skipped where they are not at hand)", () => {
  it("is accepted by the CRDs, every field used", () => {
    expect(everything).toHaveLength(4);
    expect(everything.flatMap((object) => crdProblems("external-secrets", object))).toEqual([]);
  });

  it("would be refused with an unknown field, or with a token path that is no reference", () => {
    expect(crdProblems("external-secrets", { ...everything[0], spec: { ...(everything[0]?.spec as object), refreshIntervall: 1 } } as never)).toHaveLength(1);
    const token = storeOf({ auth: { kubernetes: { identityId } } });
    const wrong = JSON.parse(JSON.stringify(token).replace('"kubernetesAuthCredentials":{', '"kubernetesAuthCredentials":{"serviceAccountTokenPath":"/var/run/token",')) as NonNullable<typeof token>;
    expect(crdProblems("external-secrets", wrong).join()).toContain("serviceAccountTokenPath must be object");
  });
});

describe("against the typed models, which render validates with", () => {
  it("emits no field that they do not know (they know universal auth only)", () => {
    expect(() => {
      new ClusterSecretStore(storeOf({ namespaces: ["media"] })).validate();
      for (const object of everything.slice(2)) new ExternalSecret(object).validate();
    }).not.toThrow();
    expect(() => {
      new ExternalSecret({ ...everything[2], spec: { target: { creationPolicy: "Never" } } } as never).validate();
    }).toThrow();
  });
});

describe("what an import loads", () => {
  const entry = (file: string) => new URL(file, import.meta.url).pathname;

  it.each(["@pulumi", "@infisical/sdk", "reader.ts"])("manifests never loads %s", (module) => {
    expect(loadedModules(entry("manifests.ts"), module)).toEqual([]);
  });

  it.each(["@pulumi", "@infisical/sdk", "p-retry"])("reader does not load %s before it reads", (module) => {
    expect(loadedModules(entry("reader.ts"), module)).toEqual([]);
  });

  it("the check itself sees what is loaded", () => {
    expect(loadedModules(entry("index.ts"), "@pulumi")).not.toEqual([]);
  });
});
