import { existsSync } from "node:fs";
import { join } from "node:path";
import { externalSecretManifests, infisicalSecretStoreManifests, universalAuth } from "@rzp/infisical/manifests";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findBinaries } from "../binaries.ts";
import { API_SERVER, startControlPlane, type ControlPlane } from "../control-plane.ts";
import { applyCrds, findCrds } from "../crds.ts";
import { LabMissing } from "../errors.ts";
import { startInfisical, type Infisical } from "../stand-ins/infisical/infisical.ts";
import { addFolder, writeSecret } from "../stand-ins/infisical/state.ts";
import { startEso } from "./eso.ts";
import type { Condition } from "./objects.ts";

const CRDS = process.env.RZP_LAB_CRDS ?? join(import.meta.dirname, "../../../../../shared/crds");
const binaries = await findBinaries(API_SERVER, { build: false }).catch((error: unknown) => {
  if (error instanceof LabMissing) return error.message;
  throw error;
});
const why = typeof binaries === "string" ? ` (skipped: ${binaries})` : existsSync(CRDS) ? "" : " (skipped: the operator's CRDs are not here: RZP_LAB_CRDS)";

interface SecretObject {
  metadata: { labels: Record<string, string>; annotations: Record<string, string>; ownerReferences?: { kind: string; name: string }[] };
  type: string;
  data: Record<string, string>;
}

