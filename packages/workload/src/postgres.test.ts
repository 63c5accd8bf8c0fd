import { ArgumentError } from "@rzp/core";
import { at, byKind, crdProblems, hasCrds } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { category, helmWorkload, peersPolicy, postgresAddress, postgresDatabase, registry, workload, type ObjectStore, type PostgresArgs } from "./manifests.ts";
import { BASIC, SITE } from "./site.test-data.ts";

const STORE: ObjectStore = { service: "minio", endpoint: "http://minio.minio.svc:9000", bucket: "databases", accessKey: "/platform/minio/A", secretKey: "/platform/minio/S" };
const ARGS: PostgresArgs = { size: "5Gi", backup: "daily", operator: "postgresql", store: STORE };

const chart = { repoURL: "https://charts.example.com", name: "chart", version: "1.2.3" };
const operator = helmWorkload({ chart, network: { api: true } });
const minio = workload({ ...BASIC, port: 9000, host: false });
const app = workload({ ...BASIC, talksTo: ["my-app-db"], needs: ["my-app-db"] });

function home(args: PostgresArgs = ARGS): ReturnType<typeof registry> {
  return registry([category("platform/databases", { postgresql: operator }), category("platform/data", { "my-app-db": postgresDatabase(args) }, { namespace: "databases" }), category("platform/backup", { minio }), category("apps", { "my-app": app })], SITE);
}

function objectsOf(name: string, args?: PostgresArgs): ReturnType<(typeof all.services)[number]["manifests"]> {
  const all = home(args);
  const service = all.services.find(({ id }) => id.name === name);
  if (service === undefined) throw new Error(`no ${name}`);
  return service.manifests(all.context(SITE));
}

