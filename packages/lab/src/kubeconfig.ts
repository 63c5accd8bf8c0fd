import { stringify } from "yaml";
import type { Identity } from "./certificates.ts";

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
