import { describe, expect, it } from "vitest";
import { curve, layout, type GraphNode } from "./layout.ts";

const node = (id: string): GraphNode => ({ id, label: id, kind: "apps" });
const nodes = ["a", "b", "c", "d", "a-long-name-of-a-service"].map(node);
const edges = [{ from: "a", to: "b" }, { from: "b", to: "c" }, { from: "c", to: "b" }, { from: "a", to: "d" }, { from: "d", to: "a-long-name-of-a-service" }];

describe("layout", () => {
  const placed = layout(nodes, edges);

  it("places every node inside the picture and none on another, rings among them too", () => {
    expect(placed.nodes.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id));
    for (const one of placed.nodes) {
      expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= placed.width && one.y + one.height <= placed.height).toBe(true);
      const over = placed.nodes.filter((other) => other !== one && one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height);
      expect(over).toEqual([]);
    }
  });

  it("leads from left to right", () => {
    const at = (id: string): number => placed.nodes.find((one) => one.id === id)?.x ?? Number.NaN;
    expect(at("a")).toBeLessThan(at("b"));
    expect(at("d")).toBeLessThan(at("a-long-name-of-a-service"));
  });

  it("draws every edge, and the same every time", () => {
    expect(placed.edges).toHaveLength(edges.length);
    for (const { path } of placed.edges) expect(path).toMatch(/^M[\d.]+ [\d.]+[QL]/);
    expect(layout(nodes, edges)).toEqual(placed);
  });

  it("places as many as nobody has", () => {
    const many = Array.from({ length: 500 }, (_, index) => node(`n${index}`));
    expect(layout(many, many.slice(1).map(({ id }, index) => ({ from: `n${Math.floor(index / 3)}`, to: id }))).nodes).toHaveLength(500);
  });
});

describe("curve", () => {
  it("begins at the first point and ends at the last", () => {
    expect(curve([{ x: 0, y: 0 }, { x: 10, y: 0 }])).toBe("M0 0L10 0");
    expect(curve([{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 20, y: 10 }])).toBe("M0 0Q10 0 15 5L20 10");
    expect(curve([])).toBe("");
  });
});
