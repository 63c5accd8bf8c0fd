import { minioChart } from "@rzp/charts";

export const minio = minioChart({
  version: "5.4.0",
  risks: ["Its volume lies on the disks it backs up: what outlives them is Longhorn's daily backup of that volume, outside the cluster."],
  // A service that needs a bucket adds its name.
  buckets: ["databases", "langfuse", "velero"],
  data: { size: "100Gi", backup: "daily" },
  needs: ["longhorn"],
});
