import { describe, expect, it } from "vitest";
import { catalogWith, service } from "../facts.test-data.ts";
import { age, backupOf, boxes, clock, daysBetween, find, meant, modelOf, total, type Filter } from "./model.ts";

const postgres = service("postgres", { layer: "platform", category: "platform/databases", purpose: "Runs databases.", volumes: [{ name: "data", size: "5Gi", backup: "daily" }] });
const reader = service("reader", { purpose: "Keeps books in postgres.", talksTo: ["postgres"], needs: ["postgres"], address: { host: "reader.example.com", exposure: "public", password: false }, ports: [{ port: 8080, protocol: "TCP", name: "http", who: [], reach: "cluster" }] });
const shelf = service("shelf", { managedBy: "postgres", talksTo: ["postgres"], secrets: [{ key: "API_TOKEN", remote: "/apps/shelf/API_TOKEN" }], podSecurity: "baseline", volumes: [{ name: "a", size: "1Gi", backup: "daily" }, { name: "b", size: "1Gi", backup: { none: "a cache" } }] });
const services = [postgres, reader, shelf];
const names = (filter: Filter): string[] => find(services, filter).map(({ name }) => name);

describe("find", () => {
  it.each<[what: string, filter: Filter, found: string[]]>([
    ["everything without a filter", {}, ["postgres", "reader", "shelf"]],
    ["by a part of the name", { q: "shel" }, ["shelf"]],
    ["by purpose, after those whose name it is", { q: "postgres" }, ["postgres", "reader"]],
    ["by port", { q: "8080" }, ["reader"]],
    ["by a secret's key, in whatever letters", { q: "api_token" }, ["shelf"]],
    ["only what has every word", { q: "  books   POSTGRES " }, ["reader"]],
    ["nothing", { q: "nobody" }, []],
    ["by layer", { layer: "platform" }, ["postgres"]],
    ["by folder", { category: "apps/home" }, ["reader", "shelf"]],
    ["by exposure", { exposure: "no address" }, ["postgres", "shelf"]],
    ["by backup", { backup: "in part" }, ["shelf"]],
    ["by pod security and words", { security: "restricted", q: "postgres" }, ["postgres", "reader"]],
    ["an unknown box", { layer: "moon" }, []],
  ])("%s", (_, filter, found) => {
    expect(names(filter)).toEqual(found);
  });
});

describe("boxes", () => {
  it("counts what choosing a box would show under the other filters, and keeps boxes that would show nothing", () => {
    expect(boxes(services, { exposure: "public", layer: "platform" }, "layer")).toEqual([["platform", 0], ["apps", 1]]);
    expect(boxes(services, {}, "backup")).toEqual([["daily", 1], ["no volumes", 1], ["in part", 1]]);
  });
});

describe("backupOf", () => {
  it.each<[what: string, backups: ("daily" | "weekly" | "none")[], said: string]>([
    ["no volumes", [], "no volumes"],
    ["all daily", ["daily", "daily"], "daily"],
    ["one weekly", ["daily", "weekly"], "weekly"],
    ["one not at all", ["daily", "none"], "in part"],
    ["none", ["none"], "none"],
  ])("%s", (_, backups, said) => {
    expect(backupOf({ volumes: backups.map((one) => ({ name: "x", size: "1Gi", backup: one === "none" ? { none: "why" } : one })) })).toBe(said);
  });
});

describe("modelOf", () => {
  it("turns every relation round", () => {
    const model = modelOf(catalogWith(services));
    expect(model.talkedToBy.get("postgres")).toEqual(["reader", "shelf"]);
    expect(model.neededBy.get("postgres")).toEqual(["reader"]);
    expect(model.runs.get("postgres")).toEqual(["shelf"]);
    expect(model.talkedToBy.get("reader")).toBeUndefined();
  });
});

describe("words", () => {
  it("names what was meant", () => {
    expect([meant(services, "raeder"), meant(services, " Shelv "), meant(services, "kubernetes")]).toEqual(["reader", "shelf", undefined]);
  });

  it.each<[days: number, said: string]>([[0, "today"], [1, "1 day ago"], [13, "13 days ago"], [14, "2 weeks ago"], [60, "8 weeks ago"], [61, "2 months ago"], [729, "23 months ago"], [731, "2 years ago"]])("%i days: %s", (days, said) => {
    expect(age(days)).toBe(said);
  });

  it("counts days over months, and never below none", () => {
    expect([daysBetween("2026-02-27", "2026-03-01"), daysBetween("2026-03-01", "2026-03-01"), daysBetween("2026-03-02", "2026-03-01")]).toEqual([2, 0, 0]);
  });

  it("adds sizes and says seconds", () => {
    expect([total([]), total(["512Mi", "1Gi"]), total(["900Gi", "200Gi"])]).toEqual(["0 B", "1.5 GiB", "1.1 TiB"]);
    expect([clock(0.4), clock(59.6), clock(125)]).toEqual(["0 s", "1 min 0 s", "2 min 5 s"]);
  });
});
