import type { KubernetesObject } from "@rzp/core";

/** A machine that is not there: kwok says of it what a kubelet would. */
export interface LabNode {
  name: string;
  /** As Kubernetes writes it, such as `8` or `500m`. */
  cpu: string;
  /** As Kubernetes writes it, such as `32Gi`. */
  memory: string;
  /** @default 110 */
  pods?: number;
  labels?: Readonly<Record<string, string>>;
  taints?: readonly { key: string; value?: string; effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute" }[];
}

/** Marks the nodes that kwok plays. */
export const PLAYED = { key: "kwok.x-k8s.io/node", value: "fake" };

/** A node as its kubelet would register it. */
export function nodeObject({ name, cpu, memory, pods = 110, labels = {}, taints = [] }: LabNode): KubernetesObject {
  const machine = { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" };
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels: { ...machine, ...labels }, annotations: { [PLAYED.key]: PLAYED.value } }, spec: { taints }, status: resources({ cpu, memory, pods: String(pods) }) };
}

function resources(capacity: Record<string, string>): Record<string, unknown> {
  return { capacity, allocatable: capacity };
}
