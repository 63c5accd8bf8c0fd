import { metallbChart } from "@rzp/charts";

export const metallb = metallbChart({ version: "0.16.1" });
