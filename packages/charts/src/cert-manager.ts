import type { Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart } from "./chart.ts";

/** Key of the token that may edit the zone. */
const TOKEN = "CLOUDFLARE_DNS_TOKEN";

const RESOURCES = asks("75m", "96Mi", "256Mi");

/**
 * Certificates of Let's Encrypt for every route, by DNS records in the site's zone at Cloudflare: its token is the key `CLOUDFLARE_DNS_TOKEN`. Values as of
 * chart v1.21.1.
 */
export function certManagerChart(args: ChartArgs): Declaration {
  return chart("certManagerChart", args, {}, ({ version, ...service }) => ({
    purpose: "Gets and renews the certificates of every route.",
    upstream: "https://cert-manager.io/docs/",
    ...service,
    chart: { repoURL: "oci://quay.io/jetstack/charts", name: "cert-manager", version },
    values: {
      // Off by default, and without them nothing works.
      crds: { enabled: true, keep: true },
      // A home's own name server answers for the zone; the check must ask the world instead.
      dns01RecursiveNameservers: "https://1.1.1.1:443/dns-query,https://1.0.0.1:443/dns-query",
      dns01RecursiveNameserversOnly: true,
      global: { leaderElection: { namespace: "cert-manager" } },
      resources: RESOURCES,
    },
    resources: RESOURCES.requests,
    secrets: [TOKEN],
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
  }));
}
