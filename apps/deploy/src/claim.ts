import type { KubernetesObject } from "@rzp/core";
import { BACKUP_LABEL, type BackupClass, type Self } from "@rzp/workload/manifests";

/**
 * A claim that a chart takes as an existing one. Charts give theirs no labels, and without them nothing is backed up. It is there before the chart's pods
 * wait for it, and outlives them.
 */
export function claim({ namespace, site }: Pick<Self, "namespace" | "site">, name: string, size: `${number}Gi`, backup: BackupClass): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace,
      labels: { [BACKUP_LABEL]: backup, "recurring-job.longhorn.io/source": "enabled", [`recurring-job-group.longhorn.io/${backup}`]: "enabled" },
      annotations: { "argocd.argoproj.io/sync-wave": "-1", "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" },
    },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: site.storage.className, resources: { requests: { storage: size } } },
  };
}
