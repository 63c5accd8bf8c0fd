import { openobserveChart } from "@rzp/charts";

export const openobserve = openobserveChart({ version: "0.92.2", data: { size: "50Gi", backup: "daily" }, retentionDays: 30 });
