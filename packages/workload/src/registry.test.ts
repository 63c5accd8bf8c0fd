import { objectId, type Bytes, type Cpu, type KubernetesObject } from "@rzp/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { category, helmWorkload, LAYERS, NAME_MAX, postgresDatabase, registry, RegistryError, serviceObjects, workload, type Capacity, type Category, type Declaration, type PostgresArgs, type WorkloadArgs } from "./manifests.ts";
import { BASIC, lab, SITE } from "./site.test-data.ts";

const app = (change: Partial<WorkloadArgs> = {}): Declaration => workload({ ...BASIC, ...change });
const chart = (change: Partial<Parameters<typeof helmWorkload>[0]> = {}): Declaration =>
  helmWorkload({ chart: { repoURL: "oci://quay.io/charts", name: "chart", version: "v1.2.3" }, ...change });
const onNode = (port: number): Declaration => app({ port, host: false, relax: { hostNetwork: "it answers broadcasts of the home network" } });
const balanced = (address: string, port = 8080): Declaration => app({ port, loadBalancer: { address, ports: [{ name: "x", port }] } });
const asking = (memory: Bytes, cpu: Cpu = "50m", replicas = 1): Declaration => app({ replicas, resources: { memory, cpu } });
const keeping = (size: Bytes, storageClass?: string): Declaration => app({ volumes: { data: { size, mountPath: "/data", backup: "daily", ...(storageClass === undefined ? {} : { storageClass }) } } });
const reading = (remote: string): Declaration => app({ secrets: [{ key: "TOKEN", remote }] });
const database = (change: Partial<PostgresArgs> = {}): Declaration => postgresDatabase({ operator: "postgresql", size: "1Gi", backup: { none: "it can be made again at any time" }, ...change });
const volume = (name: string): Partial<WorkloadArgs> => ({ volumes: { [name]: { size: "1Gi", mountPath: "/data", backup: "daily" } } });

/** Two machines that run pods, so that one may be lost, and three disks for three copies. */
const CAPACITY: Capacity = { nodes: [{ name: "worker-1", cpu: "4", memory: "16Gi" }, { name: "worker-2", cpu: "2", memory: "8Gi" }], dataDisks: ["100Gi", "100Gi", "100Gi"] };

function problemsOf(categories: readonly Category[]): readonly string[] {
  try {
    registry(categories, { ...SITE, capacity: CAPACITY }, { fileOf: ({ category: folder, name }) => `src/${folder}/${name}.ts`, reserved: ["homelab"], switchedOff: ["off"] });
  } catch (error) {
    if (error instanceof RegistryError) return error.problems;
    throw error;
  }
  return [];
}

describe("a mistake in a declaration", () => {
  it("is told with the place of the declaration, which does not know it itself", () => {
    expect(() => category("apps/media", { sonarr: app({ port: 0 }) })).toThrow('Workload "sonarr": port is 0. Use 1 to 65535. Declared in src/services/apps/media/sonarr.ts.');
    expect(() => category("apps/media", { sonarr: app({ volumes: { config: { size: "1Gi", mountPath: "/config" } as never } }) })).toThrow(/backup.* Declared in src\/services\/apps\/media\/sonarr\.ts\.$/);
  });
});

