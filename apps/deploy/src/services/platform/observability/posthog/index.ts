import { category } from "@rzp/workload/manifests";
import { posthogCapture } from "./posthog-capture.ts";
import { posthogClickhouse } from "./posthog-clickhouse.ts";
import { posthogIngestion } from "./posthog-ingestion.ts";
import { posthogRedpanda } from "./posthog-redpanda.ts";
import { posthogWorker } from "./posthog-worker.ts";
import { posthog } from "./posthog.ts";

export default category(
  "platform/observability/posthog",
  { posthog, "posthog-capture": posthogCapture, "posthog-clickhouse": posthogClickhouse, "posthog-ingestion": posthogIngestion, "posthog-redpanda": posthogRedpanda, "posthog-worker": posthogWorker },
  { namespace: "posthog" },
);
