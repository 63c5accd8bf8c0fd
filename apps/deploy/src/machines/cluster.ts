import type { Resource } from "@pulumi/pulumi";
import { TalosCluster, type TalosImage, type TalosNode } from "@rzp/talos";
import type { Stack } from "../config.ts";

/** Longhorn puts its disks on the nodes that carry this label, and only there. */
const DATA_LABEL = { "node.longhorn.io/create-default-disk": "true" };

/** The Talos cluster on the machines. */
export function makeCluster({ cluster, machines, network }: Stack, image: TalosImage, vms: Readonly<Record<string, Resource>>): TalosCluster {
  const node = (name: string, { role, address, dataDisk }: Stack["machines"][string]): TalosNode => ({
    role,
    address,
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
  });
}
