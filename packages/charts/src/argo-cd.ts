import { argoCdConfig, ARGOCD_NAMESPACE } from "@rzp/argocd/manifests";
import { defined } from "@rzp/core";
import type { Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart } from "./chart.ts";

export interface ArgoCdChartArgs extends ChartArgs {
  /** Name below the site's domain. @default the service's name */
  host?: string;
}

/** The chart's own default, and so what manuals and other tools look for. */
const RELEASE = "argocd";

/** Argo CD, which keeps itself as git says. What installs it the first time takes chart and values from here, or its first act would be to change itself. Values as of chart 10.4.0. */
export function argoCdChart(args: ArgoCdChartArgs): Declaration {
  return chart("argoCdChart", args, { host: "optional" }, ({ version, host, ...service }) => ({
    purpose: "Keeps the cluster as git says, itself included.",
    upstream: "https://argo-cd.readthedocs.io",
    ...service,
    chart: { repoURL: "https://argoproj.github.io/argo-helm", name: "argo-cd", version },
    release: RELEASE,
    namespace: ARGOCD_NAMESPACE,
    values: (self) => {
      const { cm, params } = argoCdConfig({ url: `https://${self.host}` });
      return {
        global: { domain: self.host },
        configs: { cm: { ...cm, "admin.enabled": "true", "users.anonymous.enabled": "false", "statusbadge.enabled": "false" }, params },
        crds: { install: true, keep: true },
        dex: { enabled: false },
        notifications: { enabled: false },
        applicationSet: { replicas: 0 },
        controller: { resources: asks("100m", "512Mi", "2Gi") },
        repoServer: { resources: asks("200m", "512Mi", "2Gi") },
        server: { resources: asks("50m", "64Mi", "1Gi") },
        redis: { resources: asks("50m", "32Mi", "128Mi") },
      };
    },
    // All of its parts together.
    resources: { cpu: "400m", memory: "1120Mi" },
    route: defined({ host, service: `${RELEASE}-server`, port: 80, targetPort: 8080 }),
    network: { api: true, internet: true },
    // Without Argo CD nobody would be left to mend it.
    application: { onDelete: "orphan" },
  }));
}
