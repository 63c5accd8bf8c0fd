import { at, byKind } from "@rzp/testing";
import type { KubernetesObject } from "@rzp/core";
import { describe, expect, it } from "vitest";
import { all, home, objectsOf, rulesOf, stack, valuesOf } from "../rendered.test-data.ts";
import { homelab } from "../homelab.ts";
import { folders } from "../render.ts";
import { TALOS_LOGS } from "../services/platform/observability/vector.ts";

const namespaceOf = (name: string): KubernetesObject => {
  const found = all.flatMap(({ objects }) => objects).find(({ kind, metadata }) => kind === "Namespace" && metadata.name === name);
  if (found === undefined) throw new Error(`no namespace ${name}`);
  return found;
};

describe("traps of OpenObserve", () => {
  const values = valuesOf("openobserve");

  it("its root user is root@example.com with a known password unless a Secret names another", () => {
    const secret = byKind(objectsOf("openobserve"), "ExternalSecret");
    expect(at(values, "auth")).toEqual({ existingRootUserSecret: { name: at(secret, "spec.target.name") } });
    // The chart looks for these two keys.
    const keys = (at(secret, "spec.data") as { secretKey: string }[]).map(({ secretKey }) => secretKey);
    expect(keys).toEqual(expect.arrayContaining(["ZO_ROOT_USER_EMAIL", "ZO_ROOT_USER_PASSWORD"]));
  });

  it("the header by which it traces itself is the known password once more", () => {
    expect(at(values, "config")).toMatchObject({ ZO_TRACING_HEADER_VALUE: "" });
  });

  it("keeps everything for ten years, which fills the disk", () => {
    const days = Number(at(values, "config.ZO_COMPACT_DATA_RETENTION_DAYS"));
    expect(days).toBeGreaterThan(0);
    expect(days).toBeLessThanOrEqual(90);
  });

  it("phones home, and fetches a database of addresses", () => {
    expect(at(values, "config")).toMatchObject({ ZO_TELEMETRY: "false", ZO_MMDB_DISABLE_DOWNLOAD: "true" });
    expect(JSON.stringify(rulesOf("openobserve", "egress"))).not.toContain("0.0.0.0/0");
  });

  it("brings a MinIO of 2023, an ingress for nginx and a chown as root", () => {
    expect(values).toMatchObject({ minio: { enabled: false }, ingress: { enabled: false }, persistence: { volumePermissions: { enabled: false } } });
    expect(namespaceOf("openobserve").metadata.labels?.["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  });

  it("panics on a read-only root unless its cache has a place of its own", () => {
    expect(at(values, "securityContext.readOnlyRootFilesystem")).toBe(true);
    expect(at(values, "cache")).toMatchObject({ enabled: true, mountPath: at(values, "config.ZO_DATA_CACHE_DIR") });
  });

  it("its claim has no labels, so nothing would back it up: the same claim is made with them, as large as the chart's", () => {
    const claim = byKind(objectsOf("openobserve"), "PersistentVolumeClaim", "data-openobserve-0");
    expect(claim.metadata.labels).toMatchObject({ "recurring-job-group.longhorn.io/daily": "enabled", "recurring-job.longhorn.io/source": "enabled" });
    expect(at(claim, "spec.resources.requests.storage")).toBe(at(values, "persistence.size"));
    expect(at(claim, "spec.storageClassName")).toBe(at(values, "persistence.storageClass"));
    expect(at(values, "fullnameOverride")).toBe("openobserve");
  });
});

describe("traps of Vector", () => {
  const values = valuesOf("vector");
  const config = at(values, "customConfig");

  it("is an aggregator by default, which reads no pod's log", () => {
    expect(at(values, "role")).toBe("Agent");
    expect(at(config, "sources.pods.type")).toBe("kubernetes_logs");
  });

  it("its configuration goes through Helm's templates: two braces in a row would be taken for one", () => {
    const texts = textsOf(config);
    expect(texts.some((text) => text.includes("to_unix_timestamp"))).toBe(true);
    expect(texts.filter((text) => text.includes("{{"))).toEqual([]);
  });

  it("sends ${VARIABLES} as they stand since 0.57: the login comes by a secret backend, from what is mounted", () => {
    expect(textsOf(config).filter((text) => text.includes("${"))).toEqual([]);
    const { path } = at(config, "secret.openobserve") as { path: string };
    expect(at(values, "extraVolumeMounts")).toEqual([{ name: "openobserve", mountPath: path, readOnly: true }]);
    const secret = byKind(objectsOf("vector"), "ExternalSecret");
    expect(at(values, "extraVolumes.0.secret.secretName")).toBe(at(secret, "spec.target.name"));
    const keys = (at(secret, "spec.data") as { secretKey: string }[]).map(({ secretKey }) => `SECRET[openobserve.${secretKey}]`);
    for (const name of ["kubernetes", "talos"]) {
      const { user, password } = at(config, `sinks.${name}.auth`) as { user: string; password: string };
      expect(keys).toEqual(expect.arrayContaining([user, password]));
    }
  });

  it("knows the root user's token, and not its password", () => {
    const remotes = (at(byKind(objectsOf("vector"), "ExternalSecret"), "spec.data") as { remoteRef: { key: string } }[]).map(({ remoteRef }) => remoteRef.key);
    expect(remotes).toContain("/platform/observability/openobserve/ZO_ROOT_USER_TOKEN");
    expect(remotes.filter((key) => key.endsWith("PASSWORD"))).toEqual([]);
  });

  it("Talos has no journal: its services and its kernel send theirs, each machine to its own agent only", () => {
    expect(textsOf(config)).not.toContain("journald");
    expect(at(config, "sources.machine")).toMatchObject({ type: "socket", mode: "tcp", address: `0.0.0.0:${TALOS_LOGS.port}`, decoding: { codec: "json" } });
    const ports = at(values, "containerPorts") as { name: string; containerPort: number; hostPort?: number; hostIP?: string }[];
    expect(ports.find(({ name }) => name === "talos")).toEqual({ name: "talos", containerPort: TALOS_LOGS.port, hostPort: TALOS_LOGS.port, hostIP: "127.0.0.1" });
    // Nobody in the cluster or at home may write into them.
    expect(rulesOf("vector", "ingress")).toEqual([{ from: [{ podSelector: {} }] }]);
  });

  it("answers probes over gRPC since 0.55, on every address of the pod", () => {
    expect(values).toMatchObject({ livenessProbe: { grpc: { port: 8686 } }, readinessProbe: { grpc: { port: 8686 } }, customConfig: { api: { enabled: true, address: "0.0.0.0:8686" } } });
  });

  it("runs on control planes only where it tolerates them", () => {
    expect(at(values, "tolerations")).toContainEqual({ operator: "Exists", effect: "NoSchedule" });
  });

  it("sends to the port that OpenObserve opens to it, at an address that exists", () => {
    for (const name of ["kubernetes", "talos"]) expect(at(config, `sinks.${name}.uri`)).toBe(`http://openobserve.openobserve.svc:5080/api/default/${name}/_json`);
    expect(rulesOf("openobserve", "ingress")).toContainEqual({ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "vector" } } }], ports: [{ port: 5080, protocol: "TCP" }] });
  });

  it("reads host paths: its namespace says why, and it has no capability and one path", () => {
    expect(namespaceOf("vector").metadata.annotations?.["rzp.dev/allows-privileged"]).toContain("pods' logs");
    expect(at(values, "securityContext.capabilities")).toEqual({ drop: ["ALL"] });
    expect(at(values, "defaultVolumes")).toEqual([{ name: "var-log", hostPath: { path: "/var/log" } }]);
  });
});

