import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadedModules } from "@rzp/testing";
import { mediaApp } from "@rzp/media/manifests";
import { category, type Category, type ServiceOverride } from "@rzp/workload/manifests";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { renderCommand, unlisted } from "./commands/render.ts";
import { APP } from "./config.ts";
import { homelab, type Homelab } from "./homelab.ts";
import { folders } from "./render.ts";
import { categories } from "./services/index.ts";
import { wholeStack, withChange } from "./stacks.test-data.ts";

const stack = wholeStack();

/** Everything that is rendered, as text. */
const rendered = (all: readonly Category[]): string => JSON.stringify(folders(homelab(stack, all)));

describe("what a stack changes of a service", () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const sonarr = "apps/media/acquisition/sonarr";
  const plex = "apps/media/streaming/plex";

  it("leaves out what is switched off", () => {
    const alone = categories.map((one) => (one.path.startsWith("apps/") && one.path !== "apps/media/streaming" ? category(one.path, {}) : one));
    const names = (all: Homelab): string[] => all.context.services.map(({ name }) => name);
    expect(names(homelab(stack, alone))).toContain("plex");
    expect(names(homelab(withChange(stack, plex, { enabled: false }), alone))).not.toContain("plex");
  });

  it("sets image, host and resources", () => {
    const changed = homelab(withChange(stack, sonarr, { imageTag: `5.0.0@${digest}`, host: "tv", resources: { memory: "1Gi" } }));
    expect(changed.context.service("sonarr")).toMatchObject({ images: [`ghcr.io/home-operations/sonarr:5.0.0@${digest}`], host: "tv", requests: { memory: "1Gi" } });
  });

  it("sets the address of a load balancer, which another network needs", () => {
    const [range = ""] = homelab(stack).context.site.loadBalancerPool;
    const address = range.split(/[-/]/).at(-1) ?? "";
    expect(homelab(withChange(stack, plex, { address })).context.service("plex").loadBalancer?.address).toBe(address);
    expect(() => homelab(withChange(stack, plex, { address: "192.0.2.1" }))).toThrow("Set apps.media.streaming.plex.address in the stack.");
  });

  it.each<[string, string, ServiceOverride, string]>([
    ["a tag without a digest", sonarr, { imageTag: "5.0.0" }, 'MediaApp "sonarr": imageTag "5.0.0" is no tag with a digest. Write it as 1.2.3@sha256:<digest>.'],
    ["a host that another service has", sonarr, { host: "radarr" }, "wants the host radarr, which radarr (apps/deploy/src/services/apps/media/acquisition/radarr.ts) has."],
    ["somebody that others talk to", plex, { enabled: false }, "radarr (apps/deploy/src/services/apps/media/acquisition/radarr.ts) talks to plex, which is switched off. Switch it on, or leave its name out."],
    ["an image for a chart", "core/traefik", { imageTag: `1@${digest}` }, 'HelmWorkload "traefik": imageTag cannot be set for a chart. Its images belong to the chart\'s version; change that in the declaration.'],
    ["a host for a service without a route", "core/metallb", { host: "lb" }, 'HelmWorkload "metallb": host is set, but the service has no route. Leave it out, or give the declaration a route.'],
  ])("refuses %s", (_, service, change, message) => {
    expect(() => homelab(withChange(stack, service, change))).toThrow(message);
  });

  it("refuses a service with the root's name, which its own Application would replace", () => {
    const taken = category("apps/more", { homelab: mediaApp({ image: `registry.example.com/a:1@${digest}`, port: 80, health: "/" }) });
    expect(() => homelab(stack, [...categories, taken])).toThrow("has the name of a root Application");
  });
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

  it("writes nothing while a declaration stands in no index", async () => {
    const forgotten = join(APP, "src/services/core/forgotten-by-a-test.ts");
    writeFileSync(forgotten, "");
    try {
      await expect(run()).rejects.toThrow("apps/deploy/src/services/core/forgotten-by-a-test.ts is in no index");
      expect(said).toEqual([]);
    } finally {
      rmSync(forgotten);
    }
  });

  it("names the file that was edited by hand, and writes nothing while checking", async () => {
    await run();
    const file = join(base, "kubernetes/core/metallb/application.yaml");
    const edited = readFileSync(file, "utf8").replace(/targetRevision: \S+/, "targetRevision: 0.0.1");
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
  it("touches its own folder, and the views that list it: namespaces, policies between services, and Backstage's catalogue", () => {
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
      "kubernetes/shared-config/network-policies/NetworkPolicy/traefik-peers",
      "kubernetes/shared-config/network-policies/NetworkPolicy/prowlarr-peers",
      "kubernetes/shared-config/network-policies/NetworkPolicy/sabnzbd-peers",
      // What people look services up in, which starts anew to read the longer list.
      "kubernetes/apps/dev-tools/backstage/ConfigMap/backstage-files",
      "kubernetes/apps/dev-tools/backstage/Deployment/backstage",
    ]);
    expect(changed.filter((path) => path.startsWith("kubernetes/apps/media/more/one-more/")).map((path) => path.split("/")[5])).toEqual([
      "Application", "ServiceAccount", "ExternalSecret", "PersistentVolumeClaim", "Deployment", "Service", "NetworkPolicy", "Certificate", "IngressRoute",
    ]); // prettier-ignore
  });
});
