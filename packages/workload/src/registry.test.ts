import { objectId, type KubernetesObject } from "@rzp/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { category, helmWorkload, LAYERS, NAME_MAX, registry, RegistryError, serviceApplication, workload, type Category, type Declaration, type WorkloadArgs } from "./manifests.ts";
import { BASIC, lab, SITE } from "./site.test-data.ts";

const app = (change: Partial<WorkloadArgs> = {}): Declaration => workload({ ...BASIC, ...change });
const chart = (change: Partial<Parameters<typeof helmWorkload>[0]> = {}): Declaration =>
  helmWorkload({ chart: { repoURL: "oci://quay.io/charts", name: "chart", version: "v1.2.3" }, ...change });
const onNode = (port: number): Declaration => app({ port, host: false, relax: { hostNetwork: "it answers broadcasts of the home network" } });
const balanced = (address: string, port = 8080): Declaration => app({ port, loadBalancer: { address, ports: [{ name: "x", port }] } });
const volume = (name: string): Partial<WorkloadArgs> => ({ volumes: { [name]: { size: "1Gi", mountPath: "/data", backup: "daily" } } });

function problemsOf(categories: readonly Category[]): readonly string[] {
  try {
    registry(categories, SITE, { fileOf: ({ category: folder, name }) => `src/${folder}/${name}.ts`, reserved: ["homelab"] });
  } catch (error) {
    if (error instanceof RegistryError) return error.problems;
    throw error;
  }
  return [];
}

describe("services that do not fit together", () => {
  it.each<[string, Category[], string[]]>([
    ["a name twice", [category("apps", { a: app({ host: "x" }) }), category("apps/b", { a: app({ host: "y" }) }, { namespace: "b" })], ["a (src/apps/b/a.ts) wants the name a, which a (src/apps/a.ts) has."]],
    ["a layer's name, which is a root Application's", [category("apps", { core: app() })], ["core (src/apps/core.ts) has the name of a root Application, which its own would replace. Call it something else."]],
    ["a name that is kept for another", [category("apps", { homelab: app() })], ["homelab (src/apps/homelab.ts) has the name of a root Application, which its own would replace. Call it something else."]],
    ["a host twice", [category("apps", { a: app({ host: "x" }), b: app({ host: "x" }) })], ["b (src/apps/b.ts) wants the host x, which a (src/apps/a.ts) has."]],
    ["an address twice, on other ports", [category("apps", { a: balanced("10.0.20.200", 80), b: balanced("10.0.20.200", 81) })], ["b (src/apps/b.ts) wants the address 10.0.20.200, which a (src/apps/a.ts) has."]],
    ["an address outside the pool", [category("apps", { a: balanced("10.0.20.100") })], ["a (src/apps/a.ts) wants the address 10.0.20.100, which lies outside the pool 10.0.20.200-10.0.20.219."]],
    ["a node's port twice", [category("apps", { a: onNode(80), b: onNode(80) })], ["b (src/apps/b.ts) wants the node port 80, which a (src/apps/a.ts) has."]],
    ["one claim by two names", [category("apps", { a: app(volume("b-c")), "a-b": app(volume("c")) }, { namespace: "n" })], ["a-b (src/apps/a-b.ts) wants the claim n/a-b-c, which a (src/apps/a.ts) has."]],
    ["one Service by two names", [category("apps", { a: balanced("10.0.20.200"), "a-lb": app() }, { namespace: "n" })], ["a-lb (src/apps/a-lb.ts) wants the Service n/a-lb, which a (src/apps/a.ts) has."]],
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
  ])("are refused: %s", (_, categories, problems) => {
    expect(problemsOf(categories)).toEqual(problems);
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
  return all.services.flatMap((service) => {
    const objects = service.manifests(context);
    const wave = all.waves.get(service.facts.name) ?? 0;
    return [...serviceApplication(service, context, { wave, hasObjects: objects.length > 0 }), ...objects].map((object) => ({ id: objectId(object), object }));
  });
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
