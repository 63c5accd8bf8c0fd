import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GitTree } from "@rzp/gitops";
import { at, byKind, crdProblems, hasCrds } from "@rzp/testing";
import { postgresDatabase } from "@rzp/workload/manifests";
import { describe, expect, it, onTestFinished } from "vitest";
import { all, applicationOf, factsOf, home, objectsOf, remotesOf, rulesOf, valuesOf } from "../rendered.test-data.ts";
import { BACKUP_SCHEDULES } from "../backups.ts";
import { DATABASE } from "../database.ts";
import { OBJECT_STORE } from "../object-store.ts";

const waveOf = (name: string): number => home.registry.waves.get(name) ?? Number.NaN;

describe("traps of the databases", () => {
  it("postgresql: archiving of its own is deprecated since 1.26, and the plugin must be in the operator's namespace", () => {
    expect(at(applicationOf("postgresql"), "spec.sources.1")).toMatchObject({ chart: "plugin-barman-cloud", helm: { releaseName: "barman-cloud" } });
    expect(at(applicationOf("postgresql"), "spec.destination.namespace")).toBe("cnpg-system");
    expect(JSON.stringify(objectsOf("zitadel-db"))).not.toContain("barmanObjectStore");
    expect(at(byKind(objectsOf("zitadel-db"), "Cluster"), "spec.plugins.0")).toMatchObject({ name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true });
  });

  it("postgresql: the plugin needs cert-manager", () => {
    expect(factsOf("postgresql").needs).toContain("cert-manager");
  });

  it("postgresql: an operator's default image is a tag that moves, and with its CRDs every database would go", () => {
    expect(at(valuesOf("postgresql"), "config.data.POSTGRES_IMAGE_NAME")).toMatch(/^ghcr\.io\/cloudnative-pg\/postgresql:18\.[^@]+@sha256:[0-9a-f]{64}$/);
    expect(applicationOf("postgresql").metadata.finalizers).toBeUndefined();
  });

  it("postgresql: the API server asks its webhook, the databases and the operator dial one another", () => {
    const policy = byKind(objectsOf("postgresql"), "NetworkPolicy");
    const webhook = (at(policy, "spec.ingress") as { ports?: { port: number }[] }[]).flatMap(({ ports = [] }) => ports.map(({ port }) => port));
    expect(webhook).toEqual([9443]);
    expect(JSON.stringify(rulesOf("postgresql", "egress"))).toContain('"cnpg.io/cluster":"zitadel-db"');
  });

  it("postgresql: a restore is refused where its archive is not empty, so it makes a cluster with a name and an archive of its own, which nobody has to be told of", () => {
    const base = mkdtempSync(join(tmpdir(), "rzp-recovery-"));
    onTestFinished(() => { rmSync(base, { recursive: true }); }); // prettier-ignore
    const recovery = { from: "zitadel-db", to: "zitadel-db-2", targetTime: "2026-08-01T09:55:00Z" };
    const objects = postgresDatabase({ ...DATABASE, size: "5Gi", recovery }).manifests({ name: "zitadel-db", category: "platform/databases", namespace: "databases" }, home.context);
    const tree = new GitTree({ base, roots: ["kubernetes"], generator: "a test" });
    tree.add("kubernetes/zitadel-db", objects, { source: "a test", namespace: "databases" });
    expect(tree.write().added).toEqual(expect.arrayContaining(["kubernetes/zitadel-db/cluster-zitadel-db-2.yaml", "kubernetes/zitadel-db/service.yaml"]));
    // Nobody dials the operator's own Services, which have their cluster's name.
    const services = all.flatMap((folder) => folder.objects).filter(({ kind, metadata }) => kind === "Service" && metadata.namespace === "databases").map(({ metadata }) => metadata.name);
    const dialled = [...JSON.stringify(all).matchAll(/([a-z0-9-]+)\.databases\.svc/g)].map(([, name = ""]) => name);
    expect(dialled).toContain("zitadel-db");
    expect(dialled.filter((name) => !services.includes(name))).toEqual([]);
  });

  it("postgresql: one copy of a database and copies of its volume, never copies of both", () => {
    const databases = all.flatMap(({ objects }) => objects.filter(({ kind, apiVersion }) => kind === "Cluster" && apiVersion.startsWith("postgresql.cnpg.io/")));
    expect(databases.length).toBeGreaterThan(0);
    for (const { metadata, spec } of databases) expect([metadata.name, at(spec, "instances")]).toEqual([metadata.name, 1]);
  });

  it("redis: persistence and authentication are both off by default", () => {
    expect(valuesOf("redis")).toMatchObject({
      auth: { enabled: true, usersExistingSecret: "redis-secrets", aclUsers: { default: { passwordKey: "PASSWORD" } } },
      dataStorage: { enabled: true, keepPvc: true, annotations: { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" } },
    });
    expect(remotesOf("redis", "redis-secrets")).toEqual({ PASSWORD: "/platform/databases/redis/PASSWORD" });
  });

  it("redis: a rolling update waits for the volume of the pod it replaces, and a queue must not throw entries away", () => {
    expect(valuesOf("redis")).toMatchObject({ deploymentStrategy: "Recreate", valkeyConfig: expect.stringContaining("maxmemory-policy noeviction\n") as unknown });
  });
});

describe("traps of the backups", () => {
  it("minio: docker.io deleted its images, so it comes from quay.io and by digest", () => {
    for (const image of ["image", "mcImage"]) {
      expect(at(valuesOf("minio"), `${image}.repository`)).toMatch(/^quay\.io\/minio\//);
      expect(at(valuesOf("minio"), `${image}.tag`)).toMatch(/^RELEASE\.[^@]+@sha256:[0-9a-f]{64}$/);
    }
    expect(factsOf("minio").risks.join(" ")).toContain("SeaweedFS");
  });

  it("minio: sixteen pods of 16Gi by default, and generated root keys that change with every render", () => {
    expect(valuesOf("minio")).toMatchObject({ mode: "standalone", replicas: 1, existingSecret: "minio-secrets", deploymentUpdate: { type: "Recreate" }, resources: { requests: { memory: "256Mi" } } });
    expect(Object.keys(remotesOf("minio", "minio-secrets"))).toEqual(expect.arrayContaining(["rootUser", "rootPassword"]));
  });

  it("minio: the default user is console with the password console123, who may do everything", () => {
    const users = at(valuesOf("minio"), "users") as { accessKey: string; secretKey?: string; existingSecret: string; existingSecretKey: string; policy: string }[];
    expect(users.length).toBeGreaterThan(1);
    const keys = Object.keys(remotesOf("minio", "minio-secrets"));
    for (const user of users) {
      expect(user.secretKey).toBeUndefined();
      expect(keys).toContain(user.existingSecretKey);
      expect(keys.map((key) => `$(cat /config/${key})`)).toContain(user.accessKey);
      const policy = (at(valuesOf("minio"), "policies") as { name: string; statements: { resources: string[] }[] }[]).find(({ name }) => name === user.policy);
      expect(policy?.statements.flatMap(({ resources }) => resources)).toEqual([`arn:aws:s3:::${user.policy}`, `arn:aws:s3:::${user.policy}/*`]);
    }
    expect(valuesOf("minio")).toMatchObject({ environment: { MINIO_BROWSER: "off", MINIO_CALLHOME_ENABLE: "off" } });
  });

  it("minio: whoever stores something has a bucket and a user of its own", () => {
    const buckets = (at(valuesOf("minio"), "buckets") as { name: string; policy: string; purge: boolean }[]).map(({ name, policy, purge }) => [name, policy, purge]);
    expect(buckets).toEqual(expect.arrayContaining([[OBJECT_STORE.bucket, "none", false], ["velero", "none", false]]));
    const known = Object.values(remotesOf("minio", "minio-secrets"));
    expect(known).toEqual(expect.arrayContaining([OBJECT_STORE.accessKey, OBJECT_STORE.secretKey]));
    const read = home.context.services.flatMap(({ secrets }) => secrets.map(({ remote }) => remote)).filter((remote) => remote.startsWith("/platform/backup/minio/"));
    expect(read.filter((remote) => !known.includes(remote))).toEqual([]);
  });

  it("minio: a backup on the disks it is about is none, so its volume is backed up outside the cluster", () => {
    const claim = byKind(objectsOf("minio"), "PersistentVolumeClaim");
    expect(at(valuesOf("minio"), "persistence.existingClaim")).toBe(claim.metadata.name);
    expect(claim.metadata.labels).toMatchObject({ "recurring-job-group.longhorn.io/daily": "enabled" });
  });

  it("velero: the object store's plugin is not in the image", () => {
    expect(at(valuesOf("velero"), "initContainers.0")).toMatchObject({ image: expect.stringMatching(/velero-plugin-for-aws:v1\.14\.2@sha256:[0-9a-f]{64}$/) as unknown, volumeMounts: [{ name: "plugins", mountPath: "/target" }] });
    expect(byKind(objectsOf("velero"), "BackupStorageLocation").spec).toMatchObject({ provider: "aws", default: true, objectStorage: { bucket: "velero" }, config: { s3ForcePathStyle: "true", s3Url: OBJECT_STORE.endpoint } });
    expect(factsOf("velero").talksTo).toEqual([OBJECT_STORE.service]);
  });

  it("velero: upgrading the CRDs is a hook before every sync, and with them every backup's record would go", () => {
    expect(valuesOf("velero")).toMatchObject({ upgradeCRDs: false });
    expect(applicationOf("velero").metadata.finalizers).toBeUndefined();
  });

  it("velero: its keys are those of its bucket's user, and the Secret they are read from is the chart's", () => {
    expect(valuesOf("velero")).toMatchObject({ credentials: { useSecret: false, extraSecretRef: "velero-secrets" } });
    expect(remotesOf("velero", "velero-secrets")).toMatchObject({ AWS_ACCESS_KEY_ID: "/platform/backup/minio/VELERO_ACCESS_KEY", AWS_SECRET_ACCESS_KEY: "/platform/backup/minio/VELERO_SECRET_KEY" });
  });

  it("velero: files of volumes fill the bucket that every database archives beside, so it copies none, and has no agent that could", () => {
    expect(valuesOf("velero")).toMatchObject({ deployNodeAgent: false });
    expect(objectsOf("velero").filter(({ kind }) => kind === "ConfigMap")).toEqual([]);
    expect(factsOf("velero").podSecurity).not.toBe("privileged");
  });

  it.each(Object.entries(BACKUP_SCHEDULES))("velero: the class %s has its schedule, of objects and without the files of volumes", (name, { cron, retain }) => {
    expect(byKind(objectsOf("velero"), "Schedule", name).spec).toEqual({
      schedule: cron,
      template: { defaultVolumesToFsBackup: false, snapshotVolumes: false, storageLocation: "default", ttl: `${retain * (name === "daily" ? 24 : 168)}h0m0s` },
    });
  });

  it("velero: a snapshot without the snapshot-controller never comes, so none is asked for", () => {
    expect(valuesOf("velero")).toMatchObject({ snapshotsEnabled: false });
    expect(at(valuesOf("velero"), "configuration.features")).toBeUndefined();
    expect(all.flatMap(({ objects }) => objects).filter(({ kind }) => kind === "VolumeSnapshotClass")).toEqual([]);
  });
});

describe("traps of the security", () => {
  const SYNC = { "argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation" };

  it("zitadel: a job before the sync would wait for a Secret that the sync makes, so the jobs are in the sync, after the Secret and before the pods", () => {
    expect(at(valuesOf("zitadel"), "initJob.annotations")).toEqual({ ...SYNC, "argocd.argoproj.io/sync-wave": "1" });
    expect(at(valuesOf("zitadel"), "setupJob.annotations")).toEqual({ ...SYNC, "argocd.argoproj.io/sync-wave": "2" });
    expect(at(valuesOf("zitadel"), "annotations")).toEqual({ "argocd.argoproj.io/sync-wave": "3" });
    expect(at(valuesOf("zitadel"), "login.annotations")).toEqual({ "argocd.argoproj.io/sync-wave": "4" });
    expect(byKind(objectsOf("zitadel"), "ExternalSecret").metadata.annotations).toMatchObject({ "argocd.argoproj.io/sync-wave": "-1" });
  });

  it("zitadel: its database is an earlier Application, and so is what that needs", () => {
    expect(waveOf("zitadel")).toBeGreaterThan(waveOf("zitadel-db"));
    expect(waveOf("zitadel-db")).toBeGreaterThan(waveOf("postgresql"));
    expect(waveOf("zitadel-db")).toBeGreaterThan(waveOf("minio"));
  });

  it("zitadel: the master key cannot be changed, and comes from the secret store only", () => {
    expect(valuesOf("zitadel")).toMatchObject({ zitadel: { masterkeySecretName: "zitadel-secrets" } });
    expect(at(valuesOf("zitadel"), "zitadel.masterkey")).toBeUndefined();
    expect(remotesOf("zitadel", "zitadel-secrets")).toEqual({
      masterkey: "/platform/security/zitadel/masterkey",
      ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD: "/platform/security/zitadel/ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD",
      ZITADEL_DATABASE_POSTGRES_USER_PASSWORD: "/platform/databases/zitadel-db/PASSWORD",
    });
  });

  it("zitadel: the first administrator has Password1! unless told otherwise", () => {
    expect(valuesOf("zitadel")).toMatchObject({ envVarsSecret: "zitadel-secrets", zitadel: { configmapConfig: { FirstInstance: { Org: { Human: { PasswordChangeRequired: true } } } } } });
    expect(JSON.stringify(objectsOf("zitadel"))).not.toContain("Password1!");
  });

  it("zitadel: a wrong outside address ends in redirects without end", () => {
    const route = byKind(objectsOf("zitadel"), "IngressRoute");
    const { ExternalDomain } = at(valuesOf("zitadel"), "zitadel.configmapConfig") as { ExternalDomain: string };
    expect(valuesOf("zitadel")).toMatchObject({ zitadel: { configmapConfig: { ExternalPort: 443, ExternalSecure: true, TLS: { Enabled: false } } } });
    expect(at(route, "spec.routes.0.match")).toBe(`Host(\`${ExternalDomain}\`)`);
  });

  it("zitadel: gRPC needs HTTP/2 to the pods, and login v2 is a program of its own behind a path, which the ingress controller may dial", () => {
    const routes = at(byKind(objectsOf("zitadel"), "IngressRoute"), "spec.routes") as { match: string; services: unknown[] }[];
    expect(routes[0]?.services).toEqual([{ name: "zitadel", port: 8080, scheme: "h2c" }]);
    expect(routes[1]).toMatchObject({ match: expect.stringContaining("PathPrefix(`/ui/v2/login`)") as unknown, services: [{ name: "zitadel-login", port: 3000 }] });
    const login = rulesOf("traefik", "egress").filter(({ ports, to }) => ports?.[0]?.port === 3000 && JSON.stringify(to).includes('"kubernetes.io/metadata.name":"zitadel"'));
    expect(login).toHaveLength(1);
  });

  it("zitadel: the database and its owner are made by the operator, and the bundled one and the cleaning up are off", () => {
    expect(valuesOf("zitadel")).toMatchObject({ initJob: { command: "zitadel" }, postgresql: { enabled: false }, cleanupJob: { enabled: false } });
    expect(at(valuesOf("zitadel"), "zitadel.configmapConfig.Database.Postgres")).toMatchObject({ Host: "zitadel-db.databases.svc", Database: "zitadel", User: { Username: "zitadel", SSL: { Mode: "require" } } });
    expect(byKind(objectsOf("zitadel-db"), "Database").spec).toMatchObject({ name: "zitadel", owner: "zitadel" });
  });

  it("zitadel: a tool with the cluster's own version may not exist yet, and it reports home every day", () => {
    expect(at(valuesOf("zitadel"), "tools.kubectl.image.tag")).toMatch(/^\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
    expect(valuesOf("zitadel")).toMatchObject({ zitadel: { configmapConfig: { ServicePing: { Enabled: false }, Telemetry: { Enabled: false } } } });
  });
});

it.skipIf(!hasCrds)("custom resources of databases and backups are accepted by the real CRDs (skipped where they are not at hand)", () => {
  const projects: Record<string, string> = { "barmancloud.cnpg.io": "barman-cloud", "postgresql.cnpg.io": "cloudnative-pg", "velero.io": "velero" };
  const custom = all.flatMap(({ objects }) => objects).filter(({ apiVersion }) => (apiVersion.split("/")[0] ?? "") in projects);
  expect(new Set(custom.map(({ kind }) => kind))).toEqual(new Set(["BackupStorageLocation", "Cluster", "Database", "ObjectStore", "Schedule", "ScheduledBackup"]));
  expect(custom.flatMap((object) => crdProblems(projects[object.apiVersion.split("/")[0] ?? ""] ?? "", object))).toEqual([]);
});
