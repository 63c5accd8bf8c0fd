import type { HelmWorkloadArgs, VolumeArgs } from "@rzp/workload/manifests";

/** What every chart takes. A package knows how a chart is made safe; which one, how big and beside whom is the homelab's own. */
export interface ChartArgs extends Pick<HelmWorkloadArgs, "purpose" | "needs" | "talksTo" | "exposure"> {
  /** Exact version of the chart. The values are written for the version named at the function; a major step wants a look at them. */
  version: string;
}

/** A volume of a chart. Growing it is done in place; Kubernetes refuses to shrink it. */
export type ChartVolume = Pick<VolumeArgs, "size" | "backup" | "storageClass">;
