import type { Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart } from "./chart.ts";

const RESOURCES = asks("80m", "100Mi", "256Mi");

/** The External Secrets Operator; the store it reads is an object of its own. Values as of chart 2.9.0. */
export function externalSecretsChart(args: ChartArgs): Declaration {
  return chart("externalSecretsChart", args, {}, ({ version, ...service }) => ({
    purpose: "Brings secrets from Infisical into the cluster.",
    upstream: "https://external-secrets.io",
    ...service,
    chart: { repoURL: "https://charts.external-secrets.io", name: "external-secrets", version },
    values: { installCRDs: true, resources: RESOURCES },
    resources: RESOURCES.requests,
    network: { api: true, internet: true, webhooks: [10_250] },
    // Its CRDs gone, every ExternalSecret would go with them.
    application: { onDelete: "orphan" },
  }));
}
