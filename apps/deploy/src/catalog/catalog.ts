import { BACKUP_CLASSES, hostOf, parseImage, type Category, type ServiceFacts } from "@rzp/workload/manifests";
import { fileOf, type Homelab } from "../homelab.ts";
import { OBJECT_STORE } from "../object-store.ts";
import { categories as declared } from "../services/index.ts";
import { NAMES } from "../site.ts";
import { isView } from "../view.ts";
import { databaseSchedule, volumeSchedule } from "../views/backups.ts";
import { ownerOf, portsOf } from "../views/service-page.ts";
import { networksOf } from "../views/topology.ts";
import type { Catalog, CatalogMachine, CatalogRehearsal, CatalogService, CatalogVersion } from "./types.ts";

/** What no declaration says, and the page shows all the same. */
export interface Known {
  /** Day on which a version came into a service's declaration, by {@link pinOf}. */
  since?: ReadonlyMap<string, string>;
  rehearsal?: CatalogRehearsal | undefined;
}

/** Everything that the page shows, out of the declarations and one stack: a pure function, so the same commit gives the same page. */
export function catalogOf(home: Homelab, { since = new Map<string, string>(), rehearsal }: Known = {}, categories: readonly Category[] = declared): Catalog {
  const { stack, context } = home;
  const target = context.site.storage.backupTarget;
  return {
    domain: stack.domain,
    services: context.services.map((facts) => serviceOf(facts, home, since)),
    off: switchedOff(home, categories),
    networks: networksOf(home),
    hosts: Object.keys(stack.proxmox.hosts).map((name) => ({ name, machines: machinesOn(name, home) })),
    api: `${stack.network.vip}:6443`,
    ingress: { service: NAMES.ingress.app, tunnel: stack.cloudflare.tunnel },
    backups: {
      ...(target === undefined ? {} : { target }),
      databases: `s3://${OBJECT_STORE.bucket} at ${OBJECT_STORE.endpoint}`,
      ...(stack.media === undefined ? {} : { media: `${stack.media.server}:${stack.media.path}` }),
      schedules: BACKUP_CLASSES.map((name) => ({ name, volumes: volumeSchedule(name), databases: databaseSchedule(name, (text) => text) })),
    },
    ...(rehearsal === undefined ? {} : { rehearsal }),
  };
}

/** A version of a service, as the key of when it was pinned. */
export function pinOf(service: string, version: string): string {
  return `${service} ${version}`;
}

/** Versions that a service names, charts and images alike. */
export function versionsOf({ chart, images }: Pick<ServiceFacts, "chart" | "images">): Omit<CatalogVersion, "since">[] {
  return [...(chart === undefined ? [] : [{ kind: "chart" as const, name: chart.name, version: chart.version, reference: chart.repoURL }]), ...images.map(imageVersion)];
}

function imageVersion(reference: string): Omit<CatalogVersion, "since"> {
  const image = parseImage(reference, { latest: true });
  if ("problem" in image) return { kind: "image", name: reference, version: "", reference };
  return { kind: "image", name: image.repository.split("/").at(-1) ?? image.repository, version: image.tag, reference };
}

function serviceOf(facts: ServiceFacts, home: Homelab, since: ReadonlyMap<string, string>): CatalogService {
  const { name, category, layer, purpose, upstream, namespace, podSecurity, loadBalancer, managedBy, requests } = facts;
  const host = hostOf(facts, home.context.site);
  const pods = isView(facts) ? {} : { namespace, podSecurity, requests };
  return {
    name,
    category,
    layer,
    wave: home.registry.waves.get(name) ?? 0,
    kind: isView(facts) ? "configuration" : managedBy === undefined ? "service" : "database",
    ...(purpose === undefined ? {} : { purpose }),
    ...(upstream === undefined ? {} : { upstream }),
    declaration: fileOf(facts),
    folder: `${home.context.site.git.path}/${category}/${name}`,
    ...pods,
    versions: versionsOf(facts).map((version) => {
      const day = since.get(pinOf(name, version.version));
      return day === undefined ? version : { ...version, since: day };
    }),
    ...(host === undefined ? {} : { address: { host, exposure: facts.exposure, password: facts.auth !== undefined } }),
    ...(loadBalancer === undefined ? {} : { loadBalancer: loadBalancer.address }),
    ports: portsOf(facts),
    hostPorts: facts.hostPorts.filter((port) => !facts.ports.some((named) => named.port === port)),
    secrets: facts.secrets.map(({ key, remote }) => {
      const owner = ownerOf(remote, facts, home);
      return { key, remote, ...(owner === undefined ? {} : { owner }) };
    }),
    volumes: facts.volumes.map(({ name: volume, size, mountPath, backup }) => ({ name: volume, size, ...(mountPath === undefined ? {} : { mountPath }), backup })),
    talksTo: [...facts.talksTo].sort(),
    needs: [...facts.needs].sort(),
    ...(managedBy === undefined ? {} : { managedBy }),
    relaxations: facts.relaxations.map(({ what, reason }) => ({ what, reason })),
    risks: [...facts.risks],
  };
}

function switchedOff({ context }: Homelab, categories: readonly Category[]): Catalog["off"] {
  const on = new Set(context.services.map(({ name }) => name));
  const off = categories.flatMap(({ services }) => services.filter(({ id }) => !on.has(id.name)));
  return off.map(({ facts: { name, category, purpose } }) => ({ name, category, ...(purpose === undefined ? {} : { purpose }) })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function machinesOn(host: string, { stack }: Homelab): CatalogMachine[] {
  const here = Object.entries(stack.machines).filter(([, machine]) => machine.host === host);
  return here.map(([name, { role, address, cores, memory, disk, dataDisk }]) => ({ name, role, address, cores, memory, disk, ...(dataDisk === undefined ? {} : { dataDisk }) }));
}
