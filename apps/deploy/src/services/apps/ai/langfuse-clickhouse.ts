import { workload } from "@rzp/workload/manifests";

/** Reports of crashes are sent to its makers by default, and its diaries about itself outgrow the data. */
const QUIET = `<clickhouse>
  <send_crash_reports><enabled>false</enabled></send_crash_reports>
  <trace_log remove="1"/>
  <text_log remove="1"/>
  <metric_log remove="1"/>
  <latency_log remove="1"/>
  <asynchronous_metric_log remove="1"/>
  <processors_profile_log remove="1"/>
</clickhouse>
`;

export const langfuseClickhouse = workload({
  purpose: "Keeps the traces of Langfuse.",
  upstream: "https://clickhouse.com/docs",
  risks: ["It is one server without copies of its own: the operator that Langfuse's chart asks for is at 0.0.5, and takes three keepers."],
  image: "docker.io/clickhouse/clickhouse-server:26.3.33.24@sha256:810861a2e2d0188744f5f23b2d3ec9ff95812bcb9ddbb8fed13a377a7f305893",
  port: 8123,
  health: "/ping",
  host: false,
  ports: [{ name: "native", port: 9000 }],
  user: 101,
  // With a name of its own the user `default`, who has no password, is gone.
  env: { CLICKHOUSE_USER: "langfuse", CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT: "0" },
  secrets: ["CLICKHOUSE_PASSWORD"],
  files: { "/etc/clickhouse-server/config.d/quiet.xml": QUIET },
  volumes: { data: { size: "20Gi", mountPath: "/var/lib/clickhouse", backup: "daily" } },
  scratch: { "/tmp": "1Gi", "/var/log/clickhouse-server": "1Gi", "/etc/clickhouse-server/users.d": "1Mi" },
  resources: { cpu: "250m", memory: "1Gi", memoryLimit: "4Gi" },
  gracePeriodSeconds: 60,
});