describe.skipIf(why !== "")(`the External Secrets Operator as the lab plays it${why}`, () => {
  let lab: ControlPlane;
  let infisical: Infisical;
  let eso: ReturnType<typeof startEso>;
  const complaints: string[] = [];

  beforeAll(async () => {
    if (typeof binaries === "string") throw new Error(binaries);
    lab = await startControlPlane({ binaries });
    const kinds = ["ClusterSecretStore", "ExternalSecret"].map((kind) => ({ group: "external-secrets.io", kind }));
    await applyCrds(lab.client, (await findCrds(kinds, { environment: { RZP_LAB_CRDS: CRDS } })).crds);
    for (const name of ["external-secrets", "media", "redis"]) await lab.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    infisical = await startInfisical({ identities: { "the-client-id": "the-secret" }, projects: { homelab: { id: "1", environments: { prod: { "/": { TZ: "UTC" }, "/media": { SONARR__AUTH__APIKEY: "0123", PASSWORD: "a b" } } } } } });
    eso = startEso({ client: lab.client, resolve: (address) => (address === "https://eu.infisical.com" ? infisical.url : undefined), report: (line) => complaints.push(line) });
  }, 120_000);

  afterAll(async () => {
    await eso.stop();
    await infisical.close();
    await lab.stop();
  });

  const conditionOf = async (path: string): Promise<Condition | undefined> => (await lab.client.get<{ status?: { conditions?: Condition[] } }>(`/apis/external-secrets.io/v1/${path}`))?.status?.conditions?.[0];
  const secret = (name: string, namespace = "media"): Promise<SecretObject | undefined> => lab.client.get<SecretObject>(`/api/v1/namespaces/${namespace}/secrets/${name}`);
  const text = (data: Record<string, string> | undefined): Record<string, string> => Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));

  async function eventually<T>(check: () => Promise<T | undefined | false>): Promise<T> {
    for (;;) {
      const found = await check();
      if (found !== undefined && found !== false) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const becomes = (path: string, reason: string): Promise<Condition> => eventually(async () => {
    const condition = await conditionOf(path);
    return condition?.reason === reason ? condition : undefined;
  });

  /** An ExternalSecret as this homelab's declarations make it. */
  async function declare(name: string, keys: readonly string[], change: Partial<Parameters<typeof externalSecretManifests>[1]> = {}): Promise<void> {
    const [object] = externalSecretManifests(name, { namespace: "media", store: "infisical", keys: keys.map((remote) => ({ key: remote.slice(remote.lastIndexOf("/") + 1), remote })), labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": name }, ...change });
    if (object !== undefined) await lab.client.create(object);
  }

  const identity = (clientSecret: string): Promise<void> => lab.client.create({ apiVersion: "v1", kind: "Secret", metadata: { name: "infisical-identity", namespace: "external-secrets" }, stringData: { clientId: "the-client-id", clientSecret } });
  /** As `kubectl annotate es NAME force-sync=...` does it. */
  const force = (name: string): Promise<unknown> => lab.client.request("PATCH", `/apis/external-secrets.io/v1/namespaces/media/externalsecrets/${name}`, { metadata: { annotations: { "force-sync": String(Math.random()) } } }, "application/merge-patch+json");

  it("waits for the store and for its identity, each with the reason, and needs nobody's help when they come", async () => {
    await declare("sonarr", ["/media/SONARR__AUTH__APIKEY", "/TZ"]);
    await becomes("namespaces/media/externalsecrets/sonarr", "SecretSyncedError");
    const [store] = infisicalSecretStoreManifests("infisical", { hostAPI: "https://eu.infisical.com", projectSlug: "homelab", environmentSlug: "prod", secretsPath: "/", auth: universalAuth("infisical-identity", "external-secrets"), namespaces: ["media"] });
    if (store !== undefined) await lab.client.create(store);
    expect((await becomes("clustersecretstores/infisical", "InvalidProviderConfig")).message).toContain('cannot get Kubernetes secret "infisical-identity" from namespace "external-secrets"');
    await identity("the-secret");
    await becomes("clustersecretstores/infisical", "Valid");
    expect(await becomes("namespaces/media/externalsecrets/sonarr", "SecretSynced")).toMatchObject({ status: "True", message: "secret synced" });
    expect(complaints).toContain('ExternalSecret media/sonarr: could not get ClusterSecretStore "infisical", it is not there');
  });

  it("makes the Secret of the template, which nobody owns and Argo CD does not take for its own", async () => {
    const made = await secret("sonarr");
    expect([text(made?.data), made?.type, made?.metadata.ownerReferences]).toEqual([{ SONARR__AUTH__APIKEY: "0123", TZ: "UTC" }, "Opaque", undefined]);
    expect(made?.metadata.labels).toEqual({ "app.kubernetes.io/name": "sonarr", "app.kubernetes.io/managed-by": "external-secrets", "reconcile.external-secrets.io/created-by": expect.any(String) as string, "reconcile.external-secrets.io/managed": "true" });
    expect(made?.metadata.annotations).toEqual({ "reconcile.external-secrets.io/data-hash": expect.any(String) as string });
  });

  it("asks as the real one: a login, one call for each key, and a revocation", async () => {
    await becomes("namespaces/media/externalsecrets/sonarr", "SecretSynced");
    const before = infisical.calls.length;
    await force("sonarr");
    await eventually(() => Promise.resolve(infisical.calls.length >= before + 4));
    expect(infisical.calls.slice(before, before + 4).map(({ method, path, query }) => `${method} ${path} ${query.secretPath ?? ""}`.trim())).toEqual([
      "POST /api/v1/auth/universal-auth/login",
      "GET /api/v3/secrets/raw/SONARR__AUTH__APIKEY /media",
      "GET /api/v3/secrets/raw/TZ /",
      "POST /api/v1/auth/token/revoke",
    ]);
    expect(infisical.calls[before + 1]?.query).toEqual({ workspaceSlug: "homelab", environment: "prod", secretPath: "/media", type: "shared", include_imports: "true", expandSecretReferences: "true" });
  });

  it("renders templates, and keeps the type", async () => {
    await declare("redis-login", ["/media/PASSWORD"], { type: "kubernetes.io/basic-auth", template: { password: "{{ .PASSWORD }}", url: "redis://:{{ .PASSWORD | urlquery }}@redis" } });
    await becomes("namespaces/media/externalsecrets/redis-login", "SecretSynced");
    const made = await secret("redis-login");
    expect([text(made?.data), made?.type]).toEqual([{ password: "a b", url: "redis://:a+b@redis" }, "kubernetes.io/basic-auth"]);
  });

  it("keeps the Secret while a key is missing, names the key in an event, and goes on once it is back", async () => {
    const project = infisical.state.projects.homelab;
    if (project === undefined) throw new Error("there is no project homelab");
    const folder = addFolder(project, "prod", "/media");
    Reflect.deleteProperty(folder, "SONARR__AUTH__APIKEY");
    await force("sonarr");
    const condition = await becomes("namespaces/media/externalsecrets/sonarr", "SecretSyncedError");
    expect([condition.message, text((await secret("sonarr"))?.data).SONARR__AUTH__APIKEY]).toEqual(["could not get secret data from provider", "0123"]);
    const events = await lab.client.get<{ items: { message: string; reason: string; involvedObject: { name: string } }[] }>("/api/v1/namespaces/media/events");
    expect(events?.items.map(({ reason, involvedObject, message }) => `${reason} ${involvedObject.name} ${message}`)).toContain("UpdateFailed sonarr error processing spec.data[0] (key: /media/SONARR__AUTH__APIKEY), err: GET /v3/secrets/raw/SONARR__AUTH__APIKEY: status 404: Secret with name 'SONARR__AUTH__APIKEY' not found");
    writeSecret(folder, "SONARR__AUTH__APIKEY", { value: "4567" });
    await becomes("namespaces/media/externalsecrets/sonarr", "SecretSynced");
    expect(text((await secret("sonarr"))?.data).SONARR__AUTH__APIKEY).toBe("4567");
  });

  it("says so when the namespace may not ask the store, and when the lab cannot play what is asked", async () => {
    await declare("elsewhere", ["/TZ"], { namespace: "redis" });
    await becomes("namespaces/redis/externalsecrets/elsewhere", "SecretSyncedError");
    await declare("looped", ["/TZ"], { template: { all: "{{ range . }}x{{ end }}" } });
    await becomes("namespaces/media/externalsecrets/looped", "SecretSyncedError");
    expect(complaints).toEqual(expect.arrayContaining(['ExternalSecret redis/elsewhere: using ClusterSecretStore "infisical" is not allowed from namespace "redis": denied by spec.condition', expect.stringContaining("ExternalSecret media/looped: unable to execute template at key all")]));
    expect(await secret("elsewhere", "redis")).toBeUndefined();
  });

  it("owns the Secret where it is told to, and then gives it its own labels where it has no others", async () => {
    await lab.client.create({
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: "owned", namespace: "media", labels: { "app.kubernetes.io/instance": "sonarr" } },
      spec: { refreshInterval: "1h", secretStoreRef: { kind: "ClusterSecretStore", name: "infisical" }, target: { creationPolicy: "Owner" }, data: [{ secretKey: "zone", remoteRef: { key: "TZ" } }] },
    });
    await becomes("namespaces/media/externalsecrets/owned", "SecretSynced");
    expect(await secret("owned")).toMatchObject({ data: { zone: "VVRD" }, metadata: { labels: { "app.kubernetes.io/instance": "sonarr" }, ownerReferences: [{ kind: "ExternalSecret", name: "owned" }] } });
  });

  it("fails the store and all that asks it when the login is refused, keeps Secrets, and is cured with it", async () => {
    infisical.faults.add("wrong-login");
    await lab.client.request("PATCH", "/apis/external-secrets.io/v1/clustersecretstores/infisical", { metadata: { annotations: { "force-sync": "1" } } }, "application/merge-patch+json");
    expect((await becomes("clustersecretstores/infisical", "InvalidProviderConfig")).message).toContain("status 401: Invalid credentials");
    await force("sonarr");
    await becomes("namespaces/media/externalsecrets/sonarr", "SecretSyncedError");
    expect(text((await secret("sonarr"))?.data).TZ).toBe("UTC");
    // Nobody logs in for it while the store says that nobody can.
    expect(complaints).toContain('ExternalSecret media/sonarr: ClusterSecretStore "infisical" is not ready');
    infisical.faults.clear();
    await becomes("clustersecretstores/infisical", "Valid");
    await becomes("namespaces/media/externalsecrets/sonarr", "SecretSynced");
    expect(complaints.some((line) => line.includes("the-secret"))).toBe(false);
  });
});
