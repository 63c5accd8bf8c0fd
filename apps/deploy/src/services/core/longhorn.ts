import { helmWorkload } from "@rzp/workload/manifests";

export const longhorn = helmWorkload({
  purpose: "Keeps every volume on the machines' own disks, in several copies.",
  chart: { repoURL: "https://charts.longhorn.io", name: "longhorn", version: "1.12.1" },
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
    ...(storage.backupTarget === undefined ? {} : { defaultBackupStore: { backupTarget: storage.backupTarget } }),
    longhornUI: { replicas: 1 },
  }),
  network: "kubelets and kernels of all nodes dial its pods from the nodes' own network: iSCSI, NFS shares, CSI and webhooks",
  application: { onDelete: "orphan" },
});
