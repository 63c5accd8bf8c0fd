import type { Bytes, Json, KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import type { Declaration, Self } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart, checkCount } from "./chart.ts";

export interface NetdataChartArgs extends ChartArgs {
  /** Size of the volume with the measurements of all machines; when it is full, the oldest go. */
  history: Bytes;
  /** How many nodes there are, control planes among them: each has an agent. For views and sums. */
  nodes: number;
}

const KEY = "STREAM_API_KEY";
const RBAC = "rbac.authorization.k8s.io";
const KEPT = { none: "measurements and alarms of the last days, of no use after a restore" };
/** Two doors: agents of all nodes send to the one; behind the other is the dashboard, which is for the ingress controller. */
const PARENT = ["[web]", "bind to = *:19999=streaming *:19998=dashboard", "[db]", "mode = dbengine", "[plugins]", "enable running new plugins = no", "go.d = no", "proc = no", "apps = no", "cgroups = no"];

/** Measurements of every machine and pod by the second. Its key: `STREAM_API_KEY`, a UUID by which its parts know one another. Values as of chart 3.7.172. */
export function netdataChart(args: NetdataChartArgs): Declaration {
  return chart("netdataChart", args, { history: "required", nodes: "required" }, ({ version, history, nodes, ...service }, { own, refuse }) => {
    checkCount(refuse, nodes, "nodes");
    return {
      purpose: "Measures every machine and pod by the second, and raises alarms.",
      ...service,
      upstream: "https://learn.netdata.cloud/docs/",
      risks: [
        "Its dashboard is closed source (NCUL1). The successor would be OpenObserve, with Vector's host metrics.",
        "Nobody is known to run it on Talos, where its journal plugin finds no journal.",
      ],
      chart: { repoURL: "https://netdata.github.io/helmchart/", name: "netdata", version },
      release: "netdata",
      podSecurity: { level: "privileged", reason: "it reads processes, devices and network of the nodes: host network and PID, /proc, /sys, SYS_PTRACE and SYS_ADMIN" },
      values: {
        image: { pullPolicy: "IfNotPresent" },
        // By default alpine:latest.
        initContainersImage: { repository: "alpine", tag: "3.22.1@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1", pullPolicy: "IfNotPresent" },
        ingress: { enabled: false },
        // The chart's role reads every Secret of the cluster, for a discovery that is off here.
        rbac: { create: false },
        sd: { child: { enabled: false } },
        parent: { ...part("parent.conf", "512Mi", "2Gi", { data: PARENT.join("\n") }), dnsPolicy: "ClusterFirst", database: { volumesize: history } },
        ...Object.fromEntries(["child", "k8sState"].map((name) => [name, part("child.conf", "128Mi", "512Mi")])),
      },
      // Beside the agents their parent, and the one that looks at the cluster.
      replicas: nodes + 2,
      resources: { cpu: "100m", memory: "192Mi" },
      hostPorts: [19_999],
      volumes: { "parent-database": { size: history, backup: KEPT }, "parent-alarms": { size: "1Gi", backup: KEPT }, "k8s-state-varlib": { size: "1Gi", backup: KEPT } },
      secrets: [KEY],
      route: { service: "netdata-dashboard", port: 19_998 },
      // It has no login of its own.
      auth: "basic",
      // Its agents have their nodes' addresses, which no selector finds: the port takes measurements only, from those who know the key.
      network: { api: true, open: [{ port: 19_999 }] },
      clusterKinds: ["ClusterRole", "ClusterRoleBinding"].map((kind) => ({ group: RBAC, kind })),
      objects: (self) => [dashboard(self), ...streamFiles(self, own(KEY)), ...role(self)],
    };
  });
}

/** What its pods have in common. Nothing is told to Netdata's makers; the key comes in a file, because the chart would have it in its values. */
function part(file: string, memory: Bytes, limit: Bytes, netdata: Record<string, Json> = {}): Record<string, Json> {
  return {
    env: { DO_NOT_TRACK: "1" },
    configs: { stream: { enabled: false }, netdata },
    extraVolumes: [{ name: "stream", secret: { secretName: "netdata-stream" } }],
    extraVolumeMounts: [{ name: "stream", mountPath: "/etc/netdata/stream.conf", subPath: file, readOnly: true }],
    resources: asks("100m", memory, limit),
  };
}

/** The chart's own Service has the agents' port only. */
function dashboard({ namespace }: Self): KubernetesObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "netdata-dashboard", namespace }, spec: { selector: { app: "netdata", role: "parent" }, ports: [{ name: "http", port: 19_998 }] } };
}

/** How agents find their parent, and how it knows them. */
function streamFiles({ namespace, site }: Self, remote: string): KubernetesObject[] {
  const child = `[stream]\nenabled = yes\ndestination = netdata:19999\napi key = {{ .${KEY} }}\n`;
  const parent = `[{{ .${KEY} }}]\ntype = api\nenabled = yes\ndb = dbengine\nhealth enabled = auto\n`;
  return externalSecretManifests("netdata-stream", { namespace, store: site.secretStore.name, keys: [{ key: KEY, remote }], template: { "child.conf": child, "parent.conf": parent } });
}

/** What is left of the chart's role: no Secrets, and no way through the API server to the kubelets. */
function role({ name, namespace }: Self): KubernetesObject[] {
  const metadata = { name, annotations: { "argocd.argoproj.io/sync-wave": "-1" } };
  const rules = [{ apiGroups: ["", "apps", "batch"], resources: ["pods", "nodes", "nodes/metrics", "namespaces", "deployments", "cronjobs", "jobs"], verbs: ["get", "list", "watch"] }];
  const binding = { roleRef: { apiGroup: RBAC, kind: "ClusterRole", name }, subjects: [{ kind: "ServiceAccount", name: "netdata", namespace }] };
  return [{ apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata, rules }, { apiVersion: `${RBAC}/v1`, kind: "ClusterRoleBinding", metadata, ...binding }];
}
