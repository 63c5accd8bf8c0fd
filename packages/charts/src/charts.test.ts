import { category, type Declaration, type ServiceFacts } from "@rzp/workload/manifests";
import { describe, expect, it } from "vitest";
import {
  argoCdChart,
  certManagerChart,
  cloudNativePgChart,
  externalSecretsChart,
  harborChart,
  jupyterhubChart,
  langfuseChart,
  longhornChart,
  metallbChart,
  minioChart,
  minioKeys,
  netdataChart,
  ollamaChart,
  openobserveChart,
  portainerChart,
  traefikChart,
  valkeyChart,
  vectorChart,
  veleroChart,
  zitadelChart,
  type ChartArgs,
} from "./index.ts";

const IMAGE = `ghcr.io/example/app:1.2.3@sha256:${"0123456789abcdef".repeat(4)}`;
const DATABASE = { service: "app-db", password: "/platform/databases/app-db/PASSWORD" };
const STORE = { service: "s3", endpoint: "http://s3.s3.svc:9000", bucket: "backups", accessKey: "/platform/s3/ID", secretKey: "/platform/s3/KEY" };
const CACHE = { service: "cache", password: "/platform/cache/PASSWORD" };
const LOGIN = { service: "id", through: "ingress" };
const DATA = { size: "1Gi", backup: "daily" } as const;
const OPENOBSERVE = { service: "logs", user: "/platform/logs/USER", token: "/platform/logs/TOKEN" };
const NOTEBOOK = { memory: "1Gi", memoryLimit: "2Gi" } as const;
const SCHEDULES = { daily: { cron: "0 3 * * *", retain: 14 }, weekly: { cron: "0 4 * * 0", retain: 8 } };

/** A chart, and the least it must be told beside its version. */
interface Row {
  required: object;
  facts: (change?: object) => ServiceFacts | undefined;
}

function row<A extends ChartArgs>(chart: (args: A) => Declaration, required: Omit<A, keyof ChartArgs>): Row {
  const facts = (change: object = {}): ServiceFacts | undefined => category("core", { it: chart({ version: "9.8.7", ...required, ...change } as A) }).services[0]?.facts;
  return { required, facts };
}

const CHARTS: Readonly<Record<string, Row>> = {
  argoCdChart: row(argoCdChart, {}),
  certManagerChart: row(certManagerChart, {}),
  cloudNativePgChart: row(cloudNativePgChart, { barmanCloud: "0.7.1", image: IMAGE }),
  externalSecretsChart: row(externalSecretsChart, {}),
  harborChart: row(harborChart, { images: DATA, database: DATABASE, cache: CACHE }),
  jupyterhubChart: row(jupyterhubChart, { login: LOGIN, homes: DATA, notebook: NOTEBOOK }),
  langfuseChart: row(langfuseChart, { database: DATABASE, clickhouse: { service: "columns", password: "/apps/columns/PASSWORD" }, cache: CACHE, store: STORE, login: LOGIN }),
  longhornChart: row(longhornChart, {}),
  metallbChart: row(metallbChart, {}),
  minioChart: row(minioChart, { buckets: ["photos"], data: DATA }),
  netdataChart: row(netdataChart, { history: "1Gi", nodes: 2 }),
  ollamaChart: row(ollamaChart, { models: "1Gi" }),
  openobserveChart: row(openobserveChart, { data: DATA, retentionDays: 7 }),
  portainerChart: row(portainerChart, { data: DATA }),
  traefikChart: row(traefikChart, { address: "10.9.9.9" }),
  valkeyChart: row(valkeyChart, { memory: "64Mi", size: "1Gi" }),
  vectorChart: row(vectorChart, { openobserve: OPENOBSERVE, talosLogs: { hostIP: "127.0.0.1", port: 6051 }, nodes: 2 }),
  veleroChart: row(veleroChart, { store: STORE, schedules: SCHEDULES }),
  zitadelChart: row(zitadelChart, { database: DATABASE }),
};

