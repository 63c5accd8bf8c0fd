import { BACKUP_LABEL, helmWorkload } from "@rzp/workload/manifests";

const SIZE = "5Gi";
const RESOURCES = { cpu: "50m", memory: "64Mi" } as const;

export const redis = helmWorkload({
  purpose: "Holds queues and caches of other services, in Valkey.",
  upstream: "https://github.com/valkey-io/valkey-helm",
  chart: { repoURL: "https://valkey.io/valkey-helm/", name: "valkey", version: "0.11.0" },
  namespace: "redis",
  values: ({ name, site }) => ({
    fullnameOverride: name,
    // Off by default, both of them: everybody would be let in, and a restart would lose every queue.
    auth: { enabled: true, usersExistingSecret: `${name}-secrets`, aclUsers: { default: { permissions: "~* &* +@all", passwordKey: "PASSWORD" } } },
    dataStorage: {
      enabled: true,
      requestedSize: SIZE,
      className: site.storage.className,
      keepPvc: true,
      labels: { [BACKUP_LABEL]: "none" },
      annotations: { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" },
    },
    // A second pod would wait for the first one's volume for ever.
    deploymentStrategy: "Recreate",
    // A queue that throws entries away loses jobs: when it is full, writing fails instead.
    valkeyConfig: "maxmemory 512mb\nmaxmemory-policy noeviction\nappendonly yes\n",
    readinessProbe: { enabled: true },
    resources: { requests: RESOURCES, limits: { memory: "768Mi" } },
    initResources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
  }),
  secrets: ["PASSWORD"],
  ports: [{ name: "redis", port: 6379 }],
  volumes: { data: { size: SIZE, backup: { none: "queues and caches: an old copy would run jobs a second time" } } },
  resources: RESOURCES,
  needs: ["longhorn"],
});
