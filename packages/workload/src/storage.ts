import type { KubernetesObject, ObjectMeta } from "@rzp/core";
import type { IPersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import type { Self } from "./args.ts";
import { claimName } from "./names.ts";
import type { ServiceFacts, ServiceVolume } from "./service.ts";
import type { Site } from "./site.ts";

/** Label on a claim that says how often it is backed up: `daily`, `weekly` or `none`. */
export const BACKUP_LABEL = "rzp.dev/backup";

type Volume = Pick<ServiceVolume, "size" | "backup" | "storageClass">;
type Metadata = Required<Pick<ObjectMeta, "name" | "namespace">> & Pick<ObjectMeta, "labels" | "annotations">;

/** The claims of a service. */
export function claims({ name, namespace, volumes }: ServiceFacts, site: Site, labels: Record<string, string>): KubernetesObject[] {
  return volumes.map((volume) => claimObject({ name: claimName(name, volume.name), namespace, labels }, volume, site));
}

/**
 * A claim that a chart takes as an existing one, by the name the chart knows. Charts give theirs no labels, and without them nothing is backed up. It is there
 * before the chart's pods wait for it, and outlives them.
 */
export function claim({ namespace, site }: Pick<Self, "namespace" | "site">, name: string, volume: Volume): KubernetesObject {
  return claimObject({ name, namespace, annotations: { "argocd.argoproj.io/sync-wave": "-1" } }, volume, site);
}

/** Argo CD neither prunes nor deletes it: a renamed volume or a removed service leaves its data behind, to be removed by hand. */
function claimObject({ name, namespace, labels, annotations }: Metadata, { size, backup, storageClass }: Volume, site: Site): KubernetesObject {
  const object: IPersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace, labels: { ...labels, ...backupLabels(backup) }, annotations: { ...annotations, ...claimAnnotations(backup) } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: storageClass ?? site.storage.className,
      resources: { requests: { storage: size } },
    },
  };
  return object as unknown as KubernetesObject;
}

// Both options stand in one annotation: two of the same name cannot be.
function claimAnnotations(backup: Volume["backup"]): Record<string, string> {
  return { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false", ...(typeof backup === "string" ? {} : { "rzp.dev/no-backup": backup.none }) };
}

/** Labels of a claim that is backed up as said. Longhorn takes its recurring jobs from a claim that says it is their source; a group is a backup class. */
export function backupLabels(backup: Volume["backup"]): Record<string, string> {
  if (typeof backup !== "string") return { [BACKUP_LABEL]: "none" };
  return { [BACKUP_LABEL]: backup, "recurring-job.longhorn.io/source": "enabled", [`recurring-job-group.longhorn.io/${backup}`]: "enabled" };
}
