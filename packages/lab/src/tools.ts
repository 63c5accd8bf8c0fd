import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors.ts";

/** Where the Go modules lie that pin what is built: beside the sources as well as beside `dist`. */
const CLUSTER = join(import.meta.dirname, "../cluster");

/** A program of the lab, and how it is built from a pinned Go module. */
export interface Tool {
  /** Folder below `cluster/` whose go.mod pins it. */
  folder: "" | "argocd" | "helm" | "redis";
  /** Package that is its main. */
  package: string;
  /** Module whose version it says it has. */
  module: string;
  /** Variables that are told the version at linking: Kubernetes would call itself v0.0.0-master, and clients refuse to talk to that. */
  stamps: (version: string) => Record<string, string>;
  /** Files that it needs beside it, and where its module has them; several are joined as YAML documents. */
  beside?: Readonly<Record<string, readonly string[]>>;
  /** CPU seconds to build it from nothing, as measured once; what is built after another of its module costs less. */
  seconds: number;
}

const kubernetes = (name: string, seconds: number): Tool => ({
  folder: "",
  package: `k8s.io/kubernetes/cmd/${name}`,
  module: "k8s.io/kubernetes",
  stamps: (version) => {
    const [major = "", minor = ""] = version.replace("v", "").split(".");
    const base = "k8s.io/component-base/version";
    return { [`${base}.gitVersion`]: version, [`${base}.gitMajor`]: major, [`${base}.gitMinor`]: minor };
  },
  seconds,
});

const STAGES = "kustomize/stage";

export const TOOLS = {
  etcd: { folder: "", package: "go.etcd.io/etcd/server/v3", module: "go.etcd.io/etcd/server/v3", stamps: () => ({}), seconds: 105 },
  "kube-apiserver": kubernetes("kube-apiserver", 440),
  "kube-controller-manager": kubernetes("kube-controller-manager", 120),
  "kube-scheduler": kubernetes("kube-scheduler", 10),
  kubectl: kubernetes("kubectl", 45),
  kwok: {
    folder: "",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    module: "sigs.k8s.io/kwok",
    stamps: (version) => ({ "sigs.k8s.io/kwok/pkg/consts.Version": version }),
    // What a simulated node and its pods do. Without any, kwok refuses to start.
    beside: {
      "kwok-stages.yaml": [
        `${STAGES}/node/fast/node-initialize.yaml`,
        `${STAGES}/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml`,
        `${STAGES}/pod/fast/pod-ready.yaml`,
        `${STAGES}/pod/fast/pod-complete.yaml`,
        `${STAGES}/pod/fast/pod-delete.yaml`,
      ],
    },
    seconds: 140,
  },
  argocd: {
    folder: "argocd",
    package: "github.com/argoproj/argo-cd/v3/cmd",
    module: "github.com/argoproj/argo-cd/v3",
    stamps: (version) => ({ "github.com/argoproj/argo-cd/v3/common.version": version.replace("v", "") }),
    // The repo-server verifies commits through it, also where nothing is signed; it must be on its PATH.
    beside: { "git-verify-wrapper.sh": ["hack/git-verify-wrapper.sh"] },
    seconds: 600,
  },
  helm: { folder: "helm", package: "helm.sh/helm/v4/cmd/helm", module: "helm.sh/helm/v4", stamps: (version) => ({ "helm.sh/helm/v4/internal/version.version": version }), seconds: 130 },
  // A program of this repository around a library: Argo CD keeps what it can make again in a Redis, and not every machine has one.
  "redis-server": { folder: "redis", package: "rzp.local/lab/cluster/redis", module: "github.com/alicebob/miniredis/v2", stamps: () => ({}), seconds: 5 },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** Folder of the go.mod that pins a tool. */
export function moduleFolder({ folder }: Tool): string {
  return join(CLUSTER, folder);
}

/** Files of a tool: itself and what must lie beside it. */
export function filesOf(name: ToolName): string[] {
  const tool: Tool = TOOLS[name];
  return [name, ...Object.keys(tool.beside ?? {})];
}

/** Version that a tool is built at, as its go.mod says. */
export function toolVersion(name: ToolName): string {
  const tool: Tool = TOOLS[name];
  const lines = readFileSync(join(moduleFolder(tool), "go.mod"), "utf8").split("\n");
  const version = lines.map((line) => line.trim().replace(/^require /, "").split(" ")).find(([module, version]) => module === tool.module && version?.startsWith("v"))?.[1];
  if (version === undefined) throw new LabError(`${join(moduleFolder(tool), "go.mod")} requires no ${tool.module}, so ${name} cannot be built from it.`);
  return version;
}

/** What `go build` is told for a tool, besides where to write it. No C compiler is needed. */
export function buildWords(name: ToolName): string[] {
  const tool: Tool = TOOLS[name];
  const stamps = Object.entries(tool.stamps(toolVersion(name))).map(([variable, value]) => `-X ${variable}=${value}`);
  return ["build", "-trimpath", "-buildvcs=false", `-ldflags=${["-s -w", ...stamps].join(" ")}`, tool.package];
}

/** Name of the folder in the cache that a tool is kept in: another one when anything changes that it is made from. */
export function cacheName(name: ToolName): string {
  const tool: Tool = TOOLS[name];
  const hash = createHash("sha256");
  for (const file of readdirSync(moduleFolder(tool)).filter((file) => /^go\.(mod|sum)$|\.go$/.test(file)).sort()) hash.update(readFileSync(join(moduleFolder(tool), file)));
  hash.update(JSON.stringify([buildWords(name), tool.beside ?? {}, process.platform, process.arch]));
  return `${name}-${hash.digest("hex").slice(0, 16)}`;
}
