import { apiReady, TalosCluster, TalosImage } from "@rzp/talos";

const image = new TalosImage("talos", { version: "v1.13.9" });
// Machines boot `image.diskImageUrl`; see @rzp/proxmox for VMs that do.

const cluster = new TalosCluster("homelab", {
  image,
  kubernetes: "v1.36.3",
  secretsFrom: "v1.13.0",
  vip: "10.0.20.10",
  network: { nodes: "10.0.20.0/24", gateway: "10.0.20.1", nameservers: ["10.0.20.1"] },
  nodes: {
    "cp-1": { role: "controlplane", address: "10.0.20.11" },
    "cp-2": { role: "controlplane", address: "10.0.20.12" },
    "cp-3": { role: "controlplane", address: "10.0.20.13" },
    "worker-1": { role: "worker", address: "10.0.20.21", dataDisk: true, labels: { "example.com/zone": "a" } },
  },
  // etcd's metrics are off by default; keep the port from other networks.
  patches: [{ cluster: { etcd: { extraArgs: { "listen-metrics-urls": "http://0.0.0.0:2381" } } } }],
});

// What a Kubernetes provider is to be given: it waits until the API answers, and in a preview for nothing.
export const kubeconfig = apiReady(cluster.kubeconfigRaw, { resource: cluster });
