import { category, type Declaration, type ServiceFacts } from "@rzp/workload/manifests";
import { describe, expect, it } from "vitest";
import {
  argoCdChart,
  certManagerChart,
  cloudNativePgChart,
  externalSecretsChart,
  longhornChart,
  metallbChart,
  minioChart,
  minioKeys,
  traefikChart,
  valkeyChart,
  veleroChart,
  zitadelChart,
  type ChartArgs,
} from "./index.ts";

const IMAGE = `ghcr.io/example/app:1.2.3@sha256:${"0123456789abcdef".repeat(4)}`;
const DATABASE = { service: "app-db", password: "/platform/databases/app-db/PASSWORD" };
const STORE = { service: "s3", endpoint: "http://s3.s3.svc:9000", bucket: "backups", accessKey: "/platform/s3/ID", secretKey: "/platform/s3/KEY" };
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
  longhornChart: row(longhornChart, {}),
  metallbChart: row(metallbChart, {}),
  minioChart: row(minioChart, { buckets: ["photos"], data: { size: "1Gi", backup: "daily" } }),
  traefikChart: row(traefikChart, { address: "10.9.9.9" }),
  valkeyChart: row(valkeyChart, { memory: "64Mi", size: "1Gi" }),
  veleroChart: row(veleroChart, { store: STORE, schedules: SCHEDULES, nodes: 1 }),
  zitadelChart: row(zitadelChart, { database: DATABASE }),
};

describe.each(Object.entries(CHARTS))("%s", (component, { required, facts }) => {
  it("is of the version that the homelab names, and says what it is for", () => {
    expect(facts()?.chart?.version).toBe("9.8.7");
    expect(facts()?.purpose).toMatch(/\.$/);
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
  ["minioChart", { buckets: ["photos", "Videos"] }, 'buckets[1] "Videos" is not a bucket\'s name'],
  ["minioChart", { buckets: ["photos", "photos"] }, 'buckets[1] "photos" is there a second time'],
  ["minioChart", { data: { size: "1Gi", backups: "daily" } }, 'volumes.data.backups is no argument here. Did you mean "backup"?'],
  ["traefikChart", { replicas: 0.5 }, "replicas is 0.5"],
  ["valkeyChart", { memory: "0.3Mi" }, 'memory "0.3Mi" is no size in whole mebibytes'],
  ["valkeyChart", { memory: "512mb" }, 'memory "512mb" is no size in whole mebibytes'],
  ["veleroChart", { store: { ...STORE, bukcet: "x" } }, 'store.bukcet is no argument here. Did you mean "bucket"?'],
  ["veleroChart", { schedules: { daily: SCHEDULES.daily } }, "schedules.weekly is missing"],
  ["veleroChart", { nodes: -2 }, "replicas is -1"],
  ["zitadelChart", { database: { service: "app-db" } }, "database.password is missing"],
])("%s refuses %j", (component, change, message) => {
  expect(() => factsOf(component, change)).toThrow(message);
});

it("minioChart asks for the keys of every bucket's user, by names that everybody else can tell", () => {
  expect(minioKeys("my-photos")).toEqual({ id: "MY_PHOTOS_ACCESS_KEY", secret: "MY_PHOTOS_SECRET_KEY" });
  expect(factsOf("minioChart", { buckets: ["my-photos"] })?.secrets.map(({ key }) => key)).toEqual(["rootUser", "rootPassword", "MY_PHOTOS_ACCESS_KEY", "MY_PHOTOS_SECRET_KEY"]);
});
