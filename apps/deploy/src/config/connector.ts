import { hostOf, type RenderContext, type ServiceFacts } from "@rzp/workload/manifests";
import { ConfigError, show } from "./errors.ts";
import type { Mistake } from "./rules.ts";

/** Refuses public services while the tunnel's end in the cluster is switched off: Cloudflare would answer for them with an error, and nothing here would say why. */
export function checkConnector(connector: string, switchedOff: readonly string[], { services, site }: Pick<RenderContext, "services" | "site">, fileOf: (service: ServiceFacts) => string): void {
  if (!switchedOff.includes(connector)) return;
  const mistakes = services
    .filter(({ exposure }) => exposure === "public")
    .map((service): Mistake => {
      const message = `is false, and ${service.name} (${fileOf(service)}) is public as ${hostOf(service, site) ?? ""}: nothing would lead requests out of the tunnel. Remove the line, or make the service internal`;
      return { path: ["core", connector, "enabled"], message };
    });
  if (mistakes.length > 0) throw new ConfigError("the stack", mistakes, show);
}
