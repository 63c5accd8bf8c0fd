import type { Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart } from "./chart.ts";

export interface TraefikChartArgs extends ChartArgs {
  /** Address of every route, out of the site's pool. Changing it takes all routes away until the names that lead to them have followed. */
  address: string;
  /** Middlewares of its own namespace that every answer goes through, by name. Where one does not exist, nothing is answered. @default none */
  middlewares?: readonly string[];
  /** Pods at a time; with one, a drain or an update interrupts everybody. @default 2 */
  replicas?: number;
}

/** The ingress controller behind one address of the home network, for IngressRoutes that are encrypted and nothing else. Values as of chart 41.3.0. */
export function traefikChart(args: TraefikChartArgs): Declaration {
  return chart("traefikChart", args, { address: "required", middlewares: "optional", replicas: "optional" }, ({ version, address, middlewares = [], replicas = 2, ...service }) => {
    const resources = asks("100m", "128Mi", "512Mi");
    return {
      purpose: "Leads requests from outside to the services.",
      upstream: "https://doc.traefik.io/traefik/",
      ...service,
      chart: { repoURL: "https://traefik.github.io/charts", name: "traefik", version },
      values: (self) => ({
        deployment: { replicas },
        // On a single pod it would block every drain.
        podDisruptionBudget: replicas > 1 ? { enabled: true, minAvailable: 1 } : undefined,
        // Two on one node would go down together, and the budget would keep nothing.
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", labelSelector: { matchLabels: { "app.kubernetes.io/name": "traefik" } } }],
        // The client's own address reaches the services; MetalLB announces from a node that has a pod.
        service: { annotations: { "metallb.io/loadBalancerIPs": self.address }, spec: { externalTrafficPolicy: "Local" } },
        ports: {
          web: { http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } } },
          websecure: { http: { middlewares: middlewares.map((name) => `${self.namespace}-${name}@kubernetescrd`) } },
        },
        ingressRoute: { dashboard: { enabled: false } },
        providers: { kubernetesCRD: { allowCrossNamespace: false, allowExternalNameServices: false } },
        tlsOptions: { default: { minVersion: "VersionTLS12", sniStrict: true } },
        global: { checkNewVersion: false, sendAnonymousUsage: false },
        resources,
      }),
      replicas,
      resources: resources.requests,
      // Where pods come out who dial a route: a policy sees a connection to the load balancer after its translation.
      ports: [{ name: "websecure", port: 8443 }],
      loadBalancer: { address, ports: [{ name: "web", port: 80 }, { name: "websecure", port: 443 }] },
      network: { api: true, routes: true, open: [{ port: 8000 }, { port: 8443 }] },
    };
  });
}