describe("services that do not fit together", () => {
  it.each<[string, Category[], string[]]>([
    ["a name twice", [category("apps", { a: app({ host: "x" }) }), category("apps/b", { a: app({ host: "y" }) }, { namespace: "b" })], ["a (src/apps/b/a.ts) wants the name a, which a (src/apps/a.ts) has."]],
    ["a layer's name, which is a root Application's", [category("apps", { core: app() })], ["core (src/apps/core.ts) has the name of a root Application, which its own would replace. Call it something else."]],
    ["a name that is kept for another", [category("apps", { homelab: app() })], ["homelab (src/apps/homelab.ts) has the name of a root Application, which its own would replace. Call it something else."]],
    ["a host twice", [category("apps", { a: app({ host: "x" }), b: app({ host: "x" }) })], ["b (src/apps/b.ts) wants the host x, which a (src/apps/a.ts) has."]],
    ["an address twice, on other ports", [category("apps", { a: balanced("10.0.20.200", 80), b: balanced("10.0.20.200", 81) })], ["b (src/apps/b.ts) wants the address 10.0.20.200, which a (src/apps/a.ts) has."]],
    ["an address outside the pool", [category("apps", { a: balanced("10.0.20.100") })], ["a (src/apps/a.ts) wants the address 10.0.20.100, which lies outside the pool 10.0.20.200-10.0.20.219. Set apps.a.address in the stack."]],
    ["a node's port twice", [category("apps", { a: onNode(80), b: onNode(80) })], ["b (src/apps/b.ts) wants the node port 80, which a (src/apps/a.ts) has."]],
    ["one claim by two names", [category("apps", { a: app(volume("b-c")), "a-b": app(volume("c")) }, { namespace: "n" })], ["a-b (src/apps/a-b.ts) wants the claim n/a-b-c, which a (src/apps/a.ts) has."]],
    ["one Service by two names", [category("apps", { a: balanced("10.0.20.200"), "a-lb": app() }, { namespace: "n" })], ["a-lb (src/apps/a-lb.ts) wants the Service n/a-lb, which a (src/apps/a.ts) has."]],
    ["a Service that a database's operator makes", [category("core", { op: chart() }), category("apps", { "a-db": postgresDatabase({ size: "1Gi", operator: "op", backup: { none: "everything in it can be made again" } }), "a-db-rw": app() }, { namespace: "n" })], ["a-db-rw (src/apps/a-db-rw.ts) wants the Service n/a-db-rw, which a-db (src/apps/a-db.ts) has."]],
    ["one Secret by two names", [category("apps", { a: app(), "a-tls": app({ secrets: ["A"] }) }, { namespace: "n" })], ["a-tls (src/apps/a-tls.ts) wants the Secret n/a-tls, which a (src/apps/a.ts) has."]],
    ["one Secret of files by two names", [category("apps", { a: app({ secretFiles: { "/a": "A" } }), "a-files": app({ secrets: ["A"] }) }, { namespace: "n" })], ["a-files (src/apps/a-files.ts) wants the Secret n/a-files, which a (src/apps/a.ts) has."]],
    ["a service that is a folder", [category("apps", { media: app() }), category("apps/media", { a: app() })], ["media (src/apps/media.ts) is in the way of a (src/apps/media/a.ts), whose folder is below it."]],
    ["a chart beside somebody", [category("core", { a: chart(), b: app() }, { namespace: "n" })], ["a (src/core/a.ts) is a chart and needs a namespace of its own: b (src/core/b.ts) is in n, too."]],
    ["talksTo a service that does not exist", [category("apps", { sonarr: app({ talksTo: ["prowlar"] }), prowlarr: app() })], ['sonarr (src/apps/sonarr.ts) talks to prowlar, which is no service. Did you mean "prowlarr"?']],
    ["talksTo a service without ports", [category("apps", { a: app({ talksTo: ["c"] }) }), category("core", { c: chart() })], ["a (src/apps/a.ts) talks to c (src/core/c.ts), which names no port to dial."]],
    ["talksTo a service whose ports are for no peer", [category("apps", { a: app({ talksTo: ["c"] }), c: chart({ ports: [{ name: "x", port: 1, peers: false }], namespace: "d" }) })], ["a (src/apps/a.ts) talks to c (src/apps/c.ts), which names no port to dial."]],
    ["needs a service that does not exist", [category("apps", { a: app({ needs: ["zzzzzz"] }) })], ["a (src/apps/a.ts) needs zzzzzz, which is no service. Known are: a."]],
    ["needs a later layer", [category("apps", { a: app() }), category("core", { c: chart({ needs: ["a"] }) })], ["c (src/core/c.ts) needs a (src/apps/a.ts), whose layer apps comes up after core."]],
    ["needs in a cycle", [category("apps", { a: app({ needs: ["b"] }), b: app({ needs: ["c"] }), c: app({ needs: ["a"] }) })], ["a (src/apps/a.ts) needs itself: a -> b -> c -> a."]],
    ["a root Application's name of another layer", [category("apps", { platform: app() })], ["platform (src/apps/platform.ts) has the name of a root Application, which its own would replace. Call it something else."]],
    ["a host twice in two layers", [category("core", { a: chart({ route: { host: "x", service: "s", port: 80 } }) }), category("apps", { b: app({ host: "x" }) })], ["b (src/apps/b.ts) wants the host x, which a (src/core/a.ts) has."]],
    ["an address twice, a chart's and a workload's", [category("core", { a: chart({ loadBalancer: { address: "10.0.20.200", ports: [{ name: "x", port: 80 }] } }) }), category("apps", { b: balanced("10.0.20.200") })], ["b (src/apps/b.ts) wants the address 10.0.20.200, which a (src/core/a.ts) has."]],
    ["a chart's address outside the pool", [category("core", { a: chart({ loadBalancer: { address: "10.0.20.220", ports: [{ name: "x", port: 80 }] } }) })], ["a (src/core/a.ts) wants the address 10.0.20.220, which lies outside the pool 10.0.20.200-10.0.20.219. Set core.a.address in the stack."]],
    ["a node's port twice, a chart's and a workload's", [category("core", { a: chart({ hostPorts: [80] }) }), category("apps", { b: onNode(80) })], ["b (src/apps/b.ts) wants the node port 80, which a (src/core/a.ts) has."]],
    ["the kubelet's port", [category("apps", { a: onNode(10_250) })], ["a (src/apps/a.ts) wants the node port 10250, which the kubelet has."]],
    ["kube-proxy's port", [category("apps", { a: onNode(10_256) })], ["a (src/apps/a.ts) wants the node port 10256, which kube-proxy has."]],
    ["Talos' own port", [category("core", { a: chart({ hostPorts: [50_000] }) })], ["a (src/core/a.ts) wants the node port 50000, which Talos has."]],
    ["two charts in one namespace", [category("core", { a: chart({ namespace: "n" }), b: chart({ namespace: "n" }) })], ["a (src/core/a.ts) is a chart and needs a namespace of its own: b (src/core/b.ts) is in n, too.", "b (src/core/b.ts) is a chart and needs a namespace of its own: a (src/core/a.ts) is in n, too."]],
    ["talksTo a service that is switched off", [category("apps", { a: app({ talksTo: ["off"] }) })], ["a (src/apps/a.ts) talks to off, which is switched off. Switch it on, or leave its name out."]],
    ["needs a service that is switched off", [category("apps", { a: app({ needs: ["off"] }) })], ["a (src/apps/a.ts) needs off, which is switched off. Switch it on, or leave its name out."]],
    ["needs each other", [category("apps", { a: app({ needs: ["b"] }), b: app({ needs: ["a"] }) })], ["a (src/apps/a.ts) needs itself: a -> b -> a."]],
    ["two layers that talk in a circle", [category("core", { c: app({ talksTo: ["a"] }) }), category("apps", { a: app({ talksTo: ["c"] }) })], ["c (src/core/c.ts) talks to a (src/apps/a.ts), whose layer apps comes up after core and leads back: c -> a -> c."]],
    ["three that talk in a circle over two layers", [category("core", { c: app({ talksTo: ["a"] }) }), category("apps", { a: app({ talksTo: ["b"] }), b: app({ talksTo: ["c"] }) })], ["c (src/core/c.ts) talks to a (src/apps/a.ts), whose layer apps comes up after core and leads back: c -> a -> b -> c."]],
    ["a layer that talks to one that needs it", [category("core", { c: app({ talksTo: ["a"] }) }), category("apps", { a: app({ needs: ["c"] }) })], ["c (src/core/c.ts) talks to a (src/apps/a.ts), whose layer apps comes up after core and leads back: c -> a -> c."]],
    ["a database whose operator does not exist", [category("apps", { "a-db": database() })], ["a-db (src/apps/a-db.ts) needs postgresql, which is no service. Known are: a-db."]],
    ["a database whose operator comes later", [category("core", { "a-db": database() }), category("platform", { postgresql: chart() })], ["a-db (src/core/a-db.ts) needs postgresql (src/platform/postgresql.ts), whose layer platform comes up after core."]],
    ["a database and a workload of one name", [category("platform", { postgresql: chart() }), category("apps", { x: database() }, { namespace: "n" }), category("apps/y", { x: app({ host: "y" }) }, { namespace: "m" })], ["x (src/apps/y/x.ts) wants the name x, which x (src/apps/x.ts) has."]],
    ["a secret in nobody's folder", [category("apps", { a: reading("/shared/TOKEN") })], ["a (src/apps/a.ts) reads TOKEN from /shared/TOKEN, which lies in no service's folder. Known are: /apps/a."]],
    ["a secret in no folder", [category("apps", { a: reading("/TOKEN") })], ["a (src/apps/a.ts) reads TOKEN from /TOKEN, which lies in no service's folder. Known are: /apps/a."]],
    ["a secret beside the services of a folder", [category("apps/media", { a: reading("/apps/media/TOKEN") })], ["a (src/apps/media/a.ts) reads TOKEN from /apps/media/TOKEN, which lies in no service's folder. Did you mean \"/apps/media/a\"?"]],
    ["a secret in a misspelt folder", [category("apps/media", { sonarr: app(), b: reading("/apps/media/sonar/TOKEN") })], ['b (src/apps/media/b.ts) reads TOKEN from /apps/media/sonar/TOKEN, which lies in no service\'s folder. Did you mean "/apps/media/sonarr"?']],
    ["a secret that its owner does not declare", [category("apps", { a: app({ secrets: ["PASSWORD"] }), b: reading("/apps/a/PASSWRD") })], ['b (src/apps/b.ts) reads TOKEN from /apps/a/PASSWRD, which a (src/apps/a.ts) does not declare. Did you mean "/apps/a/PASSWORD"?']],
    ["a secret of somebody who has none", [category("apps", { a: app(), b: reading("/apps/a/TOKEN") })], ["b (src/apps/b.ts) reads TOKEN from /apps/a/TOKEN, which a (src/apps/a.ts) does not declare. None is known here."]],
    ["a secret two read, and nobody owns", [category("apps", { a: reading("/apps/x/TOKEN"), b: reading("/apps/x/TOKEN") })], ["a (src/apps/a.ts)", "b (src/apps/b.ts)"].map((who) => `${who} reads TOKEN from /apps/x/TOKEN, which lies in no service's folder. Did you mean "/apps/a"?`)],
    ["one pod that no machine can hold", [category("apps", { a: asking("20Gi") })], ["a (src/apps/a.ts) asks for 20Gi of memory, and no machine has more than 16Gi (worker-1).", "The services ask for 20Gi of memory, but without worker-1 the others (worker-2) have 8Gi. The most by a (src/apps/a.ts) with 20Gi."]],
    ["one pod with more CPU than any machine", [category("apps", { a: asking("1Gi", "6") })], ["a (src/apps/a.ts) asks for 6 of CPU, and no machine has more than 4 (worker-1).", "The services ask for 6 of CPU, but without worker-1 the others (worker-2) have 2. The most by a (src/apps/a.ts) with 6."]],
    ["more memory than is left when a machine is lost", [category("apps", { a: asking("6Gi"), b: asking("3Gi") })], ["The services ask for 9Gi of memory, but without worker-1 the others (worker-2) have 8Gi. The most by a (src/apps/a.ts) with 6Gi, b (src/apps/b.ts) with 3Gi."]],
    ["more memory by replicas", [category("apps", { a: asking("3Gi", "50m", 3) })], ["The services ask for 9Gi of memory, but without worker-1 the others (worker-2) have 8Gi. The most by a (src/apps/a.ts) with 9Gi."]],
    ["more CPU than is left when a machine is lost", [category("apps", { a: asking("1Gi", "1500m"), b: asking("1Gi", "600m") })], ["The services ask for 2.1 of CPU, but without worker-1 the others (worker-2) have 2. The most by a (src/apps/a.ts) with 1.5, b (src/apps/b.ts) with 0.6."]],
    ["more than the disks hold in copies", [category("apps", { a: keeping("60Gi"), b: keeping("50Gi") })], ["The volumes take 330Gi with 3 copies of each, but the data disks have 300Gi. The most by a (src/apps/a.ts) with 180Gi, b (src/apps/b.ts) with 150Gi."]],
    ["more than the disks hold, in one copy among others", [category("apps", { a: keeping("90Gi"), b: keeping("40Gi", "single") })], ["The volumes take 310Gi with 3 copies of each, but the data disks have 300Gi. The most by a (src/apps/a.ts) with 270Gi, b (src/apps/b.ts) with 40Gi."]],
    ["a volume that no disk can hold", [category("apps", { a: keeping("101Gi") })], ["a (src/apps/a.ts) wants 101Gi for data, and no data disk has more than 100Gi."]],
  ])("are refused: %s", (_, categories, problems) => {
    expect(problemsOf(categories)).toEqual(problems);
  });

  it("are not those that just fit: what is left when a machine is lost, and what the disks hold", () => {
    expect(problemsOf([category("apps", { a: asking("7Gi", "1950m"), b: app({ resources: { memory: "1Gi" }, volumes: { data: { size: "100Gi", mountPath: "/data", backup: "daily" } } }) })])).toEqual([]);
  });

  it("are not those that read another's key, or one of a service that is switched off; nor those that talk to a later layer which does not talk back", () => {
    expect(problemsOf([category("core", { c: app({ talksTo: ["a"], secrets: ["TOKEN"] }) }), category("apps", { a: reading("/core/c/TOKEN"), b: reading("/apps/off/TOKEN") })])).toEqual([]);
  });

  it("are not refused for want of room where nothing is known of the machines, or the only one would be lost", () => {
    const large = [category("apps", { a: asking("12Gi") })];
    expect(() => registry(large, SITE)).not.toThrow();
    expect(() => registry(large, { ...SITE, capacity: { ...CAPACITY, nodes: [{ name: "one", cpu: "4", memory: "16Gi" }] } })).not.toThrow();
  });

  it("are not 500 that do fit", () => {
    const names = Array.from({ length: 500 }, (_, index) => `s${index}`);
    const declaration = (index: number): Declaration => app({ ...volume("data"), secrets: ["KEY"], resources: { memory: "16Mi", cpu: "1m" }, talksTo: names.slice(Math.max(0, index - 3), index), needs: names.slice(Math.max(0, index - 2), index) });
    const categories = Map.groupBy(names, (_, index) => `${["core", "platform", "apps"][Math.floor(index / 167)] ?? "apps"}/f${index % 10}`);
    const all = [...categories].map(([path, inside]) => category(path, Object.fromEntries(inside.map((name) => [name, declaration(names.indexOf(name))]))));
    const room = { ...SITE, capacity: { ...CAPACITY, dataDisks: Array.from({ length: 15 }, (): Bytes => "100Gi") } };
    const checked = registry(all, room);
    expect([checked.services.length, checked.waves.size, checked.context(room).services.length]).toEqual([500, 500, 500]);
  });

  it("are all told at once, with both files", () => {
    const categories = [category("apps", { a: app({ host: "x", talksTo: ["nobody"] }), b: app({ host: "x" }) })];
    const message = "The services do not fit together:\n  b (apps/b) wants the host x, which a (apps/a) has.\n  a (apps/a) talks to nobody, which is no service. Known are: a, b.";
    expect(() => registry(categories, SITE)).toThrow(expect.objectContaining({ name: "RegistryError", message }));
  });

  it("are not those that take one port number over TCP and UDP", () => {
    expect(problemsOf([category("apps", { dns: app({ relax: { hostNetwork: "it answers the home's name requests" }, ports: [{ name: "dns", port: 53 }, { name: "dns-udp", port: 53, protocol: "UDP" }] }) })])).toEqual([]);
  });

  it("are asked for by name", () => {
    const { context } = lab([category("apps", { sonarr: app() })]);
    expect(context.service("sonarr").name).toBe("sonarr");
    expect(() => context.service("sonar")).toThrow('sonar is not a service. Did you mean "sonarr"?');
  });
});

