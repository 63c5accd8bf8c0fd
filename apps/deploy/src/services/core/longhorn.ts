import { longhornChart } from "@rzp/charts";

export const longhorn = longhornChart({ version: "1.12.1" });
