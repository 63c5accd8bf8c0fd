import { netdataChart } from "@rzp/charts";

export const netdata = netdataChart({ version: "3.7.172", history: "10Gi", nodes: 6 });
