import { claim, type Declaration } from "@rzp/workload/manifests";
import type { ChartArgs, ChartVolume } from "./args.ts";
import { asks, chart } from "./chart.ts";

export interface PortainerChartArgs extends ChartArgs {
  /** The volume with its users and settings. Growing it is done in place; Kubernetes refuses to shrink it. */
  data: ChartVolume;
}

/** A page for those who do not read YAML. Its key: `ADMIN_PASSWORD`. Values as of chart 239.4.0. */
export function portainerChart(args: PortainerChartArgs): Declaration {
  return chart("portainerChart", args, { data: "required" }, ({ version, data, ...service }, { own }) => {
    const resources = asks("50m", "128Mi", "512Mi");
    return {
      purpose: "Shows what runs in the cluster, for those who do not read YAML.",
      ...service,
      upstream: "https://docs.portainer.io",
      risks: [
        "It has every right in the cluster: who logs in may do anything, and what it changes Argo CD changes back; Headlamp with a user's own rights is the successor.",
      ],
      chart: { repoURL: "https://portainer.github.io/k8s/", name: "portainer", version },
      release: "portainer",
      podSecurity: { level: "baseline", reason: "the image runs as root, and the chart offers no security context" },
      values: ({ name, host }) => ({
        // By default each node opens ports of its own.
        service: { type: "ClusterIP" },
        // Without it whoever comes first becomes the administrator.
        adminPassword: { existingSecret: `${name}-secrets` },
        // Behind a proxy that ends TLS it takes its own forms for a stranger's.
        trusted_origins: { enabled: true, domains: host },
        image: { pullPolicy: "IfNotPresent" },
        persistence: { existingClaim: `${name}-data` },
        resources,
      }),
      secrets: [{ key: "password", remote: own("ADMIN_PASSWORD") }],
      route: { service: "portainer", port: 9000 },
      resources: resources.requests,
      volumes: { data },
      objects: (self) => [claim(self, `${self.name}-data`, data)],
      clusterKinds: [{ group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" }],
      // Nothing on the internet: it would report there, and ask for news.
      network: { api: true },
    };
  });
}
