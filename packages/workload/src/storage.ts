import type { KubernetesObject } from "@rzp/core";
import type { IPersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { claimName } from "./names.ts";
import type { ServiceFacts, ServiceVolume } from "./service.ts";
import type { Site } from "./site.ts";

/** Label on a claim that says how often it is backed up: `daily`, `weekly` or `none`. */
export const BACKUP_LABEL = "rzp.dev/backup";

/**
 * The claims of a service. Argo CD neither prunes nor deletes them: a renamed volume or a removed service leaves its data behind, to be removed by hand.
 */
export function claims({ name, namespace, volumes }: ServiceFacts, site: Site, labels: Record<string, string>): KubernetesObject[] {
  return volumes.map((volume) => {
    const object: IPersistentVolumeClaim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: claimName(name, volume.name), namespace, labels: { ...labels, ...backupLabels(volume) }, annotations: claimAnnotations(volume) },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: volume.storageClass ?? site.storage.className,
        resources: { requests: { storage: volume.size } },
      },
    };
    return object as unknown as KubernetesObject;
  });
}

// Both options stand in one annotation: two of the same name cannot be.
function claimAnnotations({ backup }: ServiceVolume): Record<string, string> {
  return { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false", ...(typeof backup === "string" ? {} : { "rzp.dev/no-backup": backup.none }) };
}

// Longhorn takes its recurring jobs from a claim that says it is their source; a group is a backup class.
function backupLabels({ backup }: ServiceVolume): Record<string, string> {
  if (typeof backup !== "string") return { [BACKUP_LABEL]: "none" };
  return { [BACKUP_LABEL]: backup, "recurring-job.longhorn.io/source": "enabled", [`recurring-job-group.longhorn.io/${backup}`]: "enabled" };
}
