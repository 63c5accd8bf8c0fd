import type { Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { chart } from "./chart.ts";

/** Addresses of the home network for Services of type LoadBalancer, by ARP, out of the site's pool. Values as of chart 0.16.1. */
export function metallbChart(args: ChartArgs): Declaration {
  return chart("metallbChart", args, {}, ({ version, ...service }) => ({
    purpose: "Gives Services of type LoadBalancer an address of the home network.",
    upstream: "https://metallb.io",
    ...service,
    chart: { repoURL: "https://metallb.github.io/metallb", name: "metallb", version },
    namespace: "metallb-system",
    podSecurity: { level: "privileged", reason: "the speaker answers ARP on the nodes' own network" },
    values: {
      // Layer 2 only: since 0.16 the chart would also start a routing daemon on every node.
      frrk8s: { enabled: false },
      speaker: {
        frr: { enabled: false },
        // Talos labels control planes so that MetalLB would skip them without a word.
        ignoreExcludeLB: true,
      },
    },
    // The speaker's, on every node: who is there (memberlist), measurements, probes.
    hostPorts: [7946, 9120, 17_472],
    network: { api: true, webhooks: [9443] },
    objects: ({ namespace, site }) => [
      { apiVersion: "metallb.io/v1beta1", kind: "IPAddressPool", metadata: { name: "home", namespace }, spec: { addresses: [...site.loadBalancerPool], autoAssign: false } },
      { apiVersion: "metallb.io/v1beta1", kind: "L2Advertisement", metadata: { name: "home", namespace }, spec: { ipAddressPools: ["home"] } },
    ],
  }));
}
