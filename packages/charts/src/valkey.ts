import { parseBytes, type Bytes, type Refuse } from "@rzp/core";
import { BACKUP_LABEL, type Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart } from "./chart.ts";

export interface ValkeyChartArgs extends ChartArgs {
  /** What it may hold, in whole mebibytes. When it is full, writing fails. The pod may take half as much again, for the copy it writes to disk. */
  memory: Bytes;
  /** Size of the volume. Growing it is done in place; Kubernetes refuses to shrink it. */
  size: Bytes;
  /** Namespace of its own, where its category has one that others share. @default the service's name */
  namespace?: string;
}

const MEBIBYTE = 2 ** 20;

/** Queues and caches by Redis's protocol, behind a password: the key `PASSWORD`. Values as of chart 0.11.0. */
export function valkeyChart(args: ValkeyChartArgs): Declaration {
  return chart("valkeyChart", args, { memory: "required", size: "required", namespace: "optional" }, ({ version, memory, size, ...service }, { refuse }) => {
    const mebibytes = mebibytesOf(memory, refuse);
    const resources = asks("50m", "64Mi", `${Math.ceil(mebibytes * 1.5)}Mi`);
    return {
      purpose: "Holds queues and caches of other services, in Valkey.",
      upstream: "https://github.com/valkey-io/valkey-helm",
      ...service,
      chart: { repoURL: "https://valkey.io/valkey-helm/", name: "valkey", version },
      values: ({ name, site }) => ({
        fullnameOverride: name,
        // Off by default, both of them: everybody would be let in, and a restart would lose every queue.
        auth: { enabled: true, usersExistingSecret: `${name}-secrets`, aclUsers: { default: { permissions: "~* &* +@all", passwordKey: "PASSWORD" } } },
        dataStorage: {
          enabled: true,
          requestedSize: size,
          className: site.storage.className,
          keepPvc: true,
          labels: { [BACKUP_LABEL]: "none" },
          annotations: { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" },
        },
        // A second pod would wait for the first one's volume for ever.
        deploymentStrategy: "Recreate",
        // A queue that throws entries away loses jobs: when it is full, writing fails instead.
        valkeyConfig: `maxmemory ${mebibytes}mb\nmaxmemory-policy noeviction\nappendonly yes\n`,
        readinessProbe: { enabled: true },
        resources,
        initResources: asks("10m", "16Mi", "64Mi"),
      }),
      secrets: ["PASSWORD"],
      ports: [{ name: "redis", port: 6379 }],
      volumes: { data: { size, backup: { none: "queues and caches: an old copy would run jobs a second time" } } },
      resources: resources.requests,
    };
  });
}

function mebibytesOf(memory: Bytes, refuse: Refuse): number {
  const mebibytes = (parseBytes(memory) ?? 0) / MEBIBYTE;
  return Number.isInteger(mebibytes) && mebibytes > 0 ? mebibytes : refuse("memory", `"${memory}" is no size in whole mebibytes`, "Write it as 512Mi.");
}
