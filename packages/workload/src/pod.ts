import { stableHash, type KubernetesObject } from "@rzp/core";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import type { IProbe } from "kubernetes-models/v1/Probe";
import type { PodExtras, Self, WorkloadArgs, WrittenArgs } from "./args.ts";
import { environment, literal, secretKeys } from "./env.ts";
import { containerMounts, podVolumes } from "./mounts.ts";
import { podLabels } from "./names.ts";
import { lintExemptions, relaxationAnnotations, relaxations } from "./relax.ts";
import { containerResources } from "./resources.ts";
import { podSecurityContext, securityContext } from "./security.ts";
import { seeder } from "./seed.ts";

/** The Deployment of a workload. */
export function deployment(self: Self, args: WrittenArgs, extras: PodExtras, labels: Record<string, string>): KubernetesObject {
  const { name, namespace } = self;
  const object: IDeployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels, ...annotated({ ...extras.annotations, ...relaxationAnnotations(relaxations(args.relax)), ...lintExemptions(args.relax) }) },
    spec: {
      replicas: args.replicas ?? 1,
      revisionHistoryLimit: 3,
      selector: { matchLabels: podLabels(name) },
      // A second pod can neither mount the volume nor take the node's port of the first: it would wait for ever.
      strategy: mustStopFirst(args) ? { type: "Recreate" } : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: { ...labels, ...podLabels(name) }, ...annotated(filesHash(args)) },
        spec: podSpec(self, args, extras),
      },
    },
  };
  return object as unknown as KubernetesObject;
}

// A changed file restarts the pods: one that is mounted by its subPath stays the old one for as long as they live.
function filesHash({ files }: WrittenArgs): Record<string, string> {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? {} : { "rzp.dev/files": stableHash(sorted.flat()) };
}

function podSpec(self: Self, args: WrittenArgs, extras: PodExtras): IPodSpec {
  const { relax = {}, seed, replicas = 1 } = args;
  return {
    serviceAccountName: self.name,
    automountServiceAccountToken: relax.apiToken !== undefined,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: args.gracePeriodSeconds ?? 30,
    ...(extras.runtimeClass === undefined ? {} : { runtimeClassName: extras.runtimeClass }),
    ...(relax.hostNetwork === undefined ? {} : { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }),
    ...(replicas < 2 ? {} : { topologySpreadConstraints: [spread(self.name)] }),
    securityContext: podSecurityContext(args, extras),
    ...(Object.keys(seed).length === 0 ? {} : { initContainers: [seeder(self.name, args)] }),
    containers: [container(self, args, extras)],
    volumes: podVolumes(self.name, args, extras),
  };
}

// Two replicas on one node would go down with it; where there is only one node they still start.
function spread(name: string): NonNullable<IPodSpec["topologySpreadConstraints"]>[number] {
  return { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", labelSelector: { matchLabels: podLabels(name) } };
}

function container(self: Self, args: WrittenArgs, extras: PodExtras): IContainer {
  const { command, args: words, ports = [], secrets = [], relax = {} } = args;
  const keys = secretKeys(secrets);
  return {
    name: self.name,
    image: args.image,
    // The digest says which image it is; there is nothing newer to pull.
    imagePullPolicy: "IfNotPresent",
    ...(command === undefined ? {} : { command: command.map((word) => literal(word, keys)) }),
    ...(words === undefined ? {} : { args: words.map((word) => literal(word, keys)) }),
    env: environment(self, args, extras),
    ...(secrets.length === 0 ? {} : { envFrom: [{ secretRef: { name: self.name } }] }),
    ports: [{ name: "http", port: args.port }, ...ports].map(({ name, port, protocol = "TCP" }) => ({ name, containerPort: port, protocol })),
    ...probes(args),
    resources: containerResources(args.resources, extras.devices),
    securityContext: securityContext(relax),
    volumeMounts: containerMounts(args, extras),
  };
}

/** Startup holds the other two back for as long as a start may take; liveness is slow to kill, readiness quick to withdraw. */
function probes({ health, port, startupSeconds = 300 }: WorkloadArgs): Pick<IContainer, "startupProbe" | "livenessProbe" | "readinessProbe"> {
  const check: Partial<IProbe> = health === "tcp" ? { tcpSocket: { port } } : { httpGet: { path: health, port, scheme: "HTTP" } };
  const period = 5;
  return {
    startupProbe: { ...check, periodSeconds: period, timeoutSeconds: 5, failureThreshold: Math.ceil(startupSeconds / period) },
    livenessProbe: { ...check, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 5 },
    readinessProbe: { ...check, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  };
}

function mustStopFirst({ volumes = {}, relax = {} }: WorkloadArgs): boolean {
  return Object.keys(volumes).length > 0 || relax.hostNetwork !== undefined;
}

function annotated(annotations: Record<string, string>): { annotations?: Record<string, string> } {
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}
