import { portainerChart } from "@rzp/charts";

export const portainer = portainerChart({ version: "239.4.0", data: { size: "1Gi", backup: "daily" } });
