import type { Refuse } from "@rzp/core";
import { isReason } from "./reason.ts";
import type { PodSecurity, Relaxation } from "./service.ts";

/** What a service may be allowed beyond the safe default. Each takes the reason, which is kept as an annotation beside what it explains. */
export interface Relax {
  /** Runs as root; for images that cannot do otherwise. It has no capabilities unless they are added. Needs a baseline namespace. */
  root?: string;
  /** Writes to its own root file system. */
  writableRoot?: string;
  /** Gets a token for the Kubernetes API, and may dial it; what it may do there is for a Role to say. */
  apiToken?: string;
  /**
   * Shares the node's network: its ports are the node's, and no NetworkPolicy applies to it. The services it talks to let in every node and pod on those
   * ports, because Flannel hides which node it was. Needs a privileged namespace.
   */
  hostNetwork?: string;
  /** Privileged container, with every capability. Needs a privileged namespace. */
  privileged?: string;
  /** Linux capabilities to add. Only those in the baseline's list stay below privileged. */
  capabilities?: { add: readonly string[]; reason: string };
  /** Mounts NFS directly, which the restricted standard does not allow. Needs a baseline namespace. */
  nfs?: string;
  /** No NetworkPolicy at all. */
  network?: string;
  /** Its tag is `latest`, for images that are published under no other; the digest says which it is. */
  latest?: string;
}

/** Capabilities that the baseline standard allows to add (kubernetes.io/docs/concepts/security/pod-security-standards). */
const BASELINE_CAPABILITIES = [
  "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
]; // prettier-ignore

const WORDS: Record<keyof Relax, string> = {
  root: "root",
  writableRoot: "writable-root",
  apiToken: "api-token",
  hostNetwork: "host-network",
  privileged: "privileged",
  capabilities: "capabilities",
  nfs: "nfs",
  network: "network",
  latest: "latest-tag",
};

/** What Checkov, a linter of Kubernetes objects, calls that which a relaxation gives up; where nothing stands it finds nothing. */
const CHECKS: Record<keyof Relax, readonly string[]> = {
  root: ["CKV_K8S_23"],
  writableRoot: ["CKV_K8S_22"],
  apiToken: ["CKV_K8S_38"],
  hostNetwork: ["CKV_K8S_19", "CKV2_K8S_6"],
  privileged: ["CKV_K8S_16", "CKV_K8S_20", "CKV_K8S_28", "CKV_K8S_37"],
  capabilities: ["CKV_K8S_25"],
  nfs: [],
  network: ["CKV2_K8S_6"],
  latest: [],
};

/** Relaxations as facts, in a fixed order. */
export function relaxations(relax: Relax = {}): Relaxation[] {
  return (Object.keys(WORDS) as (keyof Relax)[]).flatMap((key) => {
    const value = relax[key];
    if (value === undefined) return [];
    return [{ what: WORDS[key], reason: typeof value === "string" ? value : `${value.add.join(", ")}: ${value.reason}` }];
  });
}

/** One annotation a relaxation: the reason stands where somebody with kubectl finds it. */
export function relaxationAnnotations(all: readonly Relaxation[]): Record<string, string> {
  return Object.fromEntries(all.map(({ what, reason }) => [`rzp.dev/allows-${what}`, reason]));
}

/** The same reasons as Checkov reads them, `<check>=<reason>`: a relaxation is its own exemption, and there is no second list to keep. */
export function lintExemptions(relax: Relax = {}): Record<string, string> {
  const admin = relax.capabilities?.add.includes("SYS_ADMIN") ?? false;
  const exempt = reasons(relax).flatMap(({ key, reason }) => [...CHECKS[key], ...(key === "capabilities" && admin ? ["CKV_K8S_39"] : [])].map((check) => [check, reason] as const));
  // It stops at a second equals sign.
  return Object.fromEntries(exempt.map(([check, reason]) => [`checkov.io/skip-${check}`, `${check}=${reason.replaceAll("=", ":")}`]));
}

/** The pod security standard that a namespace must enforce for these relaxations, and no looser. */
export function podSecurity(relax: Relax = {}): PodSecurity {
  const beyond = relax.capabilities?.add.some((name) => !BASELINE_CAPABILITIES.includes(name)) ?? false;
  if (relax.hostNetwork !== undefined || relax.privileged !== undefined || beyond) return "privileged";
  const beyondRestricted = relax.capabilities?.add.some((name) => name !== "NET_BIND_SERVICE") ?? false;
  return relax.root !== undefined || relax.nfs !== undefined || beyondRestricted ? "baseline" : "restricted";
}

/** Every relaxation has a reason that says something. */
export function checkRelax(relax: Relax = {}, refuse: Refuse): void {
  for (const { key, reason } of reasons(relax)) {
    if (!isReason(reason)) refuse(`relax.${key}`, "has no reason", "Write down why the safe default cannot hold; it becomes an annotation.");
  }
  const { capabilities, privileged } = relax;
  if (capabilities === undefined) return;
  const right = "Write them as Linux does, without CAP_: NET_ADMIN.";
  if (capabilities.add.length === 0) refuse("relax.capabilities.add", "is empty", right);
  capabilities.add.forEach((name, index) => {
    if (!/^(?!CAP_)[A-Z]+(_[A-Z]+)*$/.test(name)) refuse(`relax.capabilities.add[${index}]`, `"${name}" is not a capability`, right);
  });
  if (privileged !== undefined) refuse("relax.capabilities", "is set, but the container is privileged", "It has every capability already: leave one of them out.");
}

function reasons(relax: Relax): { key: keyof Relax; reason: string }[] {
  return (Object.keys(WORDS) as (keyof Relax)[]).flatMap((key) => {
    const value = relax[key];
    return value === undefined ? [] : [{ key, reason: typeof value === "string" ? value : value.reason }];
  });
}