describe.each(Object.entries(CHARTS))("%s", (component, { required, facts }) => {
  it("is of the version that the homelab names, and says what it is for and where more stands", () => {
    expect(facts()?.chart?.version).toBe("9.8.7");
    expect(facts()?.purpose).toMatch(/\.$/);
    expect(facts()?.upstream).toMatch(/^https:\/\//);
    expect(facts({ purpose: "Mine." })?.purpose).toBe("Mine.");
  });

  it("refuses an argument that it does not know, and names the nearest", () => {
    expect(() => facts({ versoin: "1" })).toThrow(`${component} "it": versoin is no argument here. Did you mean "version"?`);
  });

  it.each(["version", ...Object.keys(required)])("refuses to be without %s before it makes anything of it", (name) => {
    expect(() => facts({ [name]: undefined })).toThrow(`${component} "it": ${name} is missing.`);
  });
});

const factsOf = (component: string, change: object): ServiceFacts | undefined => CHARTS[component]?.facts(change);

it.each<[string, object, string]>([
  ["cloudNativePgChart", { image: "ghcr.io/example/app:18" }, 'image "ghcr.io/example/app:18" has no digest'],
  ["cloudNativePgChart", { barmanCloud: "^0.7.1" }, 'extraCharts.barman-cloud.version "^0.7.1" is not an exact version'],
  ["harborChart", { database: "app-db" }, 'database is "app-db". Write { service, password }.'],
  ["harborChart", { cache: { ...CACHE, pasword: "x" } }, 'cache.pasword is no argument here. Did you mean "password"?'],
  ["harborChart", { images: { backup: "daily" } }, "volumes.images.size is missing"],
  ["jupyterhubChart", { login: { service: "id" } }, "login.through is missing"],
  ["jupyterhubChart", { homes: { ...DATA, backup: "hourly" } }, 'homes.backup "hourly" is not a backup class'],
  ["jupyterhubChart", { homes: { ...DATA, storageclass: "x" } }, 'homes.storageclass is no argument here. Did you mean "storageClass"?'],
  ["jupyterhubChart", { notebook: { ...NOTEBOOK, memory: "512M" } }, 'notebook.memory "512M" is not a size'],
  ["jupyterhubChart", { notebook: { ...NOTEBOOK, memory: "4Gi" } }, "notebook.memory is 4Gi, more than the memoryLimit of 2Gi"],
  ["langfuseChart", { clickhouse: { service: "columns" } }, "clickhouse.password is missing"],
  ["langfuseChart", { store: { ...STORE, endpont: "x" } }, 'store.endpont is no argument here. Did you mean "endpoint"?'],
  ["langfuseChart", { resources: { memory: "4Gi" } }, "resources.memory is 4Gi, more than the memoryLimit of 2Gi"],
  ["minioChart", { buckets: ["photos", "Videos"] }, 'buckets[1] "Videos" is not a bucket\'s name'],
  ["minioChart", { buckets: ["photos", "photos"] }, 'buckets[1] "photos" is there a second time'],
  ["minioChart", { data: { size: "1Gi", backups: "daily" } }, 'volumes.data.backups is no argument here. Did you mean "backup"?'],
  ["netdataChart", { history: "10GB" }, 'volumes.parent-database.size "10GB" is not a size'],
  ["netdataChart", { nodes: 1.5 }, "nodes is 1.5. Use a whole number of at least 1."],
  ["ollamaChart", { models: "30G" }, 'volumes.models.size "30G" is not a size'],
  ["ollamaChart", { resources: { memroy: "4Gi" } }, 'resources.memroy is no argument here. Did you mean "memory"?'],
  ["openobserveChart", { retentionDays: 0 }, "retentionDays is 0. Use a whole number of at least 1."],
  ["portainerChart", { data: { size: "1Gi" } }, "volumes.data.backup is missing"],
  ["traefikChart", { replicas: 0.5 }, "replicas is 0.5"],
  ["valkeyChart", { memory: "0.3Mi" }, 'memory "0.3Mi" is no size in whole mebibytes'],
  ["valkeyChart", { memory: "512mb" }, 'memory "512mb" is no size in whole mebibytes'],
  ["vectorChart", { openobserve: { ...OPENOBSERVE, password: "x" } }, "openobserve.password is no argument here"],
  ["vectorChart", { nodes: 0 }, "nodes is 0. Use a whole number of at least 1."],
  ["vectorChart", { talosLogs: { hostIP: "localhost", port: 6051 } }, 'talosLogs.hostIP "localhost" is not an IPv4 address'],
  ["vectorChart", { talosLogs: { hostIP: "127.0.0.1", port: 0 } }, "hostPorts[0] is 0"],
  ["veleroChart", { store: { ...STORE, bukcet: "x" } }, 'store.bukcet is no argument here. Did you mean "bucket"?'],
  ["veleroChart", { schedules: { daily: SCHEDULES.daily } }, "schedules.weekly is missing"],
  ["zitadelChart", { database: { service: "app-db" } }, "database.password is missing"],
])("%s refuses %j", (component, change, message) => {
  expect(() => factsOf(component, change)).toThrow(message);
});

it("minioChart asks for the keys of every bucket's user, by names that everybody else can tell", () => {
  expect(minioKeys("my-photos")).toEqual({ id: "MY_PHOTOS_ACCESS_KEY", secret: "MY_PHOTOS_SECRET_KEY" });
  expect(factsOf("minioChart", { buckets: ["my-photos"] })?.secrets.map(({ key }) => key)).toEqual(["rootUser", "rootPassword", "MY_PHOTOS_ACCESS_KEY", "MY_PHOTOS_SECRET_KEY"]);
});
