import { hostOf, type RenderContext, type ServiceFacts } from "@rzp/workload/manifests";
import { ConfigError, show } from "./errors.ts";
import type { Mistake } from "./rules.ts";
import type { Stack } from "./schema.ts";

/** Refuses public services whose host is on no certificate that Cloudflare shows: a browser would refuse to open them. */
export function checkCertificates({ domain, cloudflare }: Stack, { services, site }: Pick<RenderContext, "services" | "site">, fileOf: (service: ServiceFacts) => string): void {
  const { zone, certificateNames = [zone, `*.${zone}`] } = cloudflare;
  const mistakes = services.flatMap((service): Mistake[] => {
    const host = hostOf(service, site);
    if (service.exposure !== "public" || host === undefined || isCovered(host, certificateNames)) return [];
    const below = domain === zone ? "" : `make domain ${zone}, or `;
    return [
      {
        path: ["domain"],
        message: `makes ${service.name} (${fileOf(service)}) public as ${host}, which is on no certificate that Cloudflare shows (${certificateNames.join(", ")}); ${below}order an advanced certificate and name it in cloudflare.certificateNames`,
      },
    ];
  });
  if (mistakes.length > 0) throw new ConfigError("the stack", mistakes, show);
}

// A wildcard on a certificate stands for exactly one label (RFC 6125).
function isCovered(host: string, names: readonly string[]): boolean {
  return names.includes(host) || names.includes(`*.${host.slice(host.indexOf(".") + 1)}`);
}
