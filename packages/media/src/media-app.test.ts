import { resolve } from "node:path";
import { ArgumentError, type KubernetesObject } from "@rzp/core";
import { at, byKind, loadedModules, record, valueOf } from "@rzp/testing";
import { category, registry, type Site } from "@rzp/workload/manifests";
import { describe, expect, it } from "vitest";
import { MediaApp, mediaApp, type MediaAppArgs } from "./index.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const BARE: Site = {
  domain: "home.example.com",
  timeZone: "Europe/Vienna",
  git: { repoURL: "https://git.example.com/homelab.git", revision: "main", path: "kubernetes" },
  storage: { className: "longhorn", replicas: 3, dataPath: "/var/mnt/longhorn" },
  secretStore: { name: "infisical", url: "https://eu.infisical.com", projectSlug: "homelab", environmentSlug: "prod", identity: { name: "identity", namespace: "external-secrets" } },
  certificates: { issuer: "letsencrypt", email: "me@example.com", zone: "example.com" },
  ingress: { namespace: "traefik", app: "traefik", route: { entryPoint: "websecure" } },
  network: { lan: "10.0.20.0/24", pods: "10.244.0.0/16", services: "10.96.0.0/12", apiServer: { addresses: ["10.0.20.11"], port: 6443 } },
  loadBalancerPool: ["10.0.20.200-10.0.20.219"],
};
const SITE: Site = { ...BARE, media: { server: "10.0.10.5", path: "/tank/media", mountPath: "/media", group: 3000 } };
const BASIC: MediaAppArgs = { image: `ghcr.io/example/app:1.2.3@${DIGEST}`, port: 8989, health: "/ping" };

function objectsOf(change: Partial<MediaAppArgs> = {}, site: Site = SITE): KubernetesObject[] {
  const all = registry([category("apps/media", { app: mediaApp({ ...BASIC, ...change }) })], site);
  return all.services[0]?.manifests(all.context(site)) ?? [];
}

function podOf(change: Partial<MediaAppArgs> = {}): unknown {
  return at(byKind(objectsOf(change), "Deployment"), "spec.template.spec");
}

function factsOf(change: Partial<MediaAppArgs> = {}): unknown {
  return mediaApp({ ...BASIC, ...change }).facts({ name: "app", category: "apps/media" });
}

const nfsOf = (pod: unknown): unknown[] => (at(pod, "volumes") as { nfs?: unknown }[]).filter(({ nfs }) => nfs !== undefined);
const mountsOf = (pod: unknown): { mountPath: string }[] => (at(pod, "containers.0.volumeMounts") as { name: string; mountPath: string }[]).filter(({ name }) => name.startsWith("media"));

describe("a media app", () => {
  it("has its configuration on a volume of its own that is backed up, and the time zone", () => {
    expect(byKind(objectsOf(), "PersistentVolumeClaim", "app-config")).toMatchObject({ metadata: { labels: { "rzp.dev/backup": "daily" } }, spec: { resources: { requests: { storage: "5Gi" } } } });
    expect(at(podOf(), "containers.0.volumeMounts.0")).toEqual({ name: "config", mountPath: "/config" });
    expect(at(podOf(), "containers.0.env")).toEqual([{ name: "TZ", value: "Europe/Vienna" }, { name: "UMASK", value: "002" }]);
    expect(at(byKind(objectsOf(), "Deployment"), "spec.strategy.type")).toBe("Recreate");
  });

  it("changes of the configuration volume what it says, and has further ones beside it", () => {
    const objects = objectsOf({ config: { size: "50Gi" }, volumes: { cache: { size: "1Gi", mountPath: "/cache", backup: { none: "it is made anew from the library" } } } });
    expect(byKind(objects, "PersistentVolumeClaim", "app-config").spec).toMatchObject({ resources: { requests: { storage: "50Gi" } } });
    expect(byKind(objects, "PersistentVolumeClaim", "app-cache").metadata.annotations).toMatchObject({ "rzp.dev/no-backup": "it is made anew from the library" });
  });

  it("without a library is a restricted workload of its own group", () => {
    expect(factsOf()).toMatchObject({ podSecurity: "restricted", relaxations: [] });
    expect(nfsOf(podOf())).toEqual([]);
    expect(at(podOf(), "securityContext")).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 });
  });

  it("keeps its defaults under a declaration's own values", () => {
    expect(at(podOf({ resources: { cpu: "1" }, env: { UMASK: "022" } }), "containers.0")).toMatchObject({
      resources: { requests: { cpu: "1", memory: "384Mi" }, limits: { memory: "2Gi" } },
      env: [{ name: "TZ" }, { name: "UMASK", value: "022" }],
    });
  });
});

