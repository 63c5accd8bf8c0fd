import { certManagerChart } from "@rzp/charts";

export const certManager = certManagerChart({ version: "v1.21.1", needs: ["secrets"] });
