import { isIpv4, type Json } from "@rzp/core";
import type { Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart, checkCount, checkFields, HARDENED, type Fields } from "./chart.ts";
import { addressOf } from "./peers.ts";

export interface VectorChartArgs extends ChartArgs {
  /** The OpenObserve that everything is sent to, and absolute keys of the secret store: a user of it, and what it lets in for a password. */
  openobserve: { service: string; user: string; token: string };
  /** Where the machine configuration of Talos sends the logs of its services and of its kernel, as lines of JSON: each machine to its own agent, and to nobody else's. */
  talosLogs: { hostIP: string; port: number };
  /** How many nodes there are, control planes among them: each has an agent. For views and sums. */
  nodes: number;
}

const OPENOBSERVE: Fields<VectorChartArgs["openobserve"]> = { service: "required", user: "required", token: "required" };
const TALOS_LOGS: Fields<VectorChartArgs["talosLogs"]> = { hostIP: "required", port: "required" };

/** Since 0.55 it answers over gRPC only. */
const PROBE = { grpc: { port: 8686 } };
const SECRETS = "/etc/openobserve";
/** Moments by which OpenObserve sorts; without it every line of a batch would have come at once. */
const MOMENT = `._timestamp = to_unix_timestamp(timestamp(get!(., ["timestamp"])) ?? now(), unit: "microseconds")`;
const FROM_TALOS = [`.node = get_env_var!("VECTOR_SELF_NODE_NAME")`, ".message = del(.msg)", `.timestamp = parse_timestamp(string(get!(., ["talos-time"])) ?? "", "%+") ?? now()`, MOMENT];

/** An agent on every machine that takes the logs of pods, of Talos and of its kernel to OpenObserve. Values as of chart 0.56.0. */
export function vectorChart(args: VectorChartArgs): Declaration {
  return chart("vectorChart", args, { openobserve: "required", talosLogs: "required", nodes: "required" }, ({ version, openobserve, talosLogs, nodes, needs = [], talksTo = [], ...service }, { name, refuse }) => {
    checkFields(refuse, openobserve, OPENOBSERVE, "openobserve");
    checkFields(refuse, talosLogs, TALOS_LOGS, "talosLogs");
    if (!isIpv4(talosLogs.hostIP)) refuse("talosLogs.hostIP", `"${talosLogs.hostIP}" is not an IPv4 address`, "Use 127.0.0.1, which the home network does not reach.");
    checkCount(refuse, nodes, "nodes");
    const resources = asks("50m", "128Mi", "512Mi");
    return {
      purpose: "Takes the logs of every pod, of Talos and of its kernel to OpenObserve.",
      ...service,
      upstream: "https://vector.dev/docs/",
      chart: { repoURL: "https://helm.vector.dev", name: "vector", version },
      podSecurity: { level: "privileged", reason: "it reads the pods' logs on the node, keeps its place in them there, and takes Talos' own logs on a port of the node" },
      values: (_, context) => ({
        // Aggregator by default, which would read no pod's log.
        role: "Agent",
        customConfig: config(`http://${addressOf(context.service(openobserve.service))}`, talosLogs.port),
        containerPorts: [{ name: "api", containerPort: 8686 }, { name: "talos", containerPort: talosLogs.port, hostPort: talosLogs.port, hostIP: talosLogs.hostIP }],
        // Nobody dials it but the node.
        service: { enabled: false },
        serviceHeadless: { enabled: false },
        livenessProbe: PROBE,
        readinessProbe: PROBE,
        // Root, because only root may read the logs, and nothing beyond.
        securityContext: { ...HARDENED, seccompProfile: { type: "RuntimeDefault" } },
        defaultVolumes: [{ name: "var-log", hostPath: { path: "/var/log" } }],
        defaultVolumeMounts: [{ name: "var-log", mountPath: "/var/log", readOnly: true }],
        extraVolumes: [{ name: "openobserve", secret: { secretName: `${name}-secrets` } }],
        extraVolumeMounts: [{ name: "openobserve", mountPath: SECRETS, readOnly: true }],
        tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
        resources,
      }),
      replicas: nodes,
      resources: resources.requests,
      hostPorts: [talosLogs.port],
      secrets: [{ key: "user", remote: openobserve.user }, { key: "token", remote: openobserve.token }],
      talksTo: [openobserve.service, ...talksTo],
      needs: [openobserve.service, ...needs],
      network: { api: true },
      clusterKinds: ["ClusterRole", "ClusterRoleBinding"].map((kind) => ({ group: "rbac.authorization.k8s.io", kind })),
    };
  });
}

/** The chart hands it through Helm's templates: nothing in it may have two braces in a row. */
function config(server: string, port: number): Json {
  return {
    data_dir: "/vector-data-dir",
    api: { enabled: true, address: "0.0.0.0:8686" },
    // Not by the environment: since 0.57 that is left as it stands, and sent.
    secret: { openobserve: { type: "directory", path: SECRETS } },
    sources: { pods: { type: "kubernetes_logs" }, machine: { type: "socket", mode: "tcp", address: `0.0.0.0:${port}`, decoding: { codec: "json" } } },
    transforms: { dated_pods: { type: "remap", inputs: ["pods"], source: MOMENT }, dated_machine: { type: "remap", inputs: ["machine"], source: FROM_TALOS.join("\n") } },
    sinks: { kubernetes: sink(server, "kubernetes", "dated_pods"), talos: sink(server, "talos", "dated_machine") },
  };
}

function sink(server: string, stream: string, input: string): Json {
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
