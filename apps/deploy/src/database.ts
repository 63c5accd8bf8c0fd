import type { PasswordPeer } from "@rzp/charts";
import { POSTGRES_PASSWORD, type PostgresArgs } from "@rzp/workload/manifests";
import { OBJECT_STORE } from "./object-store.ts";

/** What every database has: its operator, and how often its backups go where. */
export const DATABASE = { operator: "postgresql", store: OBJECT_STORE, backup: "daily" } as const satisfies Partial<PostgresArgs>;

/** A database of this homelab, and where its owner's password is. */
export function database(service: string): PasswordPeer {
  return { service, password: `/platform/databases/${service}/${POSTGRES_PASSWORD}` };
}
