import type { Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { chart } from "./chart.ts";

/** Replicated block storage on the nodes' own disks, with the site's number of copies and its backup target. Values as of chart 1.12.1. */
export function longhornChart(args: ChartArgs): Declaration {
  return chart("longhornChart", args, {}, ({ version, ...service }) => ({
    purpose: "Keeps every volume on the machines' own disks, in several copies.",
    upstream: "https://longhorn.io/docs/",
    ...service,
    chart: { repoURL: "https://charts.longhorn.io", name: "longhorn", version },
    namespace: "longhorn-system",
    podSecurity: { level: "privileged", reason: "it mounts disks and iSCSI devices of the nodes" },
    values: ({ site: { storage } }) => ({
      // A hook that fails under Argo CD.
      preUpgradeChecker: { jobEnabled: false },
      persistence: { defaultClass: true, defaultClassReplicaCount: storage.replicas, defaultDataLocality: "best-effort", reclaimPolicy: "Retain" },
      defaultSettings: {
        // The Talos user volume of that name; the chart's own path lies on the system disk.
        defaultDataPath: storage.dataPath,
        createDefaultDiskLabeledNodes: true,
        storageReservedPercentageForDefaultDisk: 0,
        defaultDataLocality: "best-effort",
        // Without it the chart's uninstaller, which Argo CD runs before it deletes the Application, would go over every volume.
        deletingConfirmationFlag: false,
        upgradeChecker: false,
        allowCollectingLonghornUsageMetrics: false,
      },
      defaultBackupStore: storage.backupTarget === undefined ? undefined : { backupTarget: storage.backupTarget },
      longhornUI: { replicas: 1 },
    }),
    network: "kubelets and kernels of all nodes dial its pods from the nodes' own network: iSCSI, NFS shares, CSI and webhooks",
    application: { onDelete: "orphan" },
  }));
}
