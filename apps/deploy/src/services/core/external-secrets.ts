import { externalSecretsChart } from "@rzp/charts";

export const externalSecrets = externalSecretsChart({ version: "2.9.0" });
