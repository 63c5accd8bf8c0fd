import { parseImage, type Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart } from "./chart.ts";

export interface CloudNativePgChartArgs extends ChartArgs {
  /** Exact version of the chart `plugin-barman-cloud`, which archives the databases' logs and backups. */
  barmanCloud: string;
  /** PostgreSQL of databases that name none, by tag and digest; the operator's own default is a tag that moves. A new one restarts them all, one after another. */
  image: string;
}

/** The operator that runs PostgreSQL databases, and its plugin for their backups, which asks cert-manager for a certificate. Values as of chart 0.29.0 with barman-cloud 0.7.1. */
export function cloudNativePgChart(args: CloudNativePgChartArgs): Declaration {
  return chart("cloudNativePgChart", args, { barmanCloud: "required", image: "required" }, ({ version, barmanCloud, image, ...service }, { refuse }) => {
    const parsed = parseImage(image);
    if ("problem" in parsed) refuse(parsed.path, parsed.problem, parsed.expected);
    return {
      purpose: "Runs every PostgreSQL database, and archives its write-ahead log.",
      upstream: "https://cloudnative-pg.io/docs/1.30/",
      ...service,
      chart: { repoURL: "https://cloudnative-pg.github.io/charts", name: "cloudnative-pg", version },
      values: { config: { data: { POSTGRES_IMAGE_NAME: image } }, resources: asks("50m", "128Mi", "512Mi") },
      // The operator finds the plugin by a Service beside itself; archiving of its own is deprecated since 1.26.
      extraCharts: { "barman-cloud": { name: "plugin-barman-cloud", version: barmanCloud, values: { resources: asks("20m", "64Mi", "256Mi") } } },
      namespace: "cnpg-system",
      // Both of them together.
      resources: { cpu: "70m", memory: "192Mi" },
      clusterKinds: [
        { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" },
        { group: "rbac.authorization.k8s.io", kind: "ClusterRole" },
        { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" },
        { group: "admissionregistration.k8s.io", kind: "MutatingWebhookConfiguration" },
        { group: "admissionregistration.k8s.io", kind: "ValidatingWebhookConfiguration" },
      ],
      network: { api: true, webhooks: [9443] },
      // Its CRDs gone, every database would go with them.
      application: { onDelete: "orphan" },
    };
  });
}
