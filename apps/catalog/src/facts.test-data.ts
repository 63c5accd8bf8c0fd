import type { Catalog, CatalogService } from "@rzp/deploy/catalog";

/** A service that deviates in nothing, with what a test wants of it. */
export function service(name: string, facts: Partial<CatalogService> = {}): CatalogService {
  return {
    name, category: "apps/home", layer: "apps", wave: 0, kind: "service", declaration: `declared/${name}.ts`, folder: `rendered/${name}`, namespace: name, podSecurity: "restricted", versions: [],
    ports: [], hostPorts: [], secrets: [], volumes: [], talksTo: [], needs: [], relaxations: [], risks: [], ...facts,
  }; // prettier-ignore
}

export function catalogWith(services: CatalogService[], facts: Partial<Catalog> = {}): Catalog {
  return { domain: "example.com", services, off: [], networks: [], hosts: [], api: "10.0.0.10:6443", ingress: { service: "traefik", tunnel: "tunnel" }, backups: { databases: "s3://databases", schedules: [] }, ...facts };
}