describe("traps of Netdata", () => {
  const values = valuesOf("netdata");
  const PARTS = ["parent", "child", "k8sState"];

  it("the key between its parts is a well-known one in the chart: each part reads a file of a Secret in its stead", () => {
    const secret = byKind(objectsOf("netdata"), "ExternalSecret", "netdata-stream");
    const template = at(secret, "spec.target.template.data") as Record<string, string>;
    for (const part of PARTS) {
      expect(at(values, `${part}.configs.stream`)).toEqual({ enabled: false });
      expect(at(values, `${part}.extraVolumes.0.secret.secretName`)).toBe(at(secret, "spec.target.name"));
      const mount = at(values, `${part}.extraVolumeMounts.0`) as { mountPath: string; subPath: string };
      expect(mount).toMatchObject({ mountPath: "/etc/netdata/stream.conf", subPath: part === "parent" ? "parent.conf" : "child.conf" });
      expect(template[mount.subPath]).toContain("{{ .STREAM_API_KEY }}");
    }
    expect(JSON.stringify(objectsOf("netdata"))).not.toContain("11111111-2222");
    // A chart's pods wait for it.
    expect(Number(secret.metadata.annotations?.["argocd.argoproj.io/sync-wave"])).toBeLessThan(0);
  });

  it("its ingress is on by default, for nginx, and its dashboard asks for no password", () => {
    expect(at(values, "ingress")).toEqual({ enabled: false });
    expect(at(byKind(objectsOf("netdata"), "IngressRoute"), "spec.routes.0")).toMatchObject({ middlewares: [{ name: "auth" }], services: [{ name: "netdata-dashboard", port: 19_998 }] });
  });

  it("agents have their nodes' addresses, so everybody may dial their port: there is no dashboard on it", () => {
    expect(at(values, "parent.configs.netdata.data")).toContain("bind to = *:19999=streaming *:19998=dashboard\n");
    expect(rulesOf("netdata", "ingress").filter(({ from }) => from === undefined).flatMap(({ ports = [] }) => ports.map(({ port }) => port))).toEqual([19_999]);
    const toDashboard = rulesOf("netdata", "ingress").filter(({ ports = [] }) => ports.some(({ port }) => port === 19_998));
    expect(toDashboard.map(({ from }) => from)).toEqual([[{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "traefik" } }, podSelector: { matchLabels: { "app.kubernetes.io/name": "traefik" } } }]]);
  });

  it("pulls always, and alpine:latest", () => {
    expect(at(values, "image.pullPolicy")).toBe("IfNotPresent");
    expect(at(values, "initContainersImage.tag")).toMatch(/^[\d.]+@sha256:[0-9a-f]{64}$/);
  });

  it("its role reads every Secret and passes through the API server to the kubelets", () => {
    expect(at(values, "rbac.create")).toBe(false);
    const rules = at(byKind(objectsOf("netdata"), "ClusterRole"), "rules") as { resources: string[]; verbs: string[] }[];
    const resources = rules.flatMap((rule) => rule.resources);
    expect(resources).toContain("pods");
    expect(resources.filter((one) => ["secrets", "configmaps", "nodes/proxy", "*"].includes(one))).toEqual([]);
    expect([...new Set(rules.flatMap(({ verbs }) => verbs))].sort()).toEqual(["get", "list", "watch"]);
  });

  it("tells its makers about itself", () => {
    for (const part of PARTS) expect(at(values, `${part}.env`)).toEqual({ DO_NOT_TRACK: "1" });
    expect(JSON.stringify(rulesOf("netdata", "egress"))).not.toContain("0.0.0.0/0");
  });

  it("shares the nodes' network and processes: its namespace says why", () => {
    expect(namespaceOf("netdata").metadata.annotations?.["rzp.dev/allows-privileged"]).toContain("SYS_PTRACE");
    expect(home.context.service("netdata").hostPorts).toEqual([19_999]);
  });
});