describe("the library", () => {
  it("is ONE mount of the whole export for those who link from one folder to another", () => {
    const pod = podOf({ library: ["tv", "downloads"] });
    expect(nfsOf(pod)).toEqual([{ name: "media", nfs: { server: "10.0.10.5", path: "/tank/media" } }]);
    expect(mountsOf(pod)).toEqual([{ name: "media", mountPath: "/media" }]);
  });

  it("is the one folder alone for those who need no other, where all the others see it", () => {
    const pod = podOf({ library: ["downloads"] });
    expect(nfsOf(pod)).toEqual([{ name: "media-downloads", nfs: { server: "10.0.10.5", path: "/tank/media/downloads" } }]);
    expect(mountsOf(pod)).toEqual([{ name: "media-downloads", mountPath: "/media/downloads" }]);
  });

  it("is only the named folders, and only to read, for a reader", () => {
    const pod = podOf({ library: ["tv", "music"], readOnly: true });
    expect(nfsOf(pod)).toEqual([
      { name: "media-tv", nfs: { server: "10.0.10.5", path: "/tank/media/tv", readOnly: true } },
      { name: "media-music", nfs: { server: "10.0.10.5", path: "/tank/media/music", readOnly: true } },
    ]);
    expect(mountsOf(pod)).toEqual([{ name: "media-tv", mountPath: "/media/tv", readOnly: true }, { name: "media-music", mountPath: "/media/music", readOnly: true }]);
  });

  it("belongs to a group that every app which sees it runs with", () => {
    expect(at(podOf({ library: ["tv"] }), "securityContext")).toMatchObject({ runAsUser: 1000, runAsGroup: 3000, fsGroup: 3000 });
  });

  it("needs a baseline namespace, and says why on the Deployment", () => {
    expect(factsOf({ library: ["tv"] })).toMatchObject({ podSecurity: "baseline", relaxations: [{ what: "nfs" }] });
    expect(byKind(objectsOf({ library: ["tv", "downloads"] }), "Deployment").metadata.annotations).toEqual({
      "rzp.dev/allows-nfs": "the media library is one NFS export, so that a finished download is hard-linked into place and not copied",
      "rzp.dev/library": "tv,downloads",
    });
    expect(factsOf({ library: ["tv"], relax: { nfs: "the server has no iSCSI", writableRoot: "it patches itself at start" } })).toMatchObject({
      relaxations: [{ what: "writable-root" }, { what: "nfs", reason: "the server has no iSCSI" }],
    });
  });

  it.each([[["a/b", "a-b", "A-b", "a.b", "x".repeat(80)]], [["tv"]], [["Filme_2", "tv"]]])("has mounts of their own names and the same paths for all: %j", (library) => {
    const pod = podOf({ library, readOnly: true });
    expect(mountsOf(pod).map(({ mountPath }) => mountPath)).toEqual(library.map((folder) => `/media/${folder}`));
    const names = (at(pod, "volumes") as { name: string }[]).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });
});

describe("hardware transcoding", () => {
  it("on Intel takes the device and the groups that own it, and stays restricted", () => {
    expect(podOf({ gpu: "intel" })).toMatchObject({ securityContext: { supplementalGroups: [44, 104] }, containers: [{ resources: { limits: { "gpu.intel.com/i915": 1 } } }] });
    expect(factsOf({ gpu: "intel" })).toMatchObject({ podSecurity: "restricted" });
    expect(at(podOf({ gpu: "intel" }), "runtimeClassName")).toBeUndefined();
  });

  it("on NVIDIA takes the device and the runtime that hands it in", () => {
    expect(podOf({ gpu: "nvidia" })).toMatchObject({ runtimeClassName: "nvidia", containers: [{ resources: { limits: { "nvidia.com/gpu": 1 } } }] });
  });

  it("and the library go together", () => {
    expect(podOf({ gpu: "intel", library: ["tv"] })).toMatchObject({ securityContext: { supplementalGroups: [44, 104], fsGroup: 3000 } });
  });

  it("is off by default", () => {
    expect(JSON.stringify(podOf())).not.toMatch(/gpu|supplementalGroups|runtimeClassName/);
  });
});

