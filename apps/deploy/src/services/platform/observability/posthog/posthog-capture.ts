import { workload } from "@rzp/workload/manifests";
import { PARTS } from "./posthog.ts";

export const posthogCapture = workload({
  purpose: "Takes events from web pages and apps: their `api_host` is this one.",
  upstream: PARTS.upstream,
  image: "ghcr.io/posthog/posthog/capture:master@sha256:8dfdcf9e7b7ef2122beb6797df24bc42ba8bb23f79b67aa536a120d60d21cfaf",
  host: "posthog-events",
  port: 3000,
  health: "tcp",
  env: { ADDRESS: "0.0.0.0:3000", CAPTURE_MODE: "events", KAFKA_TOPIC: "events_plugin_ingestion", KAFKA_HOSTS: PARTS.env.KAFKA_HOSTS, REDIS_URL: PARTS.env.REDIS_URL },
  secrets: [{ key: "REDIS_PASSWORD", remote: "/platform/databases/redis/PASSWORD" }],
  talksTo: ["posthog-redpanda", "redis"],
  needs: ["posthog-redpanda", "redis"],
  resources: { cpu: "100m", memory: "128Mi", memoryLimit: "512Mi" },
});
