import { refuseUnknown, type Refuse } from "@rzp/core";
import type { VolumeArgs, WorkloadArgs } from "./args.ts";
import type { ChartBackend, ChartNetwork, HelmWorkloadArgs } from "./helm-workload.ts";
import type { Relax } from "./relax.ts";
import type { Delivery, ServicePort } from "./service.ts";

/** Every field of a type: a new one that is missing here does not compile. */
type Known<T> = Readonly<Record<keyof T, true>>;

/** Fields of a volume. */
export const VOLUME: Known<VolumeArgs> = { size: true, mountPath: true, backup: true, storageClass: true };
const CHART_VOLUME: Known<NonNullable<HelmWorkloadArgs["volumes"]>[string]> = { size: true, backup: true, storageClass: true };
const PORT: Known<ServicePort> = { name: true, port: true, protocol: true, peers: true };
const OPEN_PORT: Known<NonNullable<ChartNetwork["open"]>[number]> = { port: true, protocol: true };
const LOAD_BALANCER: Known<NonNullable<WorkloadArgs["loadBalancer"]>> = { address: true, ports: true };
/** Fields of what a pod asks for. */
export const RESOURCES: Known<NonNullable<WorkloadArgs["resources"]>> = { cpu: true, memory: true, memoryLimit: true };
const RELAX: Known<Relax> = { root: true, writableRoot: true, apiToken: true, hostNetwork: true, privileged: true, capabilities: true, nfs: true, network: true, latest: true };
const TRANSFORM: Known<NonNullable<WorkloadArgs["transform"]>> = { deployment: true, service: true, networkPolicy: true };
const CHART: Known<HelmWorkloadArgs["chart"]> = { repoURL: true, name: true, version: true };
const NETWORK: Known<ChartNetwork> = { internet: true, lan: true, api: true, routes: true, webhooks: true, open: true };
const BACKEND: Known<ChartBackend> = { service: true, port: true, targetPort: true, scheme: true };
const ROUTE: Known<NonNullable<HelmWorkloadArgs["route"]>> = { ...BACKEND, host: true, paths: true };
const APPLICATION: Known<NonNullable<Delivery["application"]>> = { syncOptions: true, ignoreDifferences: true, respectIgnoreDifferences: true, onDelete: true, retry: true };

/** Refuses what nobody knows one level down: a `peer: false` that was to be `peers: false` would open the port. */
export function checkKnown(args: WorkloadArgs, refuse: Refuse): void {
  checkShared(args, VOLUME, refuse);
  refuseUnknown(refuse, args.relax, RELAX, "relax");
  refuseUnknown(refuse, args.transform, TRANSFORM, "transform");
}

/** The same for a chart. */
export function checkKnownHelm(args: HelmWorkloadArgs, refuse: Refuse): void {
  const { chart, network, route, application } = args;
  checkShared(args, CHART_VOLUME, refuse);
  refuseUnknown(refuse, chart, CHART, "chart");
  refuseUnknown(refuse, route, ROUTE, "route");
  for (const [path, backend] of Object.entries(route?.paths ?? {})) refuseUnknown(refuse, backend, BACKEND, `route.paths.${path}`);
  refuseUnknown(refuse, application, APPLICATION, "application");
  // A text is the reason why there is no policy.
  if (typeof network === "string") return;
  refuseUnknown(refuse, network, NETWORK, "network");
  refuseUnknown(refuse, network?.open, OPEN_PORT, "network.open");
}

function checkShared({ ports, loadBalancer, resources, volumes = {} }: Pick<HelmWorkloadArgs, "ports" | "loadBalancer" | "resources" | "volumes">, volume: Readonly<Record<string, true>>, refuse: Refuse): void {
  refuseUnknown(refuse, ports, PORT, "ports");
  refuseUnknown(refuse, loadBalancer, LOAD_BALANCER, "loadBalancer");
  refuseUnknown(refuse, loadBalancer?.ports, PORT, "loadBalancer.ports");
  refuseUnknown(refuse, resources, RESOURCES, "resources");
  for (const [name, one] of Object.entries(volumes)) refuseUnknown(refuse, one, volume, `volumes.${name}`);
}
