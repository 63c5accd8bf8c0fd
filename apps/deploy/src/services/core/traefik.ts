import { helmWorkload } from "@rzp/workload/manifests";
import { SECURITY_HEADERS } from "../../site.ts";

/** Two, so that a drain or an update interrupts nobody. */
const REPLICAS = 2;
const REQUESTS = { cpu: "100m", memory: "128Mi" } as const;

export const traefik = helmWorkload({
  purpose: "Leads requests from outside to the services.",
  chart: { repoURL: "https://traefik.github.io/charts", name: "traefik", version: "41.3.0" },
  values: ({ address, namespace }) => ({
    deployment: { replicas: REPLICAS },
    podDisruptionBudget: { enabled: true, minAvailable: 1 },
    // Two on one node would go down together, and the budget would keep nothing.
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", labelSelector: { matchLabels: { "app.kubernetes.io/name": "traefik" } } }],
    // The client's own address reaches the services; MetalLB announces from a node that has a pod.
    service: { annotations: { "metallb.io/loadBalancerIPs": address }, spec: { externalTrafficPolicy: "Local" } },
    ports: {
      web: { http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } } },
      // What every answer carries; ingress-routes makes it.
      websecure: { http: { middlewares: [`${namespace}-${SECURITY_HEADERS}@kubernetescrd`] } },
    },
    ingressRoute: { dashboard: { enabled: false } },
    providers: { kubernetesCRD: { allowCrossNamespace: false, allowExternalNameServices: false } },
    tlsOptions: { default: { minVersion: "VersionTLS12", sniStrict: true } },
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    resources: { requests: REQUESTS, limits: { memory: "512Mi" } },
  }),
  replicas: REPLICAS,
  resources: REQUESTS,
  // Where pods come out who dial a route: a policy sees a connection to the load balancer after its translation.
  ports: [{ name: "websecure", port: 8443 }],
  // Every route's address on the home network.
  loadBalancer: { address: "10.0.20.200", ports: [{ name: "web", port: 80 }, { name: "websecure", port: 443 }] },
  needs: ["metallb", "cert-manager"],
  network: { api: true, routes: true, open: [{ port: 8000 }, { port: 8443 }] },
});
