import { describe, expect, it } from "vitest";
import { catalogWith, service } from "../facts.test-data.ts";
import { relations } from "./edges.ts";

const address = { host: "a.example.com", exposure: "internal" as const, password: false };
const catalog = catalogWith([
  service("traefik", { layer: "core", loadBalancer: "10.0.0.20" }),
  service("shelf", { talksTo: ["db"], needs: ["db"], address }),
  service("db"),
  service("broker", { loadBalancer: "10.0.0.21" }),
  service("agent", { hostPorts: [9100] }),
]);

describe("relations", () => {
  it("are who talks to whom, with those on their own beside them", () => {
    expect(relations(catalog, "talks")).toMatchObject({ edges: [{ from: "shelf", to: "db" }], alone: ["traefik", "broker", "agent"] });
  });

  it("are what comes up first: from what is needed to what needs it", () => {
    expect(relations(catalog, "order").edges).toEqual([{ from: "db", to: "shelf" }]);
  });

  it("are the ways in: by the ingress controller, by an address of one's own, by a port on the node", () => {
    const { edges, nodes } = relations(catalog, "routes");
    expect(edges).toEqual([{ from: "home network", to: "traefik" }, { from: "traefik", to: "shelf" }, { from: "home network", to: "broker" }, { from: "home network", to: "agent" }]);
    expect(nodes[0]).toEqual({ id: "home network", label: "home network", kind: "outside" });
  });

  it("lead in from the internet where a service is public, and nowhere else", () => {
    const open = catalogWith([...catalog.services, service("blog", { address: { ...address, exposure: "public" } })]);
    expect(relations(open, "routes").edges).toContainEqual({ from: "internet", to: "traefik" });
    expect(relations(catalog, "routes").nodes.map(({ id }) => id)).not.toContain("internet");
  });
});
