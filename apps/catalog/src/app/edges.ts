/** The ways in which services hang together, as nodes and edges. */
import type { Catalog } from "@rzp/deploy/catalog";
import type { GraphEdge, GraphNode } from "../graph/layout.ts";

export const RELATIONS = ["talks", "order", "routes"] as const;
export type Relation = (typeof RELATIONS)[number];

export interface Relations {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Services without a relation of this kind. */
  alone: string[];
}

const HOME = "home network";
const INTERNET = "internet";

export function relations(catalog: Catalog, relation: Relation): Relations {
  const edges = EDGES[relation](catalog);
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const outside = [HOME, INTERNET].filter((id) => ends.has(id)).map((id): GraphNode => ({ id, label: id, kind: "outside" }));
  const services = catalog.services.filter(({ name }) => ends.has(name)).map(({ name, layer }): GraphNode => ({ id: name, label: name, kind: layer }));
  return { nodes: [...outside, ...services], edges, alone: catalog.services.filter(({ name }) => !ends.has(name)).map(({ name }) => name) };
}

const EDGES: Readonly<Record<Relation, (catalog: Catalog) => GraphEdge[]>> = {
  talks: ({ services }) => services.flatMap(({ name, talksTo }) => talksTo.map((to) => ({ from: name, to }))),
  order: ({ services }) => services.flatMap(({ name, needs }) => needs.map((from) => ({ from, to: name }))),
  routes: ({ services, ingress }) => {
    const routed = services.filter(({ name, address }) => address !== undefined && name !== ingress.service);
    const own = services.filter(({ name, loadBalancer, hostPorts, ports }) => name !== ingress.service && (loadBalancer !== undefined || hostPorts.length > 0 || ports.some(({ reach }) => reach === "node")));
    const isOpen = services.some(({ address }) => address?.exposure === "public");
    return [
      ...(services.some(({ name }) => name === ingress.service) ? [{ from: HOME, to: ingress.service }, ...(isOpen ? [{ from: INTERNET, to: ingress.service }] : []), ...routed.map(({ name }) => ({ from: ingress.service, to: name }))] : []),
      ...own.map(({ name }) => ({ from: HOME, to: name })),
    ];
  },
};
