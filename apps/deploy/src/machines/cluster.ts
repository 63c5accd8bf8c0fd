import type { Resource } from "@pulumi/pulumi";
import { TalosCluster, type MachinePatch, type TalosImage, type TalosNode } from "@rzp/talos";
import type { RenderContext } from "@rzp/workload/manifests";
import type { Stack } from "../config.ts";
import { TALOS_LOGS } from "../services/platform/observability/vector.ts";

/** Longhorn puts its disks on the nodes that carry this label, and only there. */
const DATA_LABEL = { "node.longhorn.io/create-default-disk": "true" };

/** The Talos cluster on the machines. */
export function makeCluster({ cluster, machines, network }: Stack, image: TalosImage, vms: Readonly<Record<string, Resource>>, { services: running }: RenderContext): TalosCluster {
  const node = (name: string, { role, address, endpoint, dataDisk }: Stack["machines"][string]): TalosNode => ({
    role,
    address,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(vms[name] === undefined ? {} : { after: vms[name] }),
    ...(dataDisk === undefined ? {} : { dataDisk: true, labels: DATA_LABEL }),
  });
  const { vip, nodes, gateway, nameservers, pods, services } = network;
  return new TalosCluster(cluster.name, {
    image,
    kubernetes: cluster.kubernetes,
    secretsFrom: cluster.secretsFrom,
    vip,
    network: { nodes, gateway, nameservers, pods, services },
    nodes: Object.fromEntries(Object.entries(machines).map(([name, machine]) => [name, node(name, machine)])),
    patches: running.some(({ name }) => name === "vector") ? logPatches() : [],
  });
}

/** What Talos' services and the kernel say goes to the log agent on the same machine; until it is there, Talos keeps it. Changed without a reboot. */
function logPatches(): MachinePatch[] {
  const url = `tcp://${TALOS_LOGS.hostIP}:${TALOS_LOGS.port}`;
  return [{ machine: { logging: { destinations: [{ endpoint: url, format: "json_lines" }] } } }, { apiVersion: "v1alpha1", kind: "KmsgLogConfig", name: "vector", url }];
}
