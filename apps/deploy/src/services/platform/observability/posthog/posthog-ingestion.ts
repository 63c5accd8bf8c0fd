import { workload } from "@rzp/workload/manifests";
import { PARTS } from "./posthog.ts";

export const posthogIngestion = workload({
  ...PARTS,
  purpose: "Brings events from the queue into ClickHouse.",
  image: "docker.io/posthog/posthog-node:latest@sha256:863e76e040ad41aef79f605c33ec71f1529bddf94cfd88941c935da9bde97235",
  command: ["node", "nodejs/dist/index.js"],
  host: false,
  port: 6738,
  health: "/_health",
  env: { ...PARTS.env, PLUGIN_SERVER_MODE: "ingestion-v2-combined" },
  needs: ["posthog"],
  resources: { cpu: "200m", memory: "512Mi", memoryLimit: "2Gi" },
});
