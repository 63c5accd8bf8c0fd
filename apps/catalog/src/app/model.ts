/** What follows from the facts: who needs whom the other way round, what a search finds, and how much of everything there is. */
import { nearest, parseBytes } from "@rzp/core";
import type { Catalog, CatalogService } from "@rzp/deploy/catalog";

export interface Model {
  catalog: Catalog;
  byName: ReadonlyMap<string, CatalogService>;
  talkedToBy: ReadonlyMap<string, readonly string[]>;
  neededBy: ReadonlyMap<string, readonly string[]>;
  runs: ReadonlyMap<string, readonly string[]>;
}

export function modelOf(catalog: Catalog): Model {
  const { services } = catalog;
  return {
    catalog,
    byName: new Map(services.map((one) => [one.name, one])),
    talkedToBy: turned(services, ({ talksTo }) => talksTo),
    neededBy: turned(services, ({ needs }) => needs),
    runs: turned(services, ({ managedBy }) => (managedBy === undefined ? [] : [managedBy])),
  };
}

function turned(services: readonly CatalogService[], peers: (service: CatalogService) => readonly string[]): Map<string, string[]> {
  const other = new Map<string, string[]>();
  for (const service of services) for (const peer of peers(service)) other.set(peer, [...(other.get(peer) ?? []), service.name]);
  return other;
}

/** What a list of services can be narrowed by. Each says into which of its boxes a service falls. */
const FACETS = {
  layer: ({ layer }) => layer,
  category: ({ category }) => category,
  exposure: ({ address }) => address?.exposure ?? "no address",
  backup: backupOf,
  security: ({ podSecurity = "no pods" }) => podSecurity,
} as const satisfies Record<string, (service: CatalogService) => string>;
export type Facet = keyof typeof FACETS;
export const FACET_NAMES = Object.keys(FACETS) as Facet[];

export type Filter = Readonly<Partial<Record<Facet | "q", string>>>;

/** The worst of its volumes: what is not backed up is lost. */
export function backupOf({ volumes }: Pick<CatalogService, "volumes">): string {
  if (volumes.length === 0) return "no volumes";
  const kept = volumes.flatMap(({ backup }) => (typeof backup === "string" ? [backup] : []));
  if (kept.length === 0) return "none";
  if (kept.length < volumes.length) return "in part";
  return kept.includes("weekly") ? "weekly" : "daily";
}

/** Services that a filter lets through, those whose name has the words first. */
export function find(services: readonly CatalogService[], filter: Filter): CatalogService[] {
  const words = (filter.q ?? "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  const kept = services.filter((service) => FACET_NAMES.every((facet) => (filter[facet] ?? "") === "" || FACETS[facet](service) === filter[facet]));
  const found = kept.filter((service) => words.every((word) => textOf(service).includes(word)));
  const isNamed = ({ name }: CatalogService): boolean => words.some((word) => name.includes(word));
  return words.length === 0 ? found : [...found.filter(isNamed), ...found.filter((one) => !isNamed(one))];
}

/** Boxes of a facet with how many services are in each, under all the other filters: what choosing it would show. */
export function boxes(services: readonly CatalogService[], filter: Filter, facet: Facet): [box: string, count: number][] {
  const all = new Set(services.map(FACETS[facet]));
  const left = Map.groupBy(find(services, { ...filter, [facet]: "" }), FACETS[facet]);
  return [...all].map((box) => [box, left.get(box)?.length ?? 0]);
}

/** The name that somebody meant who found nothing. */
export function meant(services: readonly CatalogService[], word: string): string | undefined {
  return nearest(word.trim().toLowerCase(), services.map(({ name }) => name));
}

const texts = new WeakMap<CatalogService, string>();

/** Everything that a search looks into. */
function textOf(service: CatalogService): string {
  const known = texts.get(service);
  if (known !== undefined) return known;
  const { name, category, purpose = "", namespace = "", address, loadBalancer = "", versions, ports, secrets } = service;
  const text = [name, category, purpose, namespace, address?.host ?? "", loadBalancer, ...versions.flatMap((one) => [one.name, one.version, one.reference]), ...ports.map(({ port }) => `${port}`), ...secrets.map(({ key }) => key)].join(" ").toLowerCase();
  texts.set(service, text);
  return text;
}

/** Sum of sizes in words, such as `1.5 TiB`. */
export function total(sizes: readonly string[]): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let size = sizes.reduce((sum, one) => sum + (parseBytes(one) ?? 0), 0);
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${Number(size.toFixed(1))} ${units[unit] ?? ""}`;
}

/** Whole days from one day to another, both as `2026-11-25`. */
export function daysBetween(day: string, today: string): number {
  return Math.max(0, Math.round((Date.parse(today) - Date.parse(day)) / 86_400_000));
}

/** How long ago, as a person says it. */
export function age(days: number): string {
  if (days < 1) return "today";
  if (days < 14) return `${count(days, "day")} ago`;
  if (days < 61) return `${count(Math.floor(days / 7), "week")} ago`;
  if (days < 730) return `${count(Math.floor(days / 30.4), "month")} ago`;
  return `${count(Math.floor(days / 365.25), "year")} ago`;
}

/** Seconds as a clock would say them: `2 min 5 s`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A number with the right form of its noun. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
