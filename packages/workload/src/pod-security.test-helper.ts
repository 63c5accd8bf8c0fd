/**
 * The Pod Security Standards as checks on one pod spec (kubernetes.io/docs/concepts/security/pod-security-standards, v1.36), for Linux pods.
 * They are written against the standard and not against our own code, so that the two can disagree.
 */
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import type { PodSecurity } from "./service.ts";

const BASELINE_CAPABILITIES = ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];
const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
]; // prettier-ignore
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const RESTRICTED_VOLUMES = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

/** The strictest standard a pod meets. */
export function strictestLevel(spec: IPodSpec): PodSecurity {
  if (baselineViolations(spec).length > 0) return "privileged";
  return restrictedViolations(spec).length > 0 ? "baseline" : "restricted";
}

/** What the standard "baseline" refuses. */
export function baselineViolations(spec: IPodSpec): string[] {
  const pod = spec.securityContext ?? {};
  const shared: [string, boolean][] = [
    ["hostNetwork", spec.hostNetwork === true],
    ["hostPID", spec.hostPID === true],
    ["hostIPC", spec.hostIPC === true],
    ["hostPath volume", (spec.volumes ?? []).some(({ hostPath }) => hostPath !== undefined)],
    ["HostProcess", pod.windowsOptions?.hostProcess === true],
    ["seccomp unconfined", pod.seccompProfile?.type === "Unconfined"],
    ["AppArmor unconfined", pod.appArmorProfile?.type === "Unconfined"],
    ["SELinux", isForeign(pod.seLinuxOptions)],
    ["sysctls", (pod.sysctls ?? []).some(({ name }) => !SAFE_SYSCTLS.includes(name))],
  ];
  return named([...shared, ...containers(spec).flatMap(baselineContainer)]);
}

/** What the standard "restricted" refuses beyond that. */
export function restrictedViolations(spec: IPodSpec): string[] {
  const pod = spec.securityContext ?? {};
  const volumes = (spec.volumes ?? []).flatMap((volume) => Object.keys(volume).filter((key) => key !== "name"));
  const shared: [string, boolean][] = [
    ["volume type", volumes.some((type) => !RESTRICTED_VOLUMES.includes(type))],
    ["runAsUser 0", pod.runAsUser === 0],
  ];
  return named([
    ...shared,
    ...containers(spec).flatMap(({ securityContext: own = {} }): [string, boolean][] => [
      ["allowPrivilegeEscalation", own.allowPrivilegeEscalation !== false],
      ["runAsNonRoot", (own.runAsNonRoot ?? pod.runAsNonRoot) !== true],
      ["runAsUser 0", own.runAsUser === 0],
      ["seccomp", !["RuntimeDefault", "Localhost"].includes((own.seccompProfile ?? pod.seccompProfile)?.type ?? "")],
      ["capabilities.drop", !(own.capabilities?.drop ?? []).includes("ALL")],
      ["capabilities.add", (own.capabilities?.add ?? []).some((name) => name !== "NET_BIND_SERVICE")],
    ]),
  ]);
}

function baselineContainer(container: IContainer): [string, boolean][] {
  const own = container.securityContext ?? {};
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
  const hosts = probes.flatMap((probe) => [probe?.httpGet?.host, probe?.tcpSocket?.host]);
  return [
    ["privileged", own.privileged === true],
    ["capabilities", (own.capabilities?.add ?? []).some((name) => !BASELINE_CAPABILITIES.includes(name))],
    ["hostPort", (container.ports ?? []).some(({ hostPort = 0 }) => hostPort !== 0)],
    ["HostProcess", own.windowsOptions?.hostProcess === true],
    ["procMount", (own.procMount ?? "Default") !== "Default"],
    ["seccomp unconfined", own.seccompProfile?.type === "Unconfined"],
    ["AppArmor unconfined", own.appArmorProfile?.type === "Unconfined"],
    ["SELinux", isForeign(own.seLinuxOptions)],
    ["host of a probe", hosts.some((host) => (host ?? "") !== "")],
  ];
}

function isForeign(options: { type?: string; user?: string; role?: string } = {}): boolean {
  return !SELINUX_TYPES.includes(options.type ?? "") || (options.user ?? "") !== "" || (options.role ?? "") !== "";
}

function containers({ containers: main, initContainers = [] }: IPodSpec): IContainer[] {
  return [...initContainers, ...main];
}

function named(checks: readonly [string, boolean][]): string[] {
  return [...new Set(checks.filter(([, isBroken]) => isBroken).map(([name]) => name))];
}
