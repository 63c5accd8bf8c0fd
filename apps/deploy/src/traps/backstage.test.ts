import { at, byKind } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { containerOf, envOf, factsOf, home, objectsOf, remotesOf, stack } from "../rendered.test-data.ts";
import { ENTITY_KINDS, type Entity } from "../views/entities.ts";

/** What the pod reads at a path. */
function fileOf(path: string): string {
  const mounts = at(containerOf("backstage"), "volumeMounts") as { mountPath: string; subPath: string }[];
  const key = mounts.find(({ mountPath }) => mountPath === path)?.subPath ?? "";
  return (byKind(objectsOf("backstage"), "ConfigMap").data as Record<string, string>)[key] ?? "";
}

const config = (): unknown => parse(fileOf("/etc/backstage/app-config.yaml"));
const command = (): string => at(containerOf("backstage"), "command.2") as string;

describe("traps of backstage", () => {
  it("upstream's image is a demonstration: what runs is another, by digest, and the risks say whose and what is not known of it", () => {
    expect(factsOf("backstage").images).toEqual([expect.stringMatching(/^quay\.io\/rhdh-community\/rhdh:[\d.]+@sha256:[0-9a-f]{64}$/)]);
    expect(factsOf("backstage").risks.join(" ")).toMatch(/demonstration.*one public place.*never started here/s);
    expect(factsOf("backstage")).toMatchObject({ podSecurity: "restricted", relaxations: [] });
  });

  it("guests may enter a demonstration: there is Zitadel, those it vouches for by an address in the catalogue, and no other way", () => {
    expect(at(config(), "auth.environment")).toBe("production");
    expect(Object.keys(at(config(), "auth.providers") as object)).toEqual(["oidc"]);
    expect(at(config(), "auth.providers.oidc.production")).toMatchObject({
      metadataUrl: "${OIDC_METADATA}",
      signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] },
    });
    expect(envOf("backstage").OIDC_METADATA).toBe(`https://${factsOf("zitadel").host ?? ""}.${stack.domain}/.well-known/openid-configuration`);
    expect(at(config(), "signInPage")).toBe("oidc");
    expect(fileOf("/etc/backstage/app-config.yaml")).not.toMatch(/guest|dangerously/i);
  });

  it("secrets are none in its files: it takes them out of its environment, where the store puts them", () => {
    const asked = [...fileOf("/etc/backstage/app-config.yaml").matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => name);
    expect(new Set(asked)).toEqual(new Set(["OIDC_METADATA", ...Object.keys(remotesOf("backstage", "backstage"))]));
    expect(remotesOf("backstage", "backstage").POSTGRES_PASSWORD).toBe(factsOf("backstage-db").secrets[0]?.remote);
  });

  it("does not ask a second time for its database or Zitadel's addresses: both are there before it, and a start that finds one missing is no start", () => {
    expect(factsOf("backstage").needs).toEqual(["backstage-db", "zitadel"]);
    for (const name of factsOf("backstage").needs) expect([name, factsOf(name).layer]).toEqual([name, "platform"]);
    expect(command()).toMatch(/^node -e "fetch\(process\.env\.OIDC_METADATA\).*" \|\| exit 1; /);
    // Its other address says that it is alive, also where it waits for a database that will not come.
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) expect(at(containerOf("backstage"), `${probe}.httpGet.path`)).toBe("/.backstage/health/v1/readiness");
  });

  it("each of its parts would make a database for itself, which the owner of one may not", () => {
    expect(at(config(), "backend.database")).toMatchObject({ client: "pg", pluginDivisionMode: "schema", ensureExists: false, ensureSchemaExists: true });
    const database = byKind(objectsOf("backstage-db"), "Database");
    expect(at(config(), "backend.database.connection")).toMatchObject({ host: "backstage-db.databases.svc", database: at(database, "spec.name"), user: at(database, "spec.owner") });
  });

  it("the image starts with its own examples beside this configuration, and with a plugin that reports to its makers among those it has", () => {
    expect(command().match(/--config \S+/g)).toEqual(["--config /etc/backstage/app-config.yaml"]);
    expect(command().match(/dynamic-plugins\/dist\/\S+/g)).toEqual(["dynamic-plugins/dist/red-hat-developer-hub-backstage-plugin-dynamic-home-page"]);
    // Its own trace would go to a collector that is not there.
    expect(command()).not.toContain("instrumentation");
  });

  it("plugins are looked for where one of them may be written, and are code of its own folder's: outside of it they would find no modules", () => {
    const root = at(config(), "dynamicPlugins.rootDirectory");
    expect(root).toMatch(/^\/opt\/app-root\/src\//);
    const mounts = at(containerOf("backstage"), "volumeMounts") as { name: string; mountPath: string }[];
    expect(mounts.find(({ mountPath }) => mountPath === root)?.name).toMatch(/^scratch-/);
    expect(command()).toContain(`${root as string}/;`);
  });
});

describe("the catalogue that backstage reads", () => {
  const entities = parseAllDocuments(fileOf("/etc/backstage/entities.yaml")).map((document) => document.toJS() as Entity);
  const named = new Set(entities.map(({ kind, metadata }) => `${kind.toLowerCase()}:${metadata.name}`));

  it("has every service once, with what it depends on, and nobody has to write it down a second time", () => {
    const parts = entities.filter(({ kind }) => kind === "Component" || kind === "Resource");
    expect(parts.map(({ metadata }) => metadata.name)).toEqual(home.context.services.map(({ name }) => name));
    const langfuse = entities.find(({ metadata }) => metadata.name === "langfuse");
    expect(langfuse?.metadata.links?.[0]).toEqual({ url: `https://langfuse.${stack.domain}`, title: "langfuse" });
    expect(langfuse?.spec).toMatchObject({ type: "service", system: "apps-ai", dependsOn: expect.arrayContaining(["component:zitadel", "resource:langfuse-db"]) as unknown });
  });

  it("refers to nothing that is not in it, under names that Backstage takes, and each once", () => {
    expect(named.size).toBe(entities.length);
    for (const { metadata } of entities) expect(metadata.name).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
    const to = (kind: string, value: unknown): string[] => ([value ?? []].flat() as string[]).map((name) => (name.includes(":") ? name : `${kind}:${name}`));
    const asked = entities.flatMap(({ spec }) => [...to("group", spec.owner), ...to("group", spec.memberOf), ...to("system", spec.system), ...to("domain", spec.domain), ...to("component", spec.dependsOn)]);
    expect(asked.filter((reference) => !named.has(reference))).toEqual([]);
    expect(asked.length).toBeGreaterThan(100);
  });

  it("is all that may be in there: no kind is missing from the rule, and nobody adds to it while it runs", () => {
    expect(new Set(entities.map(({ kind }) => kind))).toEqual(new Set(ENTITY_KINDS));
    expect(at(config(), "catalog")).toEqual({ readonly: true, locations: [{ type: "file", target: "/etc/backstage/entities.yaml", rules: [{ allow: ENTITY_KINDS }] }] });
  });

  it("lets in whose address the stack names", () => {
    expect(entities.filter(({ kind }) => kind === "User").map(({ spec }) => spec.profile)).toEqual([{ email: stack.certificates.email }]);
  });
});
