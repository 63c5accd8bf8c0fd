import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { openAuthority, type Identity } from "../../certificates.ts";
import type { ClusterKeys } from "../../control-plane.ts";
import { kubeconfig } from "../../kubeconfig.ts";
import { pem, type Configuration } from "./configuration.ts";

/** What a cluster is made of, out of a control plane's configuration: enough to start its API server. */
export interface ClusterSecrets extends ClusterKeys {
  name: string;
  /** URL of the Kubernetes API that the configuration promises. */
  endpoint: string;
}

export function clusterSecrets({ main }: Configuration): ClusterSecrets {
  const { clusterName = "", controlPlane, ca, aggregatorCA, serviceAccount } = main?.cluster ?? {};
  const identity = (pair: { crt?: string | undefined; key?: string | undefined } | undefined): Identity => ({ certificate: pem(pair?.crt), key: pem(pair?.key) });
  return {
    name: clusterName,
    endpoint: controlPlane?.endpoint ?? "",
    authority: identity(ca),
    frontProxy: identity(aggregatorCA),
    serviceAccounts: pem(serviceAccount?.key),
  };
}

/** An administrator's kubeconfig for a year, as the one file of a packed archive: so Talos sends it. */
export async function packedKubeconfig({ name, authority }: ClusterSecrets, server: string): Promise<Buffer> {
  const user = await openAuthority(authority).client("admin", "system:masters", 365);
  const archive = pack();
  archive.entry({ name: "kubeconfig", mode: 0o600 }, kubeconfig({ server, authority: authority.certificate, user, cluster: name, login: `admin@${name}` }));
  archive.finalize();
  return buffer(archive.pipe(createGzip()));
}
