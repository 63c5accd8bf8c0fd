import { describe, expect, it } from "vitest";
import { categories, folders, OBJECTS_PER_SERVICE, random, type Folder } from "./homelab.ts";

const size = { services: 500, seed: 7 };
const made = folders(size);

function kinds({ objects }: Folder): string[] {
  return objects.map(({ kind }) => kind).sort();
}

describe("the made-up homelab", () => {
  it("passes the registry at 500 services, with a folder for each", () => {
    expect(new Set(made.map(({ path }) => path)).size).toBe(500);
  });

  it("has the promised number of objects in every folder, whatever its service is like", () => {
    expect(made.filter(({ objects }) => objects.length !== OBJECTS_PER_SERVICE + 1)).toEqual([]);
  });

  it("has services with a route and services with an address of their own", () => {
    const shared = ["Application", "Deployment", "ExternalSecret", "NetworkPolicy", "PersistentVolumeClaim", "Service", "ServiceAccount"];
    const expected = [[...shared, "Certificate", "IngressRoute"], [...shared, "ConfigMap", "Service"]].map((all) => all.sort().join());
    expect(new Set(made.map((folder) => kinds(folder).join()))).toEqual(new Set(expected));
  });

  it("is the same for the same seed, and another for another", () => {
    expect(folders(size)).toEqual(made);
    expect(folders({ ...size, seed: 8 })).not.toEqual(made);
  });

  it("gives the registry something to check: hosts, addresses, peers and an order", () => {
    const facts = categories(size).flatMap(({ services }) => services.map((service) => service.facts));
    const hosts = facts.flatMap(({ host }) => host ?? []);
    const addresses = facts.flatMap(({ loadBalancer }) => loadBalancer?.address ?? []);
    expect([new Set(hosts).size, new Set(addresses).size]).toEqual([475, 25]);
    expect(new Set(facts.map(({ layer }) => layer))).toEqual(new Set(["core", "platform", "apps"]));
    expect(facts.filter(({ talksTo }) => talksTo.length > 0).length).toBeGreaterThan(300);
    expect(facts.filter(({ needs }) => needs.length > 0).length).toBeGreaterThan(200);
  });
});

describe("random", () => {
  it("stays within its limit and reaches every number below it", () => {
    const below = random(1);
    expect(new Set(Array.from({ length: 1000 }, () => below(5)))).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it("gives the numbers of Mulberry32", () => {
    const below = random(1);
    expect(Array.from({ length: 3 }, () => below(2 ** 32))).toEqual([2693262067, 11749833, 2265367787]);
  });
});
