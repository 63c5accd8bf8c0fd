import { metallbChart, minioChart } from "@rzp/charts";
import { category } from "@rzp/workload/manifests";

export const core = category("core", { metallb: metallbChart({ version: "0.16.1" }) });

export const backup = category("platform/backup", {
  minio: minioChart({ version: "5.4.0", buckets: ["photos"], data: { size: "100Gi", backup: "daily" } }),
});