describe("waves", () => {
  it("come one after what is needed in the same layer; an earlier layer is up already", () => {
    const { all } = lab([category("core", { c: chart(), d: chart({ needs: ["c"] }) }), category("apps", { a: app({ needs: ["d"] }), b: app({ needs: ["a", "e"] }), e: app({ needs: ["a"] }) })]);
    expect(Object.fromEntries(all.waves)).toEqual({ c: 0, d: 1, a: 0, e: 1, b: 2 });
  });

  it("that a declaration fixes are kept, and refused where a need is later", () => {
    const fixed = (wave: number, needs: readonly string[] = []): Declaration => ({ ...app(), facts: (id) => ({ ...app({ needs }).facts(id), wave }), override: () => app() });
    expect(lab([category("apps", { a: fixed(-1), b: app({ needs: ["a"] }) })]).all.waves).toEqual(new Map([["a", -1], ["b", 0]]));
    expect(problemsOf([category("apps", { a: app(), b: fixed(0, ["a"]) })])).toEqual(["b (src/apps/b.ts) is in wave 0, but needs a (src/apps/a.ts), which comes up in wave 0."]);
  });
});

/** Any homelab that fits together: services over folders and layers, each talking to and needing those before it. */
const homelabs = fc
  .array(fc.record({ folder: fc.constantFrom("core", "platform/data", "apps", "apps/media", "apps/media/acquisition"), picks: fc.array(fc.nat(), { maxLength: 4 }), kind: fc.constantFrom("plain", "full", "chart"), label: fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}$/) }), { minLength: 1, maxLength: 12 })
  .map((raw) => [...raw].sort((a, b) => LAYERS.findIndex((layer) => a.folder.startsWith(layer)) - LAYERS.findIndex((layer) => b.folder.startsWith(layer))))
  .map((raw) => {
    const named = raw.map((one, index) => ({ ...one, name: `${one.label}-x${index}` }));
    return named.map(({ folder, kind, picks, name }, index) => {
      const before = named.slice(0, index);
      const some = [...new Set(picks.map((pick) => before[pick % Math.max(1, before.length)]?.name).filter((one) => one !== undefined))];
      const talksTo = some.filter((one) => before.find((other) => other.name === one)?.kind !== "chart");
      const full: Partial<WorkloadArgs> = { ...volume("data"), secrets: ["TOKEN"], files: { "/etc/a.conf": "a" }, seed: { "/data/b.conf": "b" }, scratch: { "/cache": "1Gi" } };
      const declaration = kind === "chart" ? chart({ needs: some, talksTo, secrets: ["KEY"] }) : app({ needs: some, talksTo, ...(kind === "full" ? full : {}) });
      return { folder, name, declaration };
    });
  });

