import { describe, expect, it } from "vitest";
import { loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { home } from "../rendered.test-data.ts";
import { catalogOf, pinOf } from "./catalog.ts";

const catalog = catalogOf(home);
const of = (name: string) => catalog.services.find((one) => one.name === name);

describe("the catalogue's data", () => {
  it("has every service once, in the registry's order", () => {
    expect(catalog.services.map(({ name }) => name)).toEqual(home.context.services.map(({ name }) => name));
    expect(new Set(catalog.services.map(({ name }) => name)).size).toBe(catalog.services.length);
  });

  it("is plain data: written to a file and read again it is the same", () => {
    expect(JSON.parse(JSON.stringify(catalog))).toEqual(catalog);
  });

  it("is the same every time", () => {
    expect(JSON.stringify(catalogOf(homelab(home.stack)))).toBe(JSON.stringify(catalog));
  });

  it("names no peer that it has no page for", () => {
    const names = new Set(catalog.services.map(({ name }) => name));
    const named = catalog.services.flatMap(({ talksTo, needs, managedBy = [], secrets }) => [...talksTo, ...needs, managedBy, secrets.flatMap(({ owner = [] }) => owner)].flat());
    expect(named.filter((name) => !names.has(name))).toEqual([]);
  });

  it("says of a service what is declared of it", () => {
    expect(of("sonarr")).toMatchObject({
      category: "apps/media/acquisition",
      layer: "apps",
      kind: "service",
      declaration: "apps/deploy/src/services/apps/media/acquisition/sonarr.ts",
      folder: "kubernetes/apps/media/acquisition/sonarr",
      namespace: "media",
      podSecurity: "baseline",
      address: { host: `sonarr.${catalog.domain}`, exposure: "internal", password: false },
      versions: [{ kind: "image", name: "sonarr", version: expect.stringMatching(/^\d/) as unknown }],
      ports: [{ port: 8989, protocol: "TCP", who: expect.arrayContaining(["the ingress controller"]) as unknown, reach: "cluster" }],
      volumes: [{ name: "config", backup: "daily" }],
    });
  });

  it("knows a chart's version, a load balancer's port, a port on a node, and whose key another reads", () => {
    expect(of("harbor")?.versions).toMatchObject([{ kind: "chart", name: "harbor", reference: "https://helm.goharbor.io" }]);
    expect(of("harbor")?.secrets.find(({ key }) => key === "REDIS_PASSWORD")).toMatchObject({ owner: "redis" });
    expect(of("harness")?.ports.find(({ name }) => name === "ssh")).toMatchObject({ port: 3022, reach: "address" });
    expect(of("metallb")?.hostPorts).toContain(7946);
    expect(of("organizr")?.versions).toMatchObject([{ version: "latest" }]);
  });

  it("tells what runs pods from what does not, and databases from services", () => {
    expect([of("namespaces")?.kind, of("harbor-db")?.kind, of("harbor")?.kind]).toEqual(["configuration", "database", "service"]);
    expect(of("namespaces")).not.toHaveProperty("podSecurity");
  });

  it("holds no value of a secret: keys and their places only", () => {
    for (const secret of catalog.services.flatMap(({ secrets }) => secrets)) expect(Object.keys(secret).filter((key) => !["key", "remote", "owner"].includes(key))).toEqual([]);
  });

  it("has every machine on its host", () => {
    expect(catalog.hosts.flatMap(({ machines }) => machines.map(({ name }) => name)).sort()).toEqual(Object.keys(home.stack.machines).sort());
  });

  it("names what the stack switches off, and nothing of it among the services", () => {
    const own = catalogOf(homelab(loadStack("production")));
    expect(own.off.map(({ name }) => name)).toContain("cloudflared");
    expect(own.services.some(({ name }) => name === "cloudflared")).toBe(false);
    expect(catalog.off.map(({ name }) => name)).toEqual(["catalog"]);
  });

  it("carries the day of a version to its version alone", () => {
    const { version = "" } = of("sonarr")?.versions[0] ?? {};
    const dated = catalogOf(home, { since: new Map([[pinOf("sonarr", version), "2026-01-02"]]) });
    const days = dated.services.flatMap(({ name, versions }) => versions.flatMap(({ since }) => (since === undefined ? [] : [[name, since]])));
    expect(days).toEqual([["sonarr", "2026-01-02"]]);
  });
});
