/** The topology as a drawing that is moved and zoomed. It is a script of its own, got when somebody looks at it first: with the layout it is larger than all the rest. */
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { layout, type GraphEdge, type GraphNode } from "./layout.ts";

export type { GraphEdge, GraphNode };

export interface Drawing {
  /** Brings a node and those next to it forward; nobody, everything. */
  focus(id: string | undefined): void;
  zoomBy(factor: number): void;
  fit(): void;
}

const SVG = "http://www.w3.org/2000/svg";
const NEAREST = 2.5;
/** What a focused node and its neighbours may take of the picture. */
const ROOM = 0.9;

/** Draws into an empty `<svg>`. Nodes are links, so that they are reached by Tab and followed by Enter like any other. */
export function draw(svg: SVGSVGElement, nodes: readonly GraphNode[], edges: readonly GraphEdge[], hrefOf: (id: string) => string | undefined): Drawing {
  const placed = layout(nodes, edges);
  const view = add(svg, "g", {});
  const lines = placed.edges.map(({ from, to, path }) => ({ from, to, line: add(view, "path", { d: path, class: "edge", "marker-end": "url(#arrow)" }) }));
  const boxes = new Map(placed.nodes.map((node) => [node.id, { ...node, box: addNode(view, node, hrefOf(node.id)) }]));

  const size = (): { width: number; height: number } => svg.getBoundingClientRect();
  const behaviour = zoom<SVGSVGElement, unknown>()
    .scaleExtent([0.1, NEAREST])
    // A wheel over the picture scrolls the page; with Ctrl, as a pinch on a touchpad is told, it zooms.
    .filter((event: Event) => (event.type === "wheel" ? (event as WheelEvent).ctrlKey : !("button" in event) || event.button === 0))
    .on("zoom", ({ transform }: { transform: { toString(): string } }) => { view.setAttribute("transform", transform.toString()); });
  const picture = select<SVGSVGElement, unknown>(svg).call(behaviour);
  picture.on("dblclick.zoom", null);

  const show = (left: number, top: number, right: number, bottom: number, most: number): void => {
    const { width, height } = size();
    const scale = Math.min(most, (ROOM * width) / (right - left), (ROOM * height) / (bottom - top));
    picture.call((each) => { behaviour.transform(each, zoomIdentity.translate(width / 2, height / 2).scale(scale).translate(-(left + right) / 2, -(top + bottom) / 2)); });
  };
  const fit = (): void => { show(0, 0, placed.width, placed.height, 1); };
  const focus = (id: string | undefined): void => {
    const near = new Set(id === undefined ? [] : [id, ...edges.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []))]);
    svg.classList.toggle("focused", id !== undefined && boxes.has(id));
    for (const [name, { box }] of boxes) {
      box.classList.toggle("near", near.has(name));
      box.classList.toggle("self", name === id);
    }
    for (const { from, to, line } of lines) line.classList.toggle("near", from === id || to === id);
    const shown = [...boxes.values()].filter((one) => near.has(one.id));
    if (shown.length === 0) return;
    const edge = (of: (one: (typeof shown)[number]) => number, best: (...all: number[]) => number): number => best(...shown.map(of));
    show(edge((one) => one.x, Math.min), edge((one) => one.y, Math.min), edge((one) => one.x + one.width, Math.max), edge((one) => one.y + one.height, Math.max), 1.2);
  };
  // Whoever comes to a node by Tab must see it.
  for (const { box, x, y, width, height } of boxes.values())
    box.addEventListener("focus", () => {
      if (box.matches(":focus-visible") && isOutside(box, svg)) picture.call((each) => { behaviour.translateTo(each, x + width / 2, y + height / 2); });
    });
  fit();
  return { focus, fit, zoomBy: (factor) => { picture.call((each) => { behaviour.scaleBy(each, factor); }); } };
}

function isOutside(inner: Element, outer: Element): boolean {
  const [a, b] = [inner.getBoundingClientRect(), outer.getBoundingClientRect()];
  return a.left < b.left || a.right > b.right || a.top < b.top || a.bottom > b.bottom;
}

function addNode(view: Element, { id, label, kind, x, y, width, height }: ReturnType<typeof layout>["nodes"][number], href: string | undefined): SVGElement {
  const node = add(view, href === undefined ? "g" : "a", { class: `node ${kind}`, transform: `translate(${x} ${y})`, ...(href === undefined ? {} : { href, "data-id": id }) });
  add(node, "rect", { width: `${width}`, height: `${height}`, rx: "7" });
  add(node, "circle", { cx: "12", cy: `${height / 2}`, r: "3.5" });
  add(node, "text", { x: "22", y: `${height / 2}`, dy: "0.35em" }).textContent = label;
  return node;
}

function add(parent: Element, name: "a" | "circle" | "g" | "path" | "rect" | "text", attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}
