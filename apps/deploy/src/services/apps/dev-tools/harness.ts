import { workload } from "@rzp/workload/manifests";

/** What git speaks over SSH. */
const SSH = { name: "ssh", port: 3022 };

export const harness = workload({
  purpose: "Keeps git repositories.",
  upstream: "https://developer.harness.io/docs/open-source",
  risks: [
    "Its pipelines and workspaces need a privileged Docker daemon, which no pod here may run: it keeps code, and builds none.",
    "Releases of the open source edition became rare and its chart is out of date; Forgejo is the successor.",
  ],
  image: "docker.io/harness/harness:3.3.0@sha256:c1bd76817ad7d2e7d78827653a54c55d4aec87c2777a586ebbad1ed01fc9e83f",
  port: 3000,
  health: "/",
  ports: [{ ...SSH, peers: false }],
  loadBalancer: { address: "10.0.20.204", ports: [SSH] },
  env: {
    HOME: "/data",
    GITNESS_URL_BASE: ({ host }) => `https://${host}`,
    GITNESS_URL_REGISTRY: ({ host }) => `https://${host}`,
    GITNESS_URL_GIT_SSH: ({ address }) => `ssh://${address}:${SSH.port}`,
    // Beside the program by default, where nothing may be written and no restart would find it.
    GITNESS_SSH_SERVER_KEY_PATH: "/data/ssh/server.rsa",
    GITNESS_PRINCIPAL_ADMIN_EMAIL: ({ site }) => `admin@${site.domain}`,
    GITNESS_USER_SIGNUP_ENABLED: "false",
    GITNESS_PUBLIC_RESOURCE_CREATION_ENABLED: "false",
    GITNESS_METRIC_ENABLED: "false",
    GITNESS_GITSPACE_ENABLE: "false",
    GITNESS_CI_PARALLEL_WORKERS: "0",
  },
  secrets: ["GITNESS_ENCRYPTER_SECRET", "GITNESS_PRINCIPAL_ADMIN_PASSWORD"],
  volumes: { data: { size: "20Gi", mountPath: "/data", backup: "daily" } },
  scratch: { "/tmp": "2Gi" },
  resources: { cpu: "100m", memory: "256Mi", memoryLimit: "1Gi" },
  // Webhooks, and repositories to be taken over.
  internet: true,
});
