import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodSecurityContext } from "kubernetes-models/v1/PodSecurityContext";
import type { PodExtras, WorkloadArgs } from "./args.ts";
import type { Relax } from "./relax.ts";

/** User of a process that says nothing else; 0 for one that must be root. */
const USER = 1000;
const ROOT = 0;

/** User and group of the process: a composite's group before the workload's own, and that before the user's. */
export function identity(args: Pick<WorkloadArgs, "user" | "group" | "relax">, extras: Pick<PodExtras, "group"> = {}): { user: number; group: number } {
  const { user, group, relax = {} } = args;
  const uid = user ?? (relax.root === undefined ? USER : ROOT);
  return { user: uid, group: extras.group ?? group ?? uid };
}

/** What all containers of the pod share. `fsGroup` makes volumes writable; NFS is never touched by it, the server decides there. */
export function podSecurityContext(args: WorkloadArgs, extras: PodExtras): IPodSecurityContext {
  const { user, group } = identity(args, extras);
  const { groups = [] } = extras;
  return {
    runAsNonRoot: args.relax?.root === undefined,
    runAsUser: user,
    runAsGroup: group,
    fsGroup: group,
    fsGroupChangePolicy: "OnRootMismatch",
    ...(groups.length === 0 ? {} : { supplementalGroups: [...groups] }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** What one container may do. */
export function securityContext({ privileged, writableRoot, capabilities }: Relax): NonNullable<IContainer["securityContext"]> {
  const readOnlyRootFilesystem = writableRoot === undefined;
  // A privileged container has every capability, and the server refuses one that may not escalate.
  if (privileged !== undefined) return { privileged: true, readOnlyRootFilesystem };
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem,
    capabilities: { drop: ["ALL"], ...(capabilities === undefined ? {} : { add: [...capabilities.add] }) },
  };
}
