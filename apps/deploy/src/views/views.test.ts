import { join } from "node:path";
import { category, helmWorkload, postgresDatabase, workload, type Category } from "@rzp/workload/manifests";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { APP, loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { OBJECT_STORE } from "../object-store.ts";
import { view } from "../view.ts";
import { pages } from "./index.ts";
import { words } from "./markdown.ts";

// A stack of the tests' own: this homelab's is its owner's to change. It changes no service but those named here.
const stack = { ...loadStack("homelab", join(APP, "src/__fixtures__")), domain: "example.com", core: {}, platform: {}, apps: {} };
const image = `registry.example.com/group/app:1.2.3@sha256:${"1".repeat(64)}`;
const chart = { repoURL: "https://charts.example.com", name: "chart", version: "4.5.6" };

const CATEGORIES: readonly Category[] = [
  category("core", {
    rules: view({ purpose: "What belongs to all.", manifests: () => [] }),
    traefik: helmWorkload({ purpose: "Leads requests in.", chart, loadBalancer: { address: "10.0.20.200", ports: [{ name: "websecure", port: 443 }] }, network: { routes: true } }),
  }),
  category("platform/databases", { postgresql: helmWorkload({ chart, network: { api: true } }) }),
  category("platform/databases", { "shelf-db": postgresDatabase({ operator: "postgresql", size: "5Gi", backup: "daily", store: OBJECT_STORE }) }, { namespace: "databases" }),
  category("platform/backup", { minio: workload({ image, port: 9000, health: "tcp", host: false, volumes: { data: { size: "50Gi", mountPath: "/data", backup: { none: "it holds what others back up" } } } }) }),
  category(
    "apps/home",
    {
      shelf: workload({
        image,
        port: 8080,
        health: "/ping",
        purpose: "Keeps books | and <papers>.",
        upstream: "https://shelf.example.com",
        risks: ["No release since 2024; the successor is Rack."],
        exposure: "public",
        auth: "basic",
        ports: [{ name: "sync", port: 9999, protocol: "UDP", peers: false }],
        loadBalancer: { address: "10.0.20.210", ports: [{ name: "sync", port: 9999, protocol: "UDP" }] },
        secrets: ["TOKEN", { key: "DB_PASSWORD", remote: "/platform/databases/shelf-db/PASSWORD" }],
        volumes: { config: { size: "2Gi", mountPath: "/config", backup: "weekly" } },
        talksTo: ["shelf-db"],
        needs: ["shelf-db"],
        relax: { writableRoot: "it writes beside its binary" },
      }),
      reader: workload({ image, port: 8000, health: "tcp", talksTo: ["shelf"] }),
    },
    { namespace: "home" },
  ),
];

const all = new Map(pages(homelab(stack, CATEGORIES)).map(({ path, text }) => [path, text]));
const pageOf = (name: string): string => all.get(`docs/reference/${name}.md`) ?? `no page ${name}`;

describe("the reference", () => {
  it("is what a person reads (look at the snapshot when it changes)", async () => {
    const text = ["service-catalog/index", "service-catalog/shelf", "network-topology/index", "port-registry", "backup-inventory/index"].map(pageOf).join("\n\n---\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot("__snapshots__/reference.md");
  });

  it("has a page for every service, and links to no page that is not there", () => {
    for (const { services } of CATEGORIES) for (const { id } of services) expect(all.has(`docs/reference/service-catalog/${id.name}.md`)).toBe(true);
    for (const [path, text] of all) {
      for (const [, to = ""] of text.matchAll(/\]\(([^)#]+\.md)\)/g)) expect([path, to, all.has(join(path, "..", to))]).toEqual([path, to, true]);
    }
  });

  it("tells both ends who talks to whom, and whose a borrowed secret is", () => {
    expect(pageOf("service-catalog/shelf")).toContain("- is talked to by [reader](reader.md)");
    expect(pageOf("service-catalog/reader")).toContain("- talks to [shelf](shelf.md)");
    expect(pageOf("service-catalog/shelf")).toContain("`/platform/databases/shelf-db/PASSWORD`, of [shelf-db](shelf-db.md)");
  });

  it.each([
    ["a database goes its operator's way", "| [shelf-db](../service-catalog/shelf-db.md) | data | 5Gi | daily | base backups and write-ahead log |"],
    ["a volume goes to the target", "| [shelf](../service-catalog/shelf.md) | config | 2Gi | weekly | volume backup |"],
    ["what is not backed up says why", "| [minio](../service-catalog/minio.md) | data | 50Gi | it holds what others back up |"],
  ])("%s", (_, line) => {
    expect(pageOf("backup-inventory/index")).toContain(line);
  });

  it("tells where the backups of objects go, where somebody makes them", () => {
    const velero = category("platform/copies", { velero: workload({ image, port: 80, health: "tcp", host: false }) });
    const inventory = pages(homelab(stack, [...CATEGORIES, velero])).find(({ path }) => path.includes("backup-inventory"))?.text;
    expect(inventory).toContain("to `s3://velero` there, without the files of any volume.");
    expect(pageOf("backup-inventory/index")).not.toContain("velero");
  });

  it("warns of backups that are none: snapshots beside the data", () => {
    const inventory = pages(homelab({ ...stack, backups: undefined }, CATEGORIES)).find(({ path }) => path.includes("backup-inventory"))?.text;
    expect(inventory).toContain("only snapshots, on the same disks");
    expect(inventory).toContain("| weekly | snapshots |");
  });

  it("says that a port is not for peers, and what of it is everybody's", () => {
    expect(pageOf("service-catalog/shelf")).toContain("| 9999/UDP | sync | everybody, at 10.0.20.210 |");
    expect(pageOf("service-catalog/shelf")).toContain("| 8080/TCP | http | services that talk to it; the ingress controller |");
  });

  it("keeps words words, whatever is in them: one line, and no cell, tag or emphasis more", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(words(text)).not.toMatch(/\n|(?<!\\)(\\\\)*[|<*[\]]/);
        expect(words(text).replace(/\\([\\|<*[\]])/g, "$1")).toBe(text.replace(/\s+/g, " "));
      }),
    );
  });
});
