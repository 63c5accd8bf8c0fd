import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadedModules } from "@rzp/testing";
import { mediaApp } from "@rzp/media/manifests";
import { category, type Category } from "@rzp/workload/manifests";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { renderCommand, unlisted } from "./commands/render.ts";
import { loadStack } from "./config.ts";
import { homelab } from "./homelab.ts";
import { folders } from "./render.ts";
import { categories } from "./services/index.ts";

const stack = loadStack("production");

/** Everything that is rendered, as text. */
const rendered = (all: readonly Category[]): string => JSON.stringify(folders(homelab(stack, all)));

describe("what a stack changes of a service", () => {
  const digest = `sha256:${"0".repeat(64)}`;

  it("leaves out what is switched off", () => {
    const without = homelab({ ...stack, apps: { media: { streaming: { plex: { enabled: false } } } } }, withoutPlex());
    expect(without.context.services.map(({ name }) => name)).not.toContain("plex");
  });

  it("sets image, host and resources", () => {
    const changed = homelab({ ...stack, apps: { media: { acquisition: { sonarr: { imageTag: `5.0.0@${digest}`, host: "tv", resources: { memory: "1Gi" } } } } } });
    const sonarr = changed.context.service("sonarr");
    expect(sonarr).toMatchObject({ images: [`ghcr.io/home-operations/sonarr:5.0.0@${digest}`], host: "tv", requests: { memory: "1Gi" } });
  });

  it.each([
    ["a tag without a digest", { media: { acquisition: { sonarr: { imageTag: "5.0.0" } } } }, 'MediaApp "sonarr": imageTag "5.0.0" is no tag with a digest. Write it as 1.2.3@sha256:<digest>.'],
    ["a host that another service has", { media: { acquisition: { sonarr: { host: "radarr" } } } }, "wants the host radarr, which radarr (apps/deploy/src/services/apps/media/acquisition/radarr.ts) has."],
    ["somebody that others talk to", { media: { streaming: { plex: { enabled: false } } } }, "radarr (apps/deploy/src/services/apps/media/acquisition/radarr.ts) talks to plex, which is switched off. Switch it on, or leave its name out."],
  ])("refuses %s", (_, apps, message) => {
    expect(() => homelab({ ...stack, apps })).toThrow(message);
  });

  it.each([
    ["an image for a chart", { traefik: { imageTag: `1@${digest}` } }, 'HelmWorkload "traefik": imageTag cannot be set for a chart. Its images belong to the chart\'s version; change that in the declaration.'],
    ["a host for a service without a route", { metallb: { host: "lb" } }, 'HelmWorkload "metallb": host is set, but the service has no route. Leave it out, or give the declaration a route.'],
  ])("refuses %s", (_, core, message) => {
    expect(() => homelab({ ...stack, core })).toThrow(message);
  });

  function withoutPlex(): Category[] {
    return categories.map((one) => (one.path === "apps/media/acquisition" ? category(one.path, {}) : one));
  }
});

describe("laws of rendering", () => {
  it("depends on the declarations and not on their order", () => {
    const expected = rendered(categories);
    fc.assert(
      fc.property(fc.shuffledSubarray([...categories], { minLength: categories.length }), fc.integer(), (shuffled, turn) => {
        const order = shuffled.map(({ path, services }) => ({ path, services: turn % 2 === 0 ? services.toReversed() : [...services.slice(turn % 3), ...services.slice(0, turn % 3)] }));
        expect(rendered(order)).toBe(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("never loads the Pulumi SDK, which alone would cost a second", () => {
    expect(loadedModules(join(import.meta.dirname, "commands/render.ts"), "/@pulumi/")).toEqual([]);
    expect(loadedModules(join(import.meta.dirname, "machines/nodes.ts"), "/@pulumi/pulumi/").length).toBeGreaterThan(0);
  });
});

describe("render", () => {
  let base = "";
  const said: string[] = [];
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "rzp-render-"));
    said.length = 0;
    vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(base, { recursive: true });
  });
  const run = (check = false): Promise<number> => renderCommand({ stack: "production", check, base });

  it("changes nothing the second time, and the check agrees", async () => {
    expect(await run()).toBe(0);
    const file = join(base, "kubernetes/apps/media/acquisition/sonarr/deployment.yaml");
    const before = statSync(file, { bigint: true }).mtimeNs;
    expect(await run()).toBe(0);
    expect(said.at(-1)).toMatch(/^0 added, 0 changed, 0 removed, \d+ unchanged$/);
    expect(statSync(file, { bigint: true }).mtimeNs).toBe(before);
    expect(await run(true)).toBe(0);
  });

  it("names the file that was edited by hand, and writes nothing while checking", async () => {
    await run();
    const file = join(base, "kubernetes/core/metallb/application.yaml");
    const edited = readFileSync(file, "utf8").replace("0.16.1", "0.15.0");
    writeFileSync(file, edited);
    expect(await run(true)).toBe(1);
    expect(said.filter((line) => line.startsWith("kubernetes/"))).toEqual(["kubernetes/core/metallb/application.yaml was edited by hand. Make the change in its source."]);
    expect(readFileSync(file, "utf8")).toBe(edited);
  });
});

describe("a declaration that nobody listed", () => {
  it("is told, instead of being left out without a word", () => {
    expect(unlisted(["index.ts", "core/metallb.ts", "apps/media/acquisition/nobody-listed.ts", "apps/media/acquisition/index.ts"], categories)).toEqual([
      "apps/deploy/src/services/apps/media/acquisition/nobody-listed.ts is in no index, so it would be left out. Import it in its folder's index.ts and add its name, or remove the file.",
    ]);
  });
});

describe("one more service", () => {
  it("touches its own folder, the namespaces, and the policies of those it talks to and of the ingress controller", () => {
    const another = mediaApp({
      purpose: "Finds, fetches and files music.",
      image: `registry.example.com/one-more:1.0.0@sha256:${"1".repeat(64)}`,
      port: 8686,
      health: "/ping",
      library: ["music", "downloads"],
      env: { ONE_MORE__AUTH__METHOD: "Forms" },
      secrets: ["ONE_MORE__AUTH__APIKEY"],
      talksTo: ["prowlarr", "sabnzbd"],
      internet: true,
    });
    const more = [...categories, category("apps/media/more", { "one-more": another }, { namespace: "media" })];
    const [before, after] = [categories, more].map((all) => new Map(folders(homelab(stack, all)).flatMap(({ path, objects }) => objects.map((object) => [`${path}/${object.kind}/${object.metadata.name}`, JSON.stringify(object)]))));
    const changed = [...(after ?? [])].filter(([path, text]) => before?.get(path) !== text).map(([path]) => path);
    expect(changed.filter((path) => !path.startsWith("kubernetes/apps/media/more/one-more/"))).toEqual([
      "kubernetes/core/namespaces/Namespace/media",
      "kubernetes/core/traefik/NetworkPolicy/traefik",
      "kubernetes/apps/media/acquisition/prowlarr/NetworkPolicy/prowlarr",
      "kubernetes/apps/media/acquisition/sabnzbd/NetworkPolicy/sabnzbd",
    ]);
    expect(changed.filter((path) => path.startsWith("kubernetes/apps/media/more/one-more/")).map((path) => path.split("/")[5])).toEqual([
      "Application", "ServiceAccount", "ExternalSecret", "PersistentVolumeClaim", "Deployment", "Service", "NetworkPolicy", "Certificate", "IngressRoute",
    ]); // prettier-ignore
  });
});
