import type { ProviderResource } from "@pulumi/pulumi";
import { PublishedHosts, type PublishedHost } from "@rzp/cloudflare";
import { hostOf, type RenderContext, type ServiceFacts } from "@rzp/workload/manifests";
import type { Stack } from "../config.ts";
import { NAMES } from "../site.ts";

/** Every routed service's name in the zone: through the tunnel where it is public, else the ingress controller's address on the home network. */
export function publishHosts({ cloudflare }: Stack, context: RenderContext, provider: ProviderResource): PublishedHosts {
  const { tunnel, certificateNames, accountId, zoneId, zone } = cloudflare;
  const hosts = context.services.flatMap((service) => published(service, context));
  return new PublishedHosts(tunnel, { accountId, zoneId, zone, tunnelName: tunnel, hosts, ...(certificateNames === undefined ? {} : { certificateNames }) }, { provider });
}

function published(service: ServiceFacts, context: RenderContext): PublishedHost[] {
  const host = hostOf(service, context.site);
  if (host === undefined) return [];
  const { namespace, app } = NAMES.ingress;
  // The certificate is for the host, not for the name inside the cluster.
  if (service.exposure === "public") return [{ host, service: `https://${app}.${namespace}.svc:443`, originRequest: { originServerName: host } }];
  const address = context.service(app).loadBalancer?.address;
  if (address === undefined) throw new Error(`${app} has no address of its own`);
  return [{ host, address }];
}
