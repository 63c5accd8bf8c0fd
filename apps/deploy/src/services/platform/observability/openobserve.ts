import { claim, helmWorkload } from "@rzp/workload/manifests";

const DATA = { size: "50Gi", backup: "daily" } as const;
const SECRETS = "openobserve-secrets";
const HARDENED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true };

export const openobserve = helmWorkload({
  purpose: "Keeps logs, metrics and traces, and finds things in them.",
  upstream: "https://openobserve.ai/docs/",
  chart: { repoURL: "https://charts.openobserve.ai", name: "openobserve-standalone", version: "0.92.2" },
  values: ({ host, site }) => ({
    fullnameOverride: "openobserve",
    auth: { existingRootUserSecret: { name: SECRETS } },
    // Agents send with the root user's token, so that its password is on no node.
    extraEnv: [{ name: "ZO_ROOT_USER_TOKEN", valueFrom: { secretKeyRef: { name: SECRETS, key: "ZO_ROOT_USER_TOKEN" } } }],
    config: {
      ZO_WEB_URL: `https://${host}`,
      ZO_COOKIE_SECURE_ONLY: "true",
      // Ten years by default.
      ZO_COMPACT_DATA_RETENTION_DAYS: "30",
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
    persistence: { size: DATA.size, storageClass: site.storage.className, volumePermissions: { enabled: false } },
    minio: { enabled: false },
    ingress: { enabled: false },
    resources: { requests: { cpu: "200m", memory: "1Gi" }, limits: { memory: "4Gi" } },
  }),
  resources: { cpu: "200m", memory: "1Gi", memoryLimit: "4Gi" },
  volumes: { data: DATA },
  secrets: ["ZO_ROOT_USER_EMAIL", "ZO_ROOT_USER_PASSWORD", "ZO_ROOT_USER_TOKEN"],
  route: { service: "openobserve", port: 5080 },
  ports: [{ name: "http", port: 5080 }],
  // The name by which the StatefulSet looks for its own.
  objects: (self) => [claim(self, "data-openobserve-0", DATA)],
});