type Placed = readonly { folder: string; name: string; declaration: Declaration }[];

function categoriesOf(services: Placed): Category[] {
  const byFolder = Map.groupBy(services, ({ folder }) => folder);
  return [...byFolder].map(([folder, inside]) => category(folder, Object.fromEntries(inside.map(({ name, declaration }) => [name, declaration]))));
}

function render(categories: readonly Category[]): { id: string; object: KubernetesObject }[] {
  const { all, context } = lab(categories);
  return all.services.flatMap((service) => serviceObjects(service, all, context).map((object) => ({ id: objectId(object), object })));
}

describe("the law", () => {
  it("is that a render depends on nothing but what is declared, in whatever order", () => {
    fc.assert(
      fc.property(homelabs.chain((services) => fc.tuple(fc.constant(services), fc.shuffledSubarray(services, { minLength: services.length }))), ([services, shuffled]) => {
        expect(JSON.stringify(render(categoriesOf(shuffled)))).toBe(JSON.stringify(render(categoriesOf(services).reverse())));
      }),
      { numRuns: 40 },
    );
  });

  it("is that no two objects share a name, and that every name, label and key is one the server takes", () => {
    fc.assert(
      fc.property(homelabs, (services) => {
        const objects = render(categoriesOf(services));
        expect(new Set(objects.map(({ id }) => id)).size).toBe(objects.length);
        for (const { object } of objects) {
          expect(object.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
          for (const value of Object.values(object.metadata.labels ?? {})) expect(value).toMatch(/^[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/);
          for (const key of Object.keys({ ...object.metadata.labels, ...object.metadata.annotations })) expect(key).toMatch(/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("is that a registry which fits has no two objects of one name, however the names were chosen", () => {
    const part = fc.constantFrom("a", "b", "lb", "tls", "a-b", "a-lb", "b-tls", "a-tls");
    const declared = fc.dictionary(part, fc.record({ claim: fc.constantFrom("b", "lb", "a-b"), isBalanced: fc.boolean(), hasSecret: fc.boolean() }), { minKeys: 1, maxKeys: 5 });
    fc.assert(
      fc.property(declared, (services) => {
        const declarations = Object.entries(services).map(([name, { claim, isBalanced, hasSecret }], index): [string, Declaration] => [
          name,
          app({ ...volume(claim), ...(isBalanced ? { loadBalancer: { address: `10.0.20.${200 + index}`, ports: [{ name: "x", port: 8080 }] } } : {}), ...(hasSecret ? { secrets: ["A"] } : {}) }),
        ]);
        const categories = [category("apps", Object.fromEntries(declarations), { namespace: "shared" })];
        fc.pre(problemsOf(categories).length === 0);
        const objects = render(categories);
        // Secrets are made in the cluster, by their ExternalSecret or Certificate.
        const secrets = objects.filter(({ object }) => ["ExternalSecret", "Certificate"].includes(object.kind)).map(({ object }) => (object.kind === "Certificate" ? `${object.metadata.name}-tls` : object.metadata.name));
        expect(new Set(objects.map(({ id }) => id)).size).toBe(objects.length);
        expect(new Set(secrets).size).toBe(secrets.length);
      }),
      { numRuns: 200 },
    );
  });

  it("is that everything comes up after what it needs: an earlier layer, or an earlier wave", () => {
    fc.assert(
      fc.property(homelabs, (services) => {
        const { all, context } = lab(categoriesOf(services));
        const when = (name: string): number => LAYERS.indexOf(context.service(name).layer) * 1000 + (all.waves.get(name) ?? NaN);
        for (const { facts } of all.services) for (const need of facts.needs) expect(when(need)).toBeLessThan(when(facts.name));
      }),
    );
  });

  it("is that the longest name still makes valid ones", () => {
    const name = "n".repeat(NAME_MAX);
    const objects = render([category("apps", { [name]: app({ ...volume("v".repeat(20)), secrets: ["A"], files: { "/a": "" }, seed: { "/data/a": "" }, loadBalancer: { address: "10.0.20.200", ports: [{ name: "x", port: 8080 }] } }) })]);
    // A claim's name may be a subdomain of 253 characters; all others fit a label.
    for (const { object } of objects) expect(object.metadata.name.length).toBeLessThanOrEqual(object.kind === "PersistentVolumeClaim" ? 253 : 63);
  });
});
