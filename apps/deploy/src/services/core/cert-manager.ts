import { helmWorkload } from "@rzp/workload/manifests";

/** Key of the token that may edit the zone. */
const TOKEN = "CLOUDFLARE_DNS_TOKEN";

export const certManager = helmWorkload({
  purpose: "Gets and renews the certificates of every route.",
  chart: { repoURL: "oci://quay.io/jetstack/charts", name: "cert-manager", version: "v1.21.1" },
  values: {
    // Off by default, and without them nothing works.
    crds: { enabled: true, keep: true },
    // A home's own name server answers for the zone; the check must ask the world instead.
    dns01RecursiveNameservers: "https://1.1.1.1:443/dns-query,https://1.0.0.1:443/dns-query",
    dns01RecursiveNameserversOnly: true,
    global: { leaderElection: { namespace: "cert-manager" } },
    resources: { requests: { cpu: "75m", memory: "96Mi" }, limits: { memory: "256Mi" } },
  },
  secrets: [TOKEN],
  needs: ["secrets"],
  network: { api: true, internet: true, webhooks: [10_250] },
  objects: ({ name, site: { certificates } }) => [
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: certificates.issuer },
      spec: {
        acme: {
          email: certificates.email,
          server: "https://acme-v02.api.letsencrypt.org/directory",
          privateKeySecretRef: { name: `${certificates.issuer}-account` },
          solvers: [{ selector: { dnsZones: [certificates.zone] }, dns01: { cloudflare: { apiTokenSecretRef: { name: `${name}-secrets`, key: TOKEN } } } }],
        },
      },
    },
  ],
  // Its CRDs gone, every certificate would go with them.
  application: { onDelete: "orphan" },
});
