import { ArgumentError } from "@rzp/core";
import { at, byKind, crdProblems, hasCrds } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { category, helmWorkload, peersPolicy, postgresAddress, postgresDatabase, registry, workload, type ObjectStore, type PostgresArgs } from "./manifests.ts";
import { BASIC, SITE } from "./site.test-data.ts";

const STORE: ObjectStore = { service: "minio", endpoint: "http://minio.minio.svc:9000", bucket: "databases", accessKey: "/platform/minio/A", secretKey: "/platform/minio/S" };
const RESTORED = { from: "my-app-db", to: "my-app-db-2" };
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

/** Rules of a service's own policy, and of the one with what others ask of it. */
function rulesOf(name: string, direction: "ingress" | "egress", args?: PostgresArgs): unknown[] {
  const context = home(args).context(SITE);
  return [byKind(objectsOf(name, args), "NetworkPolicy"), ...peersPolicy(context.service(name), context)].flatMap((one) => at(one, `spec.${direction}`) ?? []);
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

  it("is found where its Service is, under the name of its database", () => {
    expect(postgresAddress("my-app-db", home().context(SITE))).toEqual({ host: "my-app-db.databases.svc", port: 5432, database: "my_app" });
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

  it("comes up in order: secrets, then the cluster, then what is in it, then its address", () => {
    const wave = (kind: string, name?: string): number => Number(byKind(objectsOf("my-app-db"), kind, name).metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? 0);
    expect([wave("ExternalSecret", "my-app-db-owner"), wave("Cluster"), wave("Database"), wave("Service")]).toEqual([-2, -1, 0, 1]);
  });

  it("is dialled by whoever names it and by its operator, which finds it; and dials its bucket", () => {
    const namespaces = (rules: unknown): unknown[] => (rules as { from?: { namespaceSelector?: { matchLabels: Record<string, string> } }[] }[]).flatMap(({ from }) => (from ?? []).map(({ namespaceSelector }) => namespaceSelector?.matchLabels["kubernetes.io/metadata.name"]));
    expect(namespaces(rulesOf("my-app-db", "ingress"))).toEqual(["postgresql", "my-app"]);
    expect(at(byKind(objectsOf("my-app-db"), "NetworkPolicy"), "spec.podSelector.matchLabels")).toEqual({ "cnpg.io/cluster": "my-app-db" });
    for (const [name, target] of [["my-app-db", "minio"], ["postgresql", "databases"], ["my-app", "databases"]] as const) {
      expect(JSON.stringify(rulesOf(name, "egress"))).toContain(`"kubernetes.io/metadata.name":"${target}"`);
    }
  });

  it("refuses a name that its operator refuses", () => {
    const name = "d".repeat(51);
    expect(() => category("platform", { [name]: postgresDatabase(ARGS) })).toThrow(`postgresDatabase "${name}": has a cluster's name of 51 characters. Its operator takes at most 50.`);
  });

  it("needs no store where it needs no backup", () => {
    const objects = objectsOf("my-app-db", { size: "1Gi", operator: "postgresql", backup: { none: "everything in it can be made again" } });
    expect(objects.map(({ kind }) => kind)).toEqual(["ExternalSecret", "Cluster", "Database", "Service", "NetworkPolicy"]);
  });

  it.skipIf(!hasCrds).each([{}, { parameters: { max_connections: "200" } }, { recovery: RESTORED }, { recovery: { ...RESTORED, targetTime: "2026-08-01T11:55:00+02:00" } }])("%j is accepted by the real CRDs (skipped where they are not at hand)", (change) => {
    const projects: Record<string, string> = { Cluster: "cloudnative-pg", Database: "cloudnative-pg", ScheduledBackup: "cloudnative-pg", ObjectStore: "barman-cloud", ExternalSecret: "external-secrets" };
    expect(objectsOf("my-app-db", { ...ARGS, ...change }).flatMap((object) => (projects[object.kind] === undefined ? [] : crdProblems(projects[object.kind] ?? "", object)))).toEqual([]);
  });

  it.each<[string, Partial<PostgresArgs>, string]>([
    ["a size that is none", { size: "5GB" as never }, 'size "5GB" is not a size. Write it with a binary unit, such as 5Gi.'],
    ["no reason for no backup", { backup: { none: "" } }, "backup.none has no reason. Write down why the database needs no backup."],
    ["a backup that goes nowhere", { store: undefined as never }, "store is missing. Say where the backups go, or why there are none."],
    ["a name PostgreSQL would quote", { database: "My-App" }, 'database "My-App" is not a name for a database. Use a-z, 0-9 and underscores, no digit first.'],
    ["a recovery from nowhere", { store: undefined as never, backup: { none: "everything in it can be made again" }, recovery: RESTORED }, "store is missing. Say where the backups lie that recovery reads."],
    ["a recovery from somebody else's backups", { recovery: { ...RESTORED, from: "other-db" } }, 'recovery.from "other-db" made none of this database\'s backups. Name the cluster that did: my-app-db, or my-app-db-<number> after a restore.'],
    ["a recovery into the archive it reads", { recovery: { from: "my-app-db", to: "my-app-db" } }, 'recovery.to "my-app-db" has backups already. Take a name that was never used, such as my-app-db-2.'],
    ["a recovery into an archive from before", { recovery: { from: "my-app-db-3", to: "my-app-db-2" } }, 'recovery.to "my-app-db-2" has backups already. Take a name that was never used, such as my-app-db-4.'],
    ["a recovery into a later restore's own archive", { recovery: { from: "my-app-db-3", to: "my-app-db-3" } }, 'recovery.to "my-app-db-3" has backups already. Take a name that was never used, such as my-app-db-4.'],
    ["a recovery under a name that says nothing", { recovery: { ...RESTORED, to: "my-app-new" } }, 'recovery.to "my-app-new" is not the database\'s name with a number. Take a name that was never used, such as my-app-db-2.'],
    ["a recovery to a time without its zone", { recovery: { ...RESTORED, targetTime: "2026-08-01T09:55:00" } }, 'recovery.targetTime "2026-08-01T09:55:00" is not a moment with its time zone. Write it as 2026-08-01T09:55:00Z.'],
    ["a recovery to a day that never was", { recovery: { ...RESTORED, targetTime: "2026-02-30T09:55:00Z" } }, 'recovery.targetTime "2026-02-30T09:55:00Z" is not a moment with its time zone. Write it as 2026-08-01T09:55:00Z.'],
    ["a recovery to an hour that never was", { recovery: { ...RESTORED, targetTime: "2026-08-01T25:00:00Z" } }, 'recovery.targetTime "2026-08-01T25:00:00Z" is not a moment with its time zone. Write it as 2026-08-01T09:55:00Z.'],
    ["a misspelt part of a recovery", { recovery: { ...RESTORED, targetTme: "x" } } as Partial<PostgresArgs>, 'recovery.targetTme is no argument here. Did you mean "targetTime"?'],
    ["a misspelt argument", { databse: "x" } as Partial<PostgresArgs>, 'databse is no argument here. Did you mean "database"?'],
    ["a misspelt limit", { resources: { memoryLimits: "1Gi" } } as Partial<PostgresArgs>, 'resources.memoryLimits is no argument here. Did you mean "memoryLimit"?'],
    ["a misspelt place for backups", { store: { ...ARGS.store, buckt: "x" } } as Partial<PostgresArgs>, 'store.buckt is no argument here. Did you mean "bucket"?'],
  ])("refuses %s", (_, change, message) => {
    const { store, ...rest } = { ...ARGS, ...change };
    const args = store === undefined ? rest : { ...rest, store };
    expect(() => category("platform", { "my-app-db": postgresDatabase(args) })).toThrow(expect.objectContaining({ name: ArgumentError.name, message: `postgresDatabase "my-app-db": ${message} Declared in src/services/platform/my-app-db.ts.` }));
  });
});

describe("a database that comes back from its backups", () => {
  const recovery = { ...RESTORED, targetTime: "2026-08-01T09:55:00Z" };
  const restored = objectsOf("my-app-db", { ...ARGS, recovery });
  const names = (objects: typeof restored): string[] => objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

  it("reads what the old cluster archived, up to the moment, with the owner's password of today", () => {
    const cluster = byKind(restored, "Cluster");
    expect(at(cluster, "spec.bootstrap")).toEqual({ recovery: { source: "my-app-db", database: "my_app", owner: "my_app", secret: { name: "my-app-db-owner" }, recoveryTarget: { targetTime: "2026-08-01T09:55:00Z" } } });
    expect(at(cluster, "spec.externalClusters")).toEqual([{ name: "my-app-db", plugin: { name: "barman-cloud.cloudnative-pg.io", parameters: { barmanObjectName: "my-app-db", serverName: "my-app-db" } } }]);
  });

  it("reads to the end where no moment is named", () => {
    expect(at(byKind(objectsOf("my-app-db", { ...ARGS, recovery: RESTORED }), "Cluster"), "spec.bootstrap.recovery.recoveryTarget")).toBeUndefined();
  });

  it("archives under a name of its own, which is its cluster's: the old archive is not empty, and would be refused", () => {
    const cluster = byKind(restored, "Cluster");
    expect(cluster.metadata.name).toBe("my-app-db-2");
    expect(at(cluster, "spec.plugins")).toEqual([{ name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters: { barmanObjectName: "my-app-db" } }]);
    expect(byKind(restored, "ObjectStore")).toEqual(byKind(objectsOf("my-app-db"), "ObjectStore"));
  });

  it("changes no object that cannot be changed: what belongs to one cluster has its name, and what is shared keeps its own", () => {
    const before = names(objectsOf("my-app-db"));
    expect(names(restored).filter((name) => !before.includes(name))).toEqual(["ScheduledBackup/my-app-db-2", "Cluster/my-app-db-2", "Database/my-app-db-2"]);
    for (const kind of ["ScheduledBackup", "Database"]) expect(at(byKind(restored, kind), "spec.cluster.name")).toBe("my-app-db-2");
  });

  it("is led to by everybody once it is up: its address, its policy and those of its peers", () => {
    expect(at(byKind(restored, "Service", "my-app-db"), "spec.selector")).toEqual({ "cnpg.io/cluster": "my-app-db-2", "cnpg.io/instanceRole": "primary" });
    expect(at(byKind(restored, "NetworkPolicy"), "spec.podSelector.matchLabels")).toEqual({ "cnpg.io/cluster": "my-app-db-2" });
    for (const peer of ["postgresql", "my-app"]) expect(JSON.stringify(rulesOf(peer, "egress", { ...ARGS, recovery }))).toContain('"cnpg.io/cluster":"my-app-db-2"');
  });

  it("comes back once more from what the restored one archived", () => {
    const again = byKind(objectsOf("my-app-db", { ...ARGS, recovery: { from: "my-app-db-2", to: "my-app-db-10" } }), "Cluster");
    expect([again.metadata.name, at(again, "spec.externalClusters.0.plugin.parameters.serverName")]).toEqual(["my-app-db-10", "my-app-db-2"]);
  });
});
