import type { Json } from "@rzp/core";
import { helmWorkload } from "@rzp/workload/manifests";

/** Where Talos sends the logs of its services and of its kernel: each machine to its own agent, and to nobody else's. */
export const TALOS_LOGS = { hostIP: "127.0.0.1", port: 6051 } as const;

/** Since 0.55 it answers over gRPC only. */
const PROBE = { grpc: { port: 8686 } };
const SECRETS = "/etc/openobserve";
/** Moments by which OpenObserve sorts; without it every line of a batch would have come at once. */
const MOMENT = `._timestamp = to_unix_timestamp(timestamp(get!(., ["timestamp"])) ?? now(), unit: "microseconds")`;
const FROM_TALOS = [`.node = get_env_var!("VECTOR_SELF_NODE_NAME")`, ".message = del(.msg)", `.timestamp = parse_timestamp(string(get!(., ["talos-time"])) ?? "", "%+") ?? now()`, MOMENT];

export const vector = helmWorkload({
  purpose: "Takes the logs of every pod, of Talos and of its kernel to OpenObserve.",
  upstream: "https://vector.dev/docs/",
  chart: { repoURL: "https://helm.vector.dev", name: "vector", version: "0.56.0" },
  podSecurity: { level: "privileged", reason: "it reads the pods' logs on the node, keeps its place in them there, and takes Talos' own logs on a port of the node" },
  values: {
    // Aggregator by default, which would read no pod's log.
    role: "Agent",
    customConfig: config(),
    containerPorts: [{ name: "api", containerPort: 8686 }, { name: "talos", containerPort: TALOS_LOGS.port, hostPort: TALOS_LOGS.port, hostIP: TALOS_LOGS.hostIP }],
    // Nobody dials it but the node.
    service: { enabled: false },
    serviceHeadless: { enabled: false },
    livenessProbe: PROBE,
    readinessProbe: PROBE,
    // Root, because only root may read the logs, and nothing beyond.
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true, seccompProfile: { type: "RuntimeDefault" } },
    defaultVolumes: [{ name: "var-log", hostPath: { path: "/var/log" } }],
    defaultVolumeMounts: [{ name: "var-log", mountPath: "/var/log", readOnly: true }],
    extraVolumes: [{ name: "openobserve", secret: { secretName: "vector-secrets" } }],
    extraVolumeMounts: [{ name: "openobserve", mountPath: SECRETS, readOnly: true }],
    tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  },
  // One a machine.
  replicas: 6,
  hostPorts: [TALOS_LOGS.port],
  secrets: [{ key: "user", remote: "/platform/observability/openobserve/ZO_ROOT_USER_EMAIL" }, { key: "token", remote: "/platform/observability/openobserve/ZO_ROOT_USER_TOKEN" }],
  talksTo: ["openobserve"],
  needs: ["openobserve"],
  network: { api: true },
  clusterKinds: ["ClusterRole", "ClusterRoleBinding"].map((kind) => ({ group: "rbac.authorization.k8s.io", kind })),
});

/** The chart hands it through Helm's templates: nothing in it may have two braces in a row. */
function config(): Json {
  return {
    data_dir: "/vector-data-dir",
    api: { enabled: true, address: "0.0.0.0:8686" },
    // Not by the environment: since 0.57 that is left as it stands, and sent.
    secret: { openobserve: { type: "directory", path: SECRETS } },
    sources: { pods: { type: "kubernetes_logs" }, machine: { type: "socket", mode: "tcp", address: `0.0.0.0:${TALOS_LOGS.port}`, decoding: { codec: "json" } } },
    transforms: { dated_pods: { type: "remap", inputs: ["pods"], source: MOMENT }, dated_machine: { type: "remap", inputs: ["machine"], source: FROM_TALOS.join("\n") } },
    sinks: { kubernetes: sink("kubernetes", "dated_pods"), talos: sink("talos", "dated_machine") },
  };
}

function sink(stream: string, input: string): Json {
  const server = "http://openobserve.openobserve.svc:5080";
  return {
    type: "http",
    inputs: [input],
    uri: `${server}/api/default/${stream}/_json`,
    healthcheck: { uri: `${server}/healthz` },
    auth: { strategy: "basic", user: "SECRET[openobserve.user]", password: "SECRET[openobserve.token]" },
    encoding: { codec: "json", timestamp_format: "rfc3339" },
    compression: "gzip",
    // Outlives a restart of either side, and is the least Vector allows.
    buffer: { type: "disk", max_size: 268_435_488 },
  };
}