describe("traps of PostHog", () => {
  // Off in the stack of this repository: here as it would be.
  const on = folders(homelab({ ...stack, platform: {} }));
  const parts = ["posthog", "posthog-capture", "posthog-clickhouse", "posthog-ingestion", "posthog-redpanda", "posthog-worker"];
  const objectsOn = (name: string): readonly KubernetesObject[] => on.find(({ path }) => path.endsWith(`/observability/posthog/${name}`))?.objects ?? [];
  const container = (name: string): unknown => at(byKind(objectsOn(name), "Deployment"), "spec.template.spec.containers.0");
  const envOn = (name: string): Record<string, string> => Object.fromEntries((at(container(name), "env") as { name: string; value: string }[]).map((one) => [one.name, one.value]));

  it("nobody supports it on Kubernetes, and it asks for more than a homelab has to give: it is off as a whole, or on as a whole, with its risks in writing", () => {
    const off = [...parts, "posthog-db"].filter((name) => !home.registry.services.some(({ id }) => id.name === name));
    expect([0, parts.length + 1]).toContain(off.length);
    const { risks } = homelab({ ...stack, platform: {} }).context.service("posthog");
    expect(risks.join(" ")).toMatch(/nobody supports it .* no releases.* successor/i);
  });

  it("has no releases: latest only with its digest and the reason, and web, worker and migrations on one digest", () => {
    expect(at(container("posthog"), "image")).toBe(at(container("posthog-worker"), "image"));
    for (const name of ["posthog", "posthog-worker", "posthog-ingestion"]) {
      expect(at(container(name), "image")).toMatch(/:latest@sha256:[0-9a-f]{64}$/);
      expect(byKind(objectsOn(name), "Deployment").metadata.annotations?.["rzp.dev/allows-latest-tag"]).toContain("releases");
    }
    expect(at(container("posthog"), "command.2")).toMatch(/^\.\/bin\/migrate && /);
  });

  it("its migrations name nine clusters and eight queues, and stop at the first that is missing", () => {
    const files = Object.values(at(byKind(objectsOn("posthog-clickhouse"), "ConfigMap"), "data") as Record<string, string>).join("\n");
    expect(files.match(/<shard><replica><host>/g)).toHaveLength(9);
    expect(files.match(/<kafka_broker_list from_env="KAFKA_HOSTS"\/>/g)).toHaveLength(8);
    expect(files).toContain("<keeper_server>");
    expect(files).toContain(`<${envOn("posthog").CLICKHOUSE_MIGRATIONS_CLUSTER ?? ""}>`);
  });

  it("a statement on a cluster waits for a server that finds its own address behind the name, so the name leads to the pod", () => {
    const service = byKind(objectsOn("posthog-clickhouse"), "Service");
    expect(service.spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
    expect(envOn("posthog").CLICKHOUSE_HOST).toBe(`${service.metadata.name}.${service.metadata.namespace ?? ""}.svc.cluster.local`);
  });

  it("its ClickHouse has users without a password, or with one that is known", () => {
    const data = Object.values(at(byKind(objectsOn("posthog-clickhouse"), "ConfigMap"), "data") as Record<string, string>).join("\n");
    expect(data.match(/<password[^>]*>/g)).toHaveLength(10);
    expect(new Set(data.match(/<password[^>]*>/g))).toEqual(new Set(['<password from_env="CLICKHOUSE_PASSWORD"/>']));
    expect(envOn("posthog")).toMatchObject({ CLICKHOUSE_API_PASSWORD: "$(CLICKHOUSE_PASSWORD)", CLICKHOUSE_APP_PASSWORD: "$(CLICKHOUSE_PASSWORD)" });
  });

  it("two pods on one volume wait for each other for ever", () => {
    for (const name of ["posthog-clickhouse", "posthog-redpanda"]) expect(at(byKind(objectsOn(name), "Deployment"), "spec.strategy.type")).toBe("Recreate");
  });

  it("its worker takes as many processes as the machine has cores, and lets them grow", () => {
    expect(Number(envOn("posthog-worker").WEB_CONCURRENCY)).toBeLessThanOrEqual(4);
    expect(Number(envOn("posthog-worker").CELERY_MAX_MEMORY_PER_CHILD)).toBeGreaterThan(0);
    expect(Number(envOn("posthog-worker").CELERY_MAX_TASKS_PER_CHILD)).toBeGreaterThan(0);
  });

  it("reports its own use, and every part would", () => {
    for (const name of ["posthog", "posthog-worker", "posthog-ingestion"]) expect(envOn(name)).toMatchObject({ OPT_OUT_CAPTURE: "true", OTEL_SDK_DISABLED: "true" });
  });

  it("all parts that encrypt do it with the same keys, and find the same database and queue", () => {
    const keysOf = (name: string): unknown => at(byKind(objectsOn(name), "ExternalSecret"), "spec.data");
    for (const name of ["posthog-worker", "posthog-ingestion"]) {
      expect(keysOf(name)).toEqual(keysOf("posthog"));
      expect(envOn(name)).toMatchObject({ DATABASE_URL: envOn("posthog").DATABASE_URL, KAFKA_HOSTS: envOn("posthog-capture").KAFKA_HOSTS });
    }
    expect(at(container("posthog-redpanda"), "command.2")).toContain(`--advertise-kafka-addr ${envOn("posthog").KAFKA_HOSTS ?? ""}`);
  });
});

/** Every text in a value. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
