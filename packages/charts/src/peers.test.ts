import { category, postgresDatabase, registry, workload, type Declaration, type Site, type WorkloadArgs } from "@rzp/workload/manifests";
import { expect, it } from "vitest";
import { harborChart, jupyterhubChart, langfuseChart, netdataChart, openobserveChart, portainerChart, vectorChart } from "./index.ts";

const IMAGE = `ghcr.io/example/app:1.2.3@sha256:${"0123456789abcdef".repeat(4)}`;
const SITE: Site = {
  domain: "home.example.com",
  timeZone: "Europe/Vienna",
  git: { repoURL: "https://git.example.com/homelab.git", revision: "main", path: "kubernetes" },
  storage: { className: "fast", replicas: 1, dataPath: "/var/mnt/data" },
  secretStore: { name: "vault", url: "https://eu.infisical.com", projectSlug: "homelab", environmentSlug: "prod", identity: { name: "identity", namespace: "external-secrets" } },
  certificates: { issuer: "letsencrypt", email: "me@example.com", zone: "example.com" },
  ingress: { namespace: "door", app: "door", route: { entryPoint: "websecure" } },
  network: { lan: "10.9.0.0/24", pods: "10.244.0.0/16", services: "10.96.0.0/12", apiServer: { addresses: ["10.9.0.11"], port: 6443 } },
  loadBalancerPool: ["10.9.0.200-10.9.0.219"],
};

/** Services by names that no chart knows, in a namespace that they share or have to themselves. */
function beside(chart: Declaration, name: string, id: Partial<WorkloadArgs> = {}) {
  const app = (port: number, change: Partial<WorkloadArgs> = {}) => workload({ image: IMAGE, port, health: "tcp", host: false, ...change });
  const all = registry(
    [
      category("platform", { door: app(8443), gate: app(8080, { host: "sign-in", ...id }), columns: app(8123, { secrets: ["PASSWORD"] }), s3: app(9000, { secrets: ["ID", "KEY"] }), logbook: openobserveChart({ version: "1.0.0", data: { size: "1Gi", backup: "daily" }, retentionDays: 7 }) }),
      category("platform/data", { operator: app(80), "app-db": postgresDatabase({ size: "1Gi", backup: { none: "a database of a test" }, operator: "operator" }), queue: app(6380, { secrets: ["PASSWORD"] }) }, { namespace: "data" }),
      category("apps", { llm: app(11_500), [name]: chart }),
    ],
    SITE,
  );
  const context = all.context(SITE);
  const service = all.services.find(({ facts }) => facts.name === name);
  const helm = () => service?.delivery(context).charts[0]?.helm;
  return { objects: () => service?.manifests(context), values: () => helm()?.valuesObject, release: () => helm()?.releaseName };
}

const peer = (service: string) => ({ service, password: `/platform/${service}/PASSWORD` });
const DATABASE = { service: "app-db", password: "/platform/data/app-db/PASSWORD" };
const CACHE = { service: "queue", password: "/platform/data/queue/PASSWORD" };
const LOGIN = { service: "gate", through: "door" };
const STORE = { service: "s3", endpoint: "http://s3.s3.svc:9000", bucket: "traces", accessKey: "/platform/s3/ID", secretKey: "/platform/s3/KEY" };
const HOMES = { size: "1Gi", backup: "weekly", storageClass: "slow" } as const;
const notebooks = jupyterhubChart({ version: "1.0.0", login: LOGIN, homes: HOMES, notebook: { memory: "1Gi", memoryLimit: "2Gi" }, talksTo: ["llm"], env: { LLM: "here" } });

it("harborChart finds database and cache by their own names, namespaces and ports", () => {
  const { objects, values } = beside(harborChart({ version: "1.0.0", images: { size: "9Gi", backup: "daily" }, database: DATABASE, cache: CACHE }), "images");
  expect(values()).toMatchObject({
    externalURL: "https://images.home.example.com",
    database: { external: { host: "app-db.data.svc", port: "5432", username: "app", coreDatabase: "app", existingSecret: "images-secrets" } },
    redis: { external: { addr: "queue.data.svc:6380" } },
    persistence: { persistentVolumeClaim: { registry: { existingClaim: "images-images" } } },
  });
  expect(JSON.stringify(objects())).toContain("@queue.data.svc:6380/2");
});

it("langfuseChart finds all that it keeps, and signs people in by the login's public name", () => {
  const { values } = beside(langfuseChart({ version: "1.0.0", database: DATABASE, clickhouse: peer("columns"), cache: CACHE, store: STORE, login: LOGIN, resources: { memory: "1Gi" } }), "traces");
  expect(values()).toMatchObject({
    langfuse: { resources: { requests: { cpu: "100m", memory: "1Gi" }, limits: { memory: "2Gi" } } },
    postgresql: { host: "app-db.data.svc", auth: { username: "app", database: "app" } },
    redis: { host: "queue.data.svc" },
    clickhouse: { host: "columns.columns.svc" },
    s3: { bucket: "traces", endpoint: STORE.endpoint },
  });
  expect(JSON.stringify(values())).toContain("https://sign-in.home.example.com");
});

it("jupyterhubChart opens notebooks to those it talks to, on their ports, and backs up homes as it was told", () => {
  const { values } = beside(notebooks, "notes");
  expect(values()).toMatchObject({
    hub: { config: { GenericOAuthenticator: { token_url: "https://sign-in.home.example.com/oauth/v2/token", oauth_callback_url: "https://notes.home.example.com/hub/oauth_callback" } } },
    singleuser: {
      networkPolicy: { egress: [{ to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "llm" } } }], ports: [{ port: 11_500 }] }] },
      extraEnv: { LLM: "here" },
      memory: { guarantee: "1G", limit: "2G" },
      storage: { capacity: "1Gi", dynamic: { storageClass: "slow" }, extraLabels: { "recurring-job-group.longhorn.io/weekly": "enabled" } },
    },
  });
});

it("refuses a login that nobody can be sent to", () => {
  const { values } = beside(notebooks, "notes", { host: false });
  expect(values).toThrow('jupyterhubChart "notes": login.service is gate, which has no route. People who sign in are sent there: give it one.');
});

it.each<[string, Declaration]>([
  ["langfuse", langfuseChart({ version: "1.0.0", database: DATABASE, clickhouse: peer("columns"), cache: CACHE, store: STORE, login: LOGIN })],
  ["netdata", netdataChart({ version: "1.0.0", history: "1Gi", nodes: 3 })],
  ["portainer", portainerChart({ version: "1.0.0", data: { size: "1Gi", backup: "daily" } })],
])("%s's Services are called what they are called under another name of the service, too", (release, chart) => {
  expect(beside(chart, "mine").release()).toBe(release);
});

it("vectorChart sends to OpenObserve by the name that it has there", () => {
  const openobserve = { service: "logbook", user: "/platform/logbook/ZO_ROOT_USER_EMAIL", token: "/platform/logbook/ZO_ROOT_USER_TOKEN" };
  const { values } = beside(vectorChart({ version: "1.0.0", openobserve, talosLogs: { hostIP: "127.0.0.1", port: 7000 }, nodes: 3 }), "logs");
  expect(values()).toMatchObject({ customConfig: { sources: { machine: { address: "0.0.0.0:7000" } }, sinks: { talos: { uri: "http://logbook.logbook.svc:5080/api/default/talos/_json" } } } });
});
