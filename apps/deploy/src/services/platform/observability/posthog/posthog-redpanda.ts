import { workload } from "@rzp/workload/manifests";

const ADDRESS = "posthog-redpanda.posthog.svc:9092";
/** Those that somebody reads before anybody has written to them. */
const TOPICS = ["events_plugin_ingestion", "exceptions_ingestion", "clickhouse_events_json", "clickhouse_app_metrics2", "session_recording_events", "session_recording_snapshot_item_events"];
const TOPIC = `rpk topic create ${TOPICS.join(" ")} --brokers ${ADDRESS} -p 1 -r 1`;

export const posthogRedpanda = workload({
  purpose: "PostHog's queue of events, by Kafka's protocol.",
  upstream: "https://docs.redpanda.com/",
  image: "docker.redpanda.com/redpandadata/redpanda:v25.1.9@sha256:8f7e9e4c1422baaa1a5e2a6c6c668cfe05442cb3cb476542c7dff61725e6fe31",
  command: ["/bin/sh", "-c", `rpk redpanda config set redpanda.auto_create_topics_enabled true\n(until rpk cluster health --exit-when-healthy; do sleep 2; done; ${TOPIC}) &\nexec rpk redpanda start --kafka-addr 0.0.0.0:9092 --advertise-kafka-addr ${ADDRESS} --smp 1 --memory 1G --reserve-memory 200M --overprovisioned`],
  host: false,
  port: 9092,
  health: "tcp",
  user: 101,
  volumes: { data: { size: "8Gi", mountPath: "/var/lib/redpanda/data", backup: { none: "a queue: what is in it is in ClickHouse a moment later" } } },
  relax: { writableRoot: "it writes its configuration beside its defaults" },
  resources: { cpu: "500m", memory: "2Gi", memoryLimit: "4Gi" },
});
