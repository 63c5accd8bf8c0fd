import type { PasswordPeer } from "@rzp/charts";
import { POSTGRES_PASSWORD } from "@rzp/workload/manifests";

/** A database of this homelab, and where its owner's password is. */
export function database(service: string): PasswordPeer {
  return { service, password: `/platform/databases/${service}/${POSTGRES_PASSWORD}` };
}
