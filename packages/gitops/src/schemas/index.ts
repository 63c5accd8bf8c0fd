import { BARMAN_CLOUD } from "./barman-cloud.ts";
import { LONGHORN } from "./longhorn.ts";
import { METALLB } from "./metallb.ts";
import { VELERO } from "./velero.ts";

/** How a kind that kubernetes-models lacks is checked. */
export interface KindSchema {
  /** Whether its objects live in a namespace. */
  scope: "Namespaced" | "Cluster";
  /**
   * JSON Schema of the object without apiVersion, kind and metadata. Wherever it names `properties`, other fields are refused;
   * `additionalProperties` opens such a place again.
   */
  schema: object;
}

/** Kinds that kubernetes-models lacks, by `group/version/Kind`: written by hand, no more than a homelab uses, tested against the projects' own CRDs. */
export const SCHEMAS: Readonly<Record<string, KindSchema>> = { ...BARMAN_CLOUD, ...LONGHORN, ...METALLB, ...VELERO };
