import { workload } from "@rzp/workload/manifests";
import { IMAGE, PARTS } from "./posthog.ts";

export const posthogWorker = workload({
  ...PARTS,
  purpose: "Does PostHog's work in the background and by the clock.",
  image: IMAGE,
  command: ["./bin/docker-worker-celery", "--with-scheduler"],
  host: false,
  port: 8001,
  health: "tcp",
  // By default as many as the machine has cores, and none is ever replaced: they grow to tens of gibibytes.
  env: { ...PARTS.env, WEB_CONCURRENCY: "2", CELERY_MAX_TASKS_PER_CHILD: "300", CELERY_MAX_MEMORY_PER_CHILD: "1048576" },
  needs: ["posthog"],
  resources: { cpu: "250m", memory: "4Gi", memoryLimit: "8Gi" },
});
