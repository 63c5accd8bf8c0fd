import { parse, stringify } from "yaml";
import type { Identity } from "./certificates.ts";
import { LabError } from "./errors.ts";

interface Access {
  server: string;
  authority: string;
  user: Identity;
  namespace?: string;
  /** Name of the cluster. */
  cluster?: string;
  /** Name of the user, and of the context. */
  login?: string;
}

/** A kubeconfig for one user of one cluster, with everything in it. */
export function kubeconfig({ server, authority, user, namespace = "default", cluster = "lab", login = "lab" }: Access): string {
  const data = (pem: string): string => Buffer.from(pem).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": data(authority) } }],
    users: [{ name: login, user: { "client-certificate-data": data(user.certificate), "client-key-data": data(user.key) } }],
    contexts: [{ name: login, context: { cluster, user: login, namespace } }],
    "current-context": login,
  });
}

interface KubeconfigFile {
  clusters: { name: string; cluster: { server: string; "certificate-authority-data": string } }[];
  users: { name: string; user: { "client-certificate-data": string; "client-key-data": string } }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  "current-context": string;
}

/** What the current context of a kubeconfig leads to, where everything is in it, as Talos writes it. */
export function readKubeconfig(text: string): { server: string; authority: string; user: Identity } {
  const { clusters, users, contexts, ...file } = parse(text) as KubeconfigFile;
  const context = contexts.find(({ name }) => name === file["current-context"])?.context;
  const cluster = clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined) throw new LabError("the kubeconfig has no cluster or no user for its current context");
  const pem = (data: string): string => Buffer.from(data, "base64").toString("utf8");
  return { server: cluster.server, authority: pem(cluster["certificate-authority-data"]), user: { certificate: pem(user["client-certificate-data"]), key: pem(user["client-key-data"]) } };
}