describe("a database", () => {
  it("has a cluster of its own, with its owner's password out of the store and nobody else's", () => {
    const objects = objectsOf("my-app-db");
    expect(at(byKind(objects, "Cluster"), "spec.bootstrap.initdb")).toEqual({ database: "my_app", owner: "my_app", secret: { name: "my-app-db-owner" } });
    const owner = byKind(objects, "ExternalSecret", "my-app-db-owner");
    expect(at(owner, "spec.target.template.type")).toBe("kubernetes.io/basic-auth");
    expect(at(owner, "spec.data.0.remoteRef.key")).toBe("/platform/data/my-app-db/PASSWORD");
    expect(at(byKind(objects, "Cluster"), "spec.enableSuperuserAccess")).toBe(false);
  });

  it("is found where its Service is, under the name that its cluster has", () => {
    expect(postgresAddress("my-app-db", home().context(SITE))).toEqual({ host: "my-app-db-rw.databases.svc", port: 5432, database: "my_app" });
    expect(at(byKind(objectsOf("my-app-db"), "Database"), "spec.name")).toBe("my_app");
  });

  it("can be drained: one instance with a disruption budget would stop its node for ever", () => {
    expect(at(byKind(objectsOf("my-app-db"), "Cluster"), "spec.enablePDB")).toBe(false);
  });

  it("archives through the plugin, because the operator's own way is deprecated, and makes a base backup by its class", () => {
    const objects = objectsOf("my-app-db");
    expect(at(byKind(objects, "Cluster"), "spec.plugins")).toEqual([{ name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters: { barmanObjectName: "my-app-db" } }]);
    expect(at(byKind(objects, "Cluster"), "spec.backup")).toBeUndefined();
    expect(byKind(objects, "ScheduledBackup").spec).toMatchObject({ method: "plugin", schedule: "0 30 2 * * *", immediate: true });
    expect(at(byKind(objects, "ObjectStore"), "spec.configuration.destinationPath")).toBe("s3://databases/my-app-db");
  });

  it("has its policy before its cluster: where nothing is open by default, each would wait for the other", () => {
    const objects = objectsOf("my-app-db");
    const wave = (kind: string): number => Number(byKind(objects, kind).metadata.annotations?.["argocd.argoproj.io/sync-wave"]);
    expect(wave("NetworkPolicy")).toBeLessThan(wave("Cluster"));
  });

  it("is never pruned or deleted with its data", () => {
    const objects = objectsOf("my-app-db");
    for (const kind of ["Cluster", "Database"]) expect(byKind(objects, kind).metadata.annotations?.["argocd.argoproj.io/sync-options"]).toContain("Prune=false,Delete=false");
    expect(at(byKind(objects, "Database"), "spec.databaseReclaimPolicy")).toBe("retain");
  });

  it("comes up in order: secrets, then the cluster, then what is in it", () => {
    const wave = (kind: string, name?: string): number => Number(byKind(objectsOf("my-app-db"), kind, name).metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? 0);
    expect([wave("ExternalSecret", "my-app-db-owner"), wave("Cluster"), wave("Database")]).toEqual([-2, -1, 0]);
  });

  it("is dialled by whoever names it and by its operator, which finds it; and dials its bucket", () => {
    const all = home();
    const rulesOf = (name: string, direction: "ingress" | "egress"): unknown[] => {
      const context = all.context(SITE);
      return [byKind(objectsOf(name), "NetworkPolicy"), ...peersPolicy(context.service(name), context)].flatMap((one) => at(one, `spec.${direction}`) ?? []);
    };
    const namespaces = (rules: unknown): unknown[] => (rules as { from?: { namespaceSelector?: { matchLabels: Record<string, string> } }[] }[]).flatMap(({ from }) => (from ?? []).map(({ namespaceSelector }) => namespaceSelector?.matchLabels["kubernetes.io/metadata.name"]));
    expect(namespaces(rulesOf("my-app-db", "ingress"))).toEqual(["postgresql", "my-app"]);
    expect(at(byKind(objectsOf("my-app-db"), "NetworkPolicy"), "spec.podSelector.matchLabels")).toEqual({ "cnpg.io/cluster": "my-app-db" });
    for (const [name, target] of [["my-app-db", "minio"], ["postgresql", "databases"], ["my-app", "databases"]] as const) {
      expect(JSON.stringify(rulesOf(name, "egress"))).toContain(`"kubernetes.io/metadata.name":"${target}"`);
    }
  });

  it("needs no store where it needs no backup", () => {
    const objects = objectsOf("my-app-db", { size: "1Gi", operator: "postgresql", backup: { none: "everything in it can be made again" } });
    expect(objects.map(({ kind }) => kind)).toEqual(["ExternalSecret", "Cluster", "Database", "NetworkPolicy"]);
  });

  it.skipIf(!hasCrds)("is accepted by the real CRDs (skipped where they are not at hand)", () => {
    const projects: Record<string, string> = { Cluster: "cloudnative-pg", Database: "cloudnative-pg", ScheduledBackup: "cloudnative-pg", ObjectStore: "barman-cloud", ExternalSecret: "external-secrets" };
    expect(objectsOf("my-app-db", { ...ARGS, parameters: { max_connections: "200" } }).flatMap((object) => (projects[object.kind] === undefined ? [] : crdProblems(projects[object.kind] ?? "", object)))).toEqual([]);
  });

  it.each<[string, Partial<PostgresArgs>, string]>([
    ["a size that is none", { size: "5GB" as never }, 'size "5GB" is not a size. Write it with a binary unit, such as 5Gi.'],
    ["no reason for no backup", { backup: { none: "" } }, "backup.none has no reason. Write down why the database needs no backup."],
    ["a backup that goes nowhere", { store: undefined as never }, "store is missing. Say where the backups go, or why there are none."],
    ["a name PostgreSQL would quote", { database: "My-App" }, 'database "My-App" is not a name for a database. Use a-z, 0-9 and underscores, no digit first.'],
    ["a misspelt argument", { databse: "x" } as Partial<PostgresArgs>, 'databse is no argument here. Did you mean "database"?'],
    ["a misspelt limit", { resources: { memoryLimits: "1Gi" } } as Partial<PostgresArgs>, 'resources.memoryLimits is no argument here. Did you mean "memoryLimit"?'],
    ["a misspelt place for backups", { store: { ...ARGS.store, buckt: "x" } } as Partial<PostgresArgs>, 'store.buckt is no argument here. Did you mean "bucket"?'],
  ])("refuses %s", (_, change, message) => {
    const { store, ...rest } = { ...ARGS, ...change };
    const args = store === undefined ? rest : { ...rest, store };
    expect(() => category("platform", { "my-app-db": postgresDatabase(args) })).toThrow(expect.objectContaining({ name: ArgumentError.name, message: `postgresDatabase "my-app-db": ${message}` }));
  });
});
