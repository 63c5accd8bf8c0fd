import { claim, containerResources, type Declaration, type HelmWorkloadArgs } from "@rzp/workload/manifests";
import type { ChartArgs, ChartVolume } from "./args.ts";
import { chart, checkCount, HARDENED } from "./chart.ts";

export interface OpenobserveChartArgs extends ChartArgs {
  /** The volume that everything is kept on. */
  data: ChartVolume;
  /** How long it is kept, in days; ten years if it were for the chart. Changing it restarts the server, which then deletes what is older. */
  retentionDays: number;
  /** Changing it restarts the pod. @default { cpu: "200m", memory: "1Gi", memoryLimit: "4Gi" } */
  resources?: HelmWorkloadArgs["resources"];
}

/**
 * Logs, metrics and traces in one server. Its keys: `ZO_ROOT_USER_EMAIL`, `ZO_ROOT_USER_PASSWORD`, and `ZO_ROOT_USER_TOKEN`, by which agents send. Values as
 * of chart 0.92.2.
 */
export function openobserveChart(args: OpenobserveChartArgs): Declaration {
  return chart("openobserveChart", args, { data: "required", retentionDays: "required", resources: "optional" }, ({ version, data, retentionDays, resources, ...service }, { name, refuse }) => {
    checkCount(refuse, retentionDays, "retentionDays");
    const size = { cpu: "200m", memory: "1Gi", memoryLimit: "4Gi", ...resources } as const;
    const secret = `${name}-secrets`;
    return {
      purpose: "Keeps logs, metrics and traces, and finds things in them.",
      ...service,
      upstream: "https://openobserve.ai/docs/",
      chart: { repoURL: "https://charts.openobserve.ai", name: "openobserve-standalone", version },
      values: ({ host, site }) => ({
        fullnameOverride: name,
        auth: { existingRootUserSecret: { name: secret } },
        // Agents send with the root user's token, so that its password is on no node.
        extraEnv: [{ name: "ZO_ROOT_USER_TOKEN", valueFrom: { secretKeyRef: { name: secret, key: "ZO_ROOT_USER_TOKEN" } } }],
        config: {
          ZO_WEB_URL: `https://${host}`,
          ZO_COOKIE_SECURE_ONLY: "true",
          ZO_COMPACT_DATA_RETENTION_DAYS: `${retentionDays}`,
          ZO_DATA_CACHE_DIR: "/cache",
          ZO_TELEMETRY: "false",
          ZO_MMDB_DISABLE_DOWNLOAD: "true",
          // By default the chart's own root user and password.
          ZO_TRACING_HEADER_VALUE: "",
        },
        podSecurityContext: { fsGroup: 2000, runAsUser: 10_000, runAsGroup: 3000, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        securityContext: HARDENED,
        // It panics on a read-only root without a cache of its own.
        cache: { enabled: true, mountPath: "/cache", sizeLimit: "5Gi" },
        persistence: { size: data.size, storageClass: data.storageClass ?? site.storage.className, volumePermissions: { enabled: false } },
        minio: { enabled: false },
        ingress: { enabled: false },
        resources: containerResources(size),
      }),
      resources: size,
      volumes: { data },
      secrets: ["ZO_ROOT_USER_EMAIL", "ZO_ROOT_USER_PASSWORD", "ZO_ROOT_USER_TOKEN"],
      route: { service: name, port: 5080 },
      ports: [{ name: "http", port: 5080 }],
      // The name by which the StatefulSet looks for its own.
      objects: (self) => [claim(self, `data-${name}-0`, data)],
    };
  });
}
