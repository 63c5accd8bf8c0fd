import { parseBytes, stableHash, type Bytes, type KubernetesObject } from "@rzp/core";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IProbe } from "kubernetes-models/v1/Probe";
import type { IVolume } from "kubernetes-models/v1/Volume";
import type { IVolumeMount } from "kubernetes-models/v1/VolumeMount";
import type { PodExtras, Self, Text, WorkloadArgs } from "./args.ts";
import { relaxationAnnotations, relaxations } from "./relax.ts";

/** Every container gets a place to write that is not its root file system. */
const SCRATCH: Record<string, Bytes> = { "/tmp": "256Mi" };

/** Name of the ConfigMap with a service's files, and of the one with its seeds. */
export const filesName = (name: string): string => `${name}-files`;
export const seedName = (name: string): string => `${name}-seed`;

/** The Deployment of a workload. */
export function deployment(self: Self, args: WorkloadArgs, labels: Record<string, string>): KubernetesObject {
  const { name, namespace } = self;
  const extras = args.pod?.(self.site) ?? {};
  const selector = podLabels(name);
  const files = configFiles(self, args);
  const object: IDeployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels, annotations: { ...extras.annotations, ...relaxationAnnotations(relaxations(args.relax)) } },
    spec: {
      replicas: args.replicas ?? 1,
      revisionHistoryLimit: 3,
      selector: { matchLabels: selector },
      // A second pod can neither mount the volume nor take the node's port of the first: it would wait for ever.
      strategy: mustStopFirst(args) ? { type: "Recreate" } : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: {
          labels: { ...labels, ...selector },
          // A changed file restarts the pods; Kubernetes itself would leave them with the old one.
          annotations: Object.keys(files).length === 0 ? {} : { "rzp.dev/files": stableHash(Object.entries(files).flat()) },
        },
        spec: podSpec(self, args, extras),
      },
    },
  };
  return object as unknown as KubernetesObject;
}

/** Labels that select a workload's pods. They never change: a Deployment's selector is immutable. */
export function podLabels(name: string): Record<string, string> {
  return { "app.kubernetes.io/name": name };
}

/** Contents of files, or of seeds, by path, made from the site. */
export function configFiles(self: Self, { files = {} }: Pick<WorkloadArgs, "files">): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, text(content, self)]));
}

/** Key of a ConfigMap for a path: dots, dashes and underscores stay, everything else is a dash; a hash keeps two paths apart. */
export function fileKey(path: string): string {
  const base = path.split("/").at(-1) ?? path;
  return `${base.replace(/[^-._A-Za-z0-9]/g, "-")}.${stableHash([path])}`;
}

