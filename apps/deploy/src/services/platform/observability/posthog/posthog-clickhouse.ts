import { workload } from "@rzp/workload/manifests";

/** PostHog's migrations name them all, and stop at the first that is missing; here each of them is this one server. */
const CLUSTERS = ["posthog", "posthog_single_shard", "posthog_migrations", "posthog_writable", "posthog_primary_replica", "ai_events", "aux", "ops", "sessions"];
const QUEUES = ["msk_cluster", "warpstream_ingestion", "warpstream_calculated_events", "warpstream_replay", "warpstream_shared", "warpstream_cyclotron", "warpstream_logs", "warpstream_traces"];
const PASSWORD = '<password from_env="CLICKHOUSE_PASSWORD"/>';

export const posthogClickhouse = workload({
  purpose: "Keeps PostHog's events.",
  upstream: "https://clickhouse.com/docs",
  image: "docker.io/clickhouse/clickhouse-server:26.6.1.1193@sha256:1d1f6508eba2dccce2cee9913907c5f7766327debc57a6b1991f2c9e3176c163",
  host: false,
  port: 8123,
  health: "/ping",
  ports: [{ name: "native", port: 9000 }],
  user: 101,
  env: { CLICKHOUSE_SKIP_USER_SETUP: "1", CLICKHOUSE_USER: "default", KAFKA_HOSTS: "posthog-redpanda.posthog.svc:9092" },
  secrets: [{ key: "CLICKHOUSE_PASSWORD", remote: "/platform/observability/posthog/posthog/CLICKHOUSE_PASSWORD" }],
  files: {
    "/etc/clickhouse-server/config.d/posthog.xml": configuration(),
    "/etc/clickhouse-server/users.d/posthog.xml": `<clickhouse><users><default>${PASSWORD}<networks replace="replace"><ip>::/0</ip></networks></default></users></clickhouse>\n`,
    "/docker-entrypoint-initdb.d/posthog.sql": "CREATE DATABASE IF NOT EXISTS posthog;\nCREATE DATABASE IF NOT EXISTS cyclotron;\n",
  },
  scratch: { "/tmp": "256Mi", "/var/log/clickhouse-server": "512Mi" },
  volumes: { data: { size: "40Gi", mountPath: "/var/lib/clickhouse", backup: "weekly" } },
  talksTo: ["posthog-redpanda"],
  needs: ["posthog-redpanda"],
  resources: { cpu: "500m", memory: "4Gi", memoryLimit: "8Gi" },
  // A statement on a cluster waits for a server that finds its own address behind the name: the pod's, and before it is ready.
  transform: { service: (service) => ({ ...service, spec: { ...(service.spec as object), clusterIP: "None", publishNotReadyAddresses: true } }) },
});

/** One server that is every cluster, with a keeper of its own. */
function configuration(): string {
  const replica = `<replica><host>posthog-clickhouse.posthog.svc.cluster.local</host><port>9000</port><user>default</user>${PASSWORD}</replica>`;
  const clusters = CLUSTERS.map((name) => `<${name}><shard>${replica}</shard></${name}>`);
  const queues = QUEUES.map((name) => `<${name}><kafka_broker_list from_env="KAFKA_HOSTS"/></${name}>`);
  const keeper = "<tcp_port>9181</tcp_port><server_id>1</server_id><log_storage_path>/var/lib/clickhouse/coordination/log</log_storage_path><snapshot_storage_path>/var/lib/clickhouse/coordination/snapshots</snapshot_storage_path><raft_configuration><server><id>1</id><hostname>localhost</hostname><port>9234</port></server></raft_configuration>";
  return `<clickhouse>
<listen_host>0.0.0.0</listen_host>
<remote_servers>${clusters.join("\n")}</remote_servers>
<named_collections>${queues.join("\n")}</named_collections>
<keeper_server>${keeper}</keeper_server>
<zookeeper><node><host>localhost</host><port>9181</port></node></zookeeper>
<distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
<macros><shard>01</shard><replica>ch1</replica><hostClusterType>online</hostClusterType><hostClusterRole>data</hostClusterRole></macros>
</clickhouse>
`;
}