describe("mistakes", () => {
  it.each<[string, Partial<MediaAppArgs>, string, Site?]>([
    ["a misspelt argument, which would leave the library out", { libary: ["tv"] } as Partial<MediaAppArgs>, 'libary is no argument here. Did you mean "library"?'],
    ["a misspelt size of the configuration volume", { config: { sizes: "1Gi" } } as Partial<MediaAppArgs>, 'config.sizes is no argument here. Did you mean "size"?'],
    ["a port that would be open to peers", { ports: [{ name: "x", port: 1, peer: false }] } as object, 'ports[0].peer is no argument here. Did you mean "peers"?'],
    ["a folder from the root", { library: ["/tv"] }, 'library[0] "/tv" is not a folder of the library. Name it below the export, without a / at either end.'],
    ["a folder that climbs out", { library: ["tv/../.."] }, 'library[0] "tv/../.." is not a folder of the library. Name it below the export, without a / at either end.'],
    ["a misspelt GPU, which would be none", { gpu: "intl" as never }, 'gpu is "intl". Did you mean "intel"?'],
    ["an empty folder", { library: ["tv", ""] }, 'library[1] "" is not a folder of the library. Name it below the export, without a / at either end.'],
    ["a folder twice", { library: ["tv", "tv"] }, 'library[1] "tv" is named twice. Name each folder once.'],
    ["reading nothing", { readOnly: true }, "readOnly is set, but no library is mounted. Name the folders in library."],
    ["a second configuration volume", { volumes: { config: { size: "1Gi", mountPath: "/c", backup: "daily" } } }, "volumes.config is the configuration volume. Change it in config."],
    ["a volume in the library's place", { library: ["tv"], volumes: { x: { size: "1Gi", mountPath: "/media/tv", backup: "daily" } } }, "mounts /media/tv twice: media-tv is there as well. Move the volume."],
    ["a volume of the library's name", { library: ["tv", "downloads"], volumes: { media: { size: "1Gi", mountPath: "/x", backup: "daily" } } }, "volumes.media is also the name of a mount. Choose another name."],
    ["a library where there is none", { library: ["tv"] }, "library is asked for, but the site has no media library. Add media: { server, path, group } to the stack.", BARE],
    ["what a workload refuses", { port: 0 }, "port is 0. Use 1 to 65535."],
    ["a reason that says nothing", { library: ["tv"], relax: { nfs: "yes" } }, "relax.nfs has no reason. Write down why the safe default cannot hold; it becomes an annotation."],
  ])("are refused: %s", (_case, change, message, site = SITE) => {
    expect(() => objectsOf(change, site)).toThrow(expect.objectContaining({ name: ArgumentError.name, message: `MediaApp "app": ${message} Declared in src/services/apps/media/app.ts.` }));
  });

  it("of an override are told in the media app's name", () => {
    const [service] = category("apps", { app: mediaApp(BASIC) }).services;
    expect(() => service?.override({ resources: { memory: "4Gi" } })).toThrow('MediaApp "app": resources.memory is 4Gi, more than the memoryLimit of 2Gi. Raise memoryLimit with it.');
    expect(service?.override({ resources: { memory: "1Gi" } }).facts.requests.memory).toBe("1Gi");
  });
});

describe("MediaApp", () => {
  it("is a Workload with its objects below it, and keeps its volumes when it goes", async () => {
    const { result, resources, find } = await record(() => new MediaApp("app", { ...BASIC, site: SITE, namespace: "media", library: ["tv", "downloads"] }));
    const app = find("rzp:media:MediaApp", "app");
    const inner = find("rzp:workload:Workload", "app");
    expect(inner.parentUrn).toBe(app.urn);
    expect(find("kubernetes:apps/v1:Deployment").parentUrn).toBe(inner.urn);
    expect(at(find("kubernetes:apps/v1:Deployment").inputs, "spec.template.spec.securityContext.fsGroup")).toBe(3000);
    expect(resources.filter(({ options }) => options.retainOnDelete).map(({ type }) => type)).toEqual(["kubernetes:core/v1:PersistentVolumeClaim"]);
    expect(result.nodes.objects).toHaveLength(resources.length - 2);
    expect(await valueOf(result.url)).toBe("http://app.media.svc:8989");
  });

  it("refuses a mistake before anything registers, in its own name", async () => {
    const { result, resources } = await record(() => {
      try {
        return new MediaApp("app", { ...BASIC, site: SITE, port: 0 });
      } catch (error) {
        return error;
      }
    });
    expect(result).toHaveProperty("message", 'MediaApp "app": port is 0. Use 1 to 65535.');
    expect(resources).toEqual([]);
  });

  it("needs no Pulumi SDK to be rendered", () => {
    expect(loadedModules(resolve(import.meta.dirname, "manifests.ts"), "@pulumi")).toEqual([]);
    expect(loadedModules(resolve(import.meta.dirname, "index.ts"), "@pulumi").length).toBeGreaterThan(0);
  });
});
