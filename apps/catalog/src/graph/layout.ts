import { Graph, layout as place, type EdgeLabel, type GraphLabel, type NodeLabel } from "@dagrejs/dagre";

export interface GraphNode {
  id: string;
  label: string;
  /** A layer, or `outside` for what is no service. */
  kind: string;
}

export interface GraphEdge {
  from: string;
  to: string;
}

export interface Placed {
  width: number;
  height: number;
  nodes: (GraphNode & { x: number; y: number; width: number; height: number })[];
  edges: (GraphEdge & { path: string })[];
}

const HEIGHT = 30;
/** Width of a letter of the fixed-width font at its size, and what is around a word. */
const LETTER = 7.5;
const AROUND = 30;
/** Above this, the quicker way to rank them: the tidier one needs seconds. */
const MANY = 200;

/** Places every node, from left to right along the edges. The same graph is placed the same way every time. */
export function layout(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Placed {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({ rankdir: "LR", nodesep: 10, edgesep: 6, ranksep: 64, marginx: 16, marginy: 16, ranker: nodes.length > MANY ? "longest-path" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, label } of nodes) graph.setNode(id, { width: Math.round(label.length * LETTER + AROUND), height: HEIGHT });
  for (const { from, to } of edges) graph.setEdge(from, to);
  place(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map((node) => {
      const { x = 0, y = 0, width: wide, height: high } = graph.node(node.id);
      return { ...node, x: x - wide / 2, y: y - high / 2, width: wide, height: high };
    }),
    edges: edges.map((edge) => ({ ...edge, path: curve(graph.edge(edge.from, edge.to).points ?? []) })),
  };
}

interface Point {
  x: number;
  y: number;
}

/** A smooth line that leaves and arrives where the first and the last point are. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const at = ({ x, y }: Point): string => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
  const parts = [`M${at(first)}`];
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) parts.push(index === 0 ? `L${at(point)}` : `T${at(point)}`);
    else parts.push(`Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`);
  });
  return parts.join("").replace(/T([^T]*)$/, "L$1");
}
