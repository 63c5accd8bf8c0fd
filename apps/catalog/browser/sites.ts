/** The pages that a browser is pointed at: this homelab's own, and one with more services than anybody has. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCatalog, type Catalog, type CatalogRehearsal, type CatalogService } from "@rzp/deploy/catalog";
import { buildSite } from "../src/site.ts";

export interface Sites {
  homelab: Site;
  many: Site;
  remove(): void;
}

interface Site {
  catalog: Catalog;
  folder: string;
}

export const MANY = 500;

/** Builds both. What a rehearsal found is made up, so that there is something to draw on a machine where none was held. */
export async function buildSites(): Promise<Sites> {
  const base = mkdtempSync(join(tmpdir(), "rzp-catalog-"));
  const homelab = await readCatalog({ rehearsal: join(base, "none.json") });
  const site = async (name: string, catalog: Catalog): Promise<Site> => {
    const [folder, whole] = [join(base, name), { ...catalog, rehearsal: rehearsalOf(catalog) }];
    await buildSite(whole, folder);
    return { catalog: whole, folder: join(folder, "site") };
  };
  return { homelab: await site("homelab", homelab), many: await site("many", manyOf(homelab, MANY)), remove: () => { rmSync(base, { recursive: true, force: true }); } };
}

/** The real services again and again, each copy with peers among its own. */
function manyOf(catalog: Catalog, number: number): Catalog {
  const { services } = catalog;
  const copies = Array.from({ length: Math.ceil(number / services.length) }, (_, copy) => services.map((service) => copyOf(service, copy)));
  const kept = copies.flat().slice(0, number);
  const names = new Set(kept.map(({ name }) => name));
  const isThere = (name: string): boolean => names.has(name);
  return {
    ...catalog,
    services: kept.map(({ managedBy, ...service }) => ({ ...service, talksTo: service.talksTo.filter(isThere), needs: service.needs.filter(isThere), ...(managedBy !== undefined && isThere(managedBy) ? { managedBy } : {}) })),
  };
}

function copyOf(service: CatalogService, copy: number): CatalogService {
  if (copy === 0) return service;
  const named = (name: string): string => `${name}-${copy}`;
  const { address, managedBy } = service;
  return {
    ...service,
    name: named(service.name),
    category: named(service.category),
    talksTo: service.talksTo.map(named),
    needs: service.needs.map(named),
    ...(managedBy === undefined ? {} : { managedBy: named(managedBy) }),
    ...(address === undefined ? {} : { address: { ...address, host: named(address.host) } }),
  };
}

function rehearsalOf({ services }: Catalog): CatalogRehearsal {
  const arrivals = services.map(({ name, wave }, index) => ({ application: name, seen: wave * 9 + (index % 7), synced: wave * 9 + (index % 7) + 2, up: wave * 9 + (index % 7) + 3 + (index % 11) }));
  return {
    ok: false,
    ended: "2026-11-25T08:00:00.000Z",
    seconds: 154.5,
    versions: { kubernetes: "of these days", argoCd: "of these days" },
    services: { healthy: arrivals.length - 1, declared: arrivals.length },
    objects: { admitted: 611, rendered: 612 },
    steps: [{ step: "everything comes up from nothing", seconds: 138.2, passed: false }],
    problems: [{ application: services.at(-1)?.name ?? "", object: "Deployment", message: "its pods are not ready: ImagePullBackOff", declaration: "declaration.ts" }],
    arrivals: arrivals.map((one, index) => (index === arrivals.length - 1 ? { application: one.application, seen: one.seen } : one)),
    played: ["kubelets and every operator"],
  };
}
