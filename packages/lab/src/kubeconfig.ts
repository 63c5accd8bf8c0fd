import { stringify } from "yaml";
import type { Identity } from "./certificates.ts";

/** A kubeconfig for one user of one cluster, with everything in it. */
export function kubeconfig({ server, authority, user, namespace = "default" }: { server: string; authority: string; user: Identity; namespace?: string }): string {
  const data = (pem: string): string => Buffer.from(pem).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server, "certificate-authority-data": data(authority) } }],
    users: [{ name: "lab", user: { "client-certificate-data": data(user.certificate), "client-key-data": data(user.key) } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "lab", namespace } }],
    "current-context": "lab",
  });
}