function podSpec(self: Self, args: WorkloadArgs, extras: PodExtras): NonNullable<NonNullable<IDeployment["spec"]>["template"]["spec"]> {
  const { relax = {}, user = 1000 } = args;
  const group = extras.group ?? args.group ?? user;
  const seeds = Object.entries(args.seed ?? {});
  return {
    serviceAccountName: self.name,
    automountServiceAccountToken: relax.apiToken !== undefined,
    enableServiceLinks: false,
    ...(extras.runtimeClass === undefined ? {} : { runtimeClassName: extras.runtimeClass }),
    terminationGracePeriodSeconds: args.gracePeriodSeconds ?? 30,
    ...(relax.hostNetwork === undefined ? {} : { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" as const }),
    securityContext: {
      runAsNonRoot: relax.root === undefined,
      runAsUser: user,
      runAsGroup: group,
      fsGroup: group,
      fsGroupChangePolicy: "OnRootMismatch",
      ...(extras.groups === undefined || extras.groups.length === 0 ? {} : { supplementalGroups: [...extras.groups] }),
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(seeds.length === 0 ? {} : { initContainers: [seeder(self, args)] }),
    containers: [container(self, args, extras)],
    volumes: volumes(self, args, extras),
  };
}

function container(self: Self, args: WorkloadArgs, extras: PodExtras): IContainer {
  const { relax = {}, ports = [], secrets = [] } = args;
  const env = { TZ: self.site.timeZone, ...extras.env, ...args.env };
  return {
    name: self.name,
    image: args.image,
    imagePullPolicy: "IfNotPresent",
    ...(args.command === undefined ? {} : { command: [...args.command] }),
    ...(args.args === undefined ? {} : { args: [...args.args] }),
    env: Object.entries(env).map(([name, value]) => ({ name, value: text(value, self) })),
    ...(secrets.length === 0 ? {} : { envFrom: [{ secretRef: { name: self.name } }] }),
    ports: [{ name: "http", port: args.port }, ...ports].map(({ name, port, protocol = "TCP" }) => ({ name, containerPort: port, protocol })),
    ...probes(args),
    resources: resources(args, extras),
    securityContext: securityContext(relax),
    volumeMounts: [...mounts(args, extras), ...fileMounts(args)],
  };
}

function securityContext(relax: NonNullable<WorkloadArgs["relax"]>): NonNullable<IContainer["securityContext"]> {
  if (relax.privileged !== undefined) return { privileged: true };
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: relax.writableRoot === undefined,
    capabilities: { drop: ["ALL"], ...(relax.capabilities === undefined ? {} : { add: [...relax.capabilities.add] }) },
  };
}

/** Startup holds the other two back for as long as a start may take; liveness is slow to kill, readiness quick to withdraw. */
function probes({ health, port, startupSeconds = 300 }: WorkloadArgs): Pick<IContainer, "startupProbe" | "livenessProbe" | "readinessProbe"> {
  const check: Partial<IProbe> = health === "tcp" ? { tcpSocket: { port } } : { httpGet: { path: health, port, scheme: "HTTP" } };
  return {
    startupProbe: { ...check, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: Math.ceil(startupSeconds / 5) },
    livenessProbe: { ...check, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 5 },
    readinessProbe: { ...check, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  };
}

/** Memory is limited to protect the node; CPU is not, because a limit only throttles a machine that has time. */
export function requests({ cpu = "50m", memory = "128Mi", memoryLimit }: NonNullable<WorkloadArgs["resources"]> = {}): { cpu: string; memory: Bytes; memoryLimit: Bytes } {
  return { cpu, memory, memoryLimit: memoryLimit ?? `${((parseBytes(memory) ?? 0) * 4) / 2 ** 20}Mi` };
}

function resources(args: WorkloadArgs, { devices = {} }: PodExtras): NonNullable<IContainer["resources"]> {
  const { cpu, memory, memoryLimit } = requests(args.resources);
  return { requests: { cpu, memory }, limits: { memory: memoryLimit, ...devices } };
}

function mounts(args: WorkloadArgs, extras: PodExtras): IVolumeMount[] {
  return [
    ...Object.entries(args.volumes ?? {}).map(([name, { mountPath }]) => ({ name, mountPath })),
    ...Object.keys(scratchOf(args)).map((mountPath) => ({ name: scratchName(mountPath), mountPath })),
    ...(extras.mounts ?? []).map(({ name, mountPath, readOnly }) => ({ name, mountPath, ...(readOnly === true ? { readOnly } : {}) })),
  ];
}

function fileMounts({ files = {} }: WorkloadArgs): IVolumeMount[] {
  return Object.keys(files).map((path) => ({ name: "files", mountPath: path, subPath: fileKey(path), readOnly: true }));
}

function volumes({ name }: Self, args: WorkloadArgs, extras: PodExtras): IVolume[] {
  const mode = 0o444;
  return [
    ...Object.keys(args.volumes ?? {}).map((volume) => ({ name: volume, persistentVolumeClaim: { claimName: claimName(name, volume) } })),
    ...Object.entries(scratchOf(args)).map(([path, sizeLimit]) => ({ name: scratchName(path), emptyDir: { sizeLimit } })),
    ...(extras.mounts ?? []).map(({ name: mount, nfs, readOnly }) => ({ name: mount, nfs: { ...nfs, ...(readOnly === true ? { readOnly } : {}) } })),
    ...(args.files === undefined ? [] : [{ name: "files", configMap: { name: filesName(name), defaultMode: mode } }]),
    ...(args.seed === undefined ? [] : [{ name: "seed", configMap: { name: seedName(name), defaultMode: mode } }]),
  ];
}

/** Copies each seed to its place unless the app has one already. It runs the app's own image, so that nothing else must be pulled. */
function seeder({ name }: Self, args: WorkloadArgs): IContainer {
  const script = Object.keys(args.seed ?? {}).map((path) => `test -e '${path}' || { mkdir -p '${path.slice(0, path.lastIndexOf("/"))}' && cp '/seed/${fileKey(path)}' '${path}' && chmod 600 '${path}'; }`);
  return {
    name: `${name}-seed`,
    image: args.image,
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-euc", script.join("\n")],
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
    securityContext: securityContext({}),
    volumeMounts: [...Object.entries(args.volumes ?? {}).map(([volume, { mountPath }]) => ({ name: volume, mountPath })), { name: "seed", mountPath: "/seed", readOnly: true }],
  };
}

/** Name of the claim behind a volume. */
export function claimName(name: string, volume: string): string {
  return `${name}-${volume}`;
}

function scratchOf({ scratch = {} }: WorkloadArgs): Record<string, Bytes> {
  return { ...SCRATCH, ...scratch };
}

function scratchName(path: string): string {
  return `scratch${path.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/-$/, "")}`;
}

function mustStopFirst({ volumes = {}, relax = {} }: WorkloadArgs): boolean {
  return Object.keys(volumes).length > 0 || relax.hostNetwork !== undefined;
}

function text(value: Text, self: Self): string {
  return typeof value === "string" ? value : value(self);
}
