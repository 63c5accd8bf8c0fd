import { claim, helmWorkload } from "@rzp/workload/manifests";

const DATA = { name: "portainer-data", size: "1Gi", backup: "daily" } as const;

export const portainer = helmWorkload({
  purpose: "Shows what runs in the cluster, for those who do not read YAML.",
  upstream: "https://docs.portainer.io",
  risks: [
    "It has every right in the cluster: who logs in may do anything, and what it changes Argo CD changes back; Headlamp with a user's own rights is the successor.",
  ],
  chart: { repoURL: "https://portainer.github.io/k8s/", name: "portainer", version: "239.4.0" },
  podSecurity: { level: "baseline", reason: "the image runs as root, and the chart offers no security context" },
  values: ({ name, host }) => ({
    // By default each node opens ports of its own.
    service: { type: "ClusterIP" },
    // Without it whoever comes first becomes the administrator.
    adminPassword: { existingSecret: `${name}-secrets` },
    // Behind a proxy that ends TLS it takes its own forms for a stranger's.
    trusted_origins: { enabled: true, domains: host },
    image: { pullPolicy: "IfNotPresent" },
    persistence: { existingClaim: DATA.name },
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  }),
  secrets: [{ key: "password", remote: "/apps/dev-tools/portainer/ADMIN_PASSWORD" }],
  route: { service: "portainer", port: 9000 },
  volumes: { data: { size: DATA.size, backup: DATA.backup } },
  objects: (self) => [claim(self, DATA.name, DATA)],
  clusterKinds: [{ group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" }],
  // Nothing on the internet: it would report there, and ask for news.
  network: { api: true },
});
