import { valkeyChart } from "@rzp/charts";

export const redis = valkeyChart({
  version: "0.11.0",
  namespace: "redis",
  memory: "512Mi",
  size: "5Gi",
  needs: ["longhorn"],
});
