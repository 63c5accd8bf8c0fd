import type { TalosClusterArgs } from "./index.ts";

/** A cluster as the README has it, for tests. */
export const homelab: TalosClusterArgs = {
  image: { version: "v1.13.9", installerImage: "factory.talos.dev/nocloud-installer/aa:v1.13.9" },
  kubernetes: "v1.36.3",
  secretsFrom: "v1.13.0",
  vip: "10.0.20.10",
  network: { nodes: "10.0.20.0/24", gateway: "10.0.20.1", nameservers: ["10.0.20.1"] },
  nodes: {
    "cp-1": { role: "controlplane", address: "10.0.20.11" },
    "cp-2": { role: "controlplane", address: "10.0.20.12" },
    "cp-3": { role: "controlplane", address: "10.0.20.13" },
    "worker-1": { role: "worker", address: "10.0.20.21", dataDisk: true },
    "worker-2": { role: "worker", address: "10.0.20.22", dataDisk: true },
  },
};
