import type { Refuse } from "@rzp/core";
import type { ICluster } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1";
import { BARMAN_PLUGIN } from "./postgres-backup.ts";

/**
 * A database that comes back from its backups. CloudNativePG restores nothing in place: a new cluster is made beside the old one, which Argo CD leaves alone,
 * and the database's Service leads to the new one as soon as it is up. To go back, take the change back.
 */
export interface Recovery {
  /** Cluster whose backups are read: the database's own name, or `to` of the restore before. */
  from: string;
  /**
   * Name of the new cluster and of its own backups: the database's name with a number that was never used, such as `zitadel-db-2`. An archive that is not empty
   * is refused. It stays in the declaration after the restore: without it the database would be the old one again, or an empty one where that is gone.
   */
  to: string;
  /** Moment to go back to, with its time zone, such as `2026-08-01T09:55:00Z`. Something must have been written after it. @default the last that was archived */
  targetTime?: string;
}

/** Fields of a recovery. */
export const RECOVERY: Readonly<Record<keyof Recovery, true>> = { from: true, to: true, targetTime: true };

/** What no type can tell about a recovery of the database of that name. */
export function checkRecovery(name: string, { from, to, targetTime }: Recovery, refuse: Refuse): void {
  const [read, written] = [generation(name, from), generation(name, to)];
  if (read === undefined) refuse("recovery.from", `"${from}" made none of this database's backups`, `Name the cluster that did: ${name}, or ${name}-<number> after a restore.`);
  const fresh = `Take a name that was never used, such as ${name}-${read + 1}.`;
  if (written === undefined) refuse("recovery.to", `"${to}" is not the database's name with a number`, fresh);
  if (written <= read) refuse("recovery.to", `"${to}" has backups already`, fresh);
  if (targetTime !== undefined && !isMoment(targetTime)) refuse("recovery.targetTime", `"${targetTime}" is not a moment with its time zone`, "Write it as 2026-08-01T09:55:00Z.");
}

/** The how-manieth cluster of a database one is: the first has the database's name, later ones a number behind it. */
function generation(name: string, cluster: string): number | undefined {
  if (cluster === name) return 1;
  const [, number] = new RegExp(`^${name}-([2-9]|[1-9][0-9]{1,3})$`).exec(cluster) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** PostgreSQL takes a time without a zone for UTC, and JavaScript the 30th of February for the 2nd of March. */
function isMoment(text: string): boolean {
  const [, day] = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  return day !== undefined && !Number.isNaN(Date.parse(text)) && new Date(day).toISOString().startsWith(day);
}

type Spec = NonNullable<ICluster["spec"]>;
type Owner = Pick<NonNullable<NonNullable<Spec["bootstrap"]>["initdb"]>, "database" | "owner" | "secret">;

/** What a cluster begins with: nothing, or the backups in the object store of that name. Either way the owner's password is the one of today. */
export function beginning(recovery: Recovery | undefined, store: string, owner: Owner): Pick<Spec, "bootstrap" | "externalClusters"> {
  if (recovery === undefined) return { bootstrap: { initdb: owner } };
  const { from, targetTime } = recovery;
  return {
    bootstrap: { recovery: { source: from, ...owner, ...(targetTime === undefined ? {} : { recoveryTarget: { targetTime } }) } },
    externalClusters: [{ name: from, plugin: { name: BARMAN_PLUGIN, parameters: { barmanObjectName: store, serverName: from } } }],
  };
}
