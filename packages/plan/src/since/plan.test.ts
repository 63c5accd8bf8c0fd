import type { KubernetesObject } from "@rzp/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePlanes, formatPlan, guardedChanges, planToJson, planToMarkdown, type Change, type Plan, type TreeObject } from "../index.ts";
import { makeUrn } from "../urn.ts";
import { differences } from "./differences.ts";
import { FILE, machines, RECORD, recording, resource, VM, word, type Resource } from "./resources.test-data.ts";

const cluster = (before: readonly KubernetesObject[], after: readonly KubernetesObject[]): Change[] => {
  const objects = (all: readonly KubernetesObject[]): TreeObject[] => all.map((object) => ({ file: `kubernetes/apps/media/${object.metadata.name}/${object.kind}.yaml`, object }));
  return comparePlanes({ recording: recording(), objects: objects(before) }, { recording: recording(), objects: objects(after) }).cluster;
};

describe("differences", () => {
  it.each<[string, object, object, [path: string, before: unknown, after: unknown][]]>([
    ["nothing", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ["a field", { a: { b: 1 } }, { a: { b: 2 } }, [["a.b", 1, 2]]],
    ["a field that comes, and one that goes", { a: 1 }, { b: 2 }, [["a", 1, undefined], ["b", undefined, 2]]],
    ["an item among others, by its name", { env: [{ name: "A", value: "1" }, { name: "B", value: "2" }] }, { env: [{ name: "X", value: "0" }, { name: "A", value: "1" }, { name: "B", value: "3" }] }, [["env[B].value", "2", "3"], ["env[X]", undefined, { name: "X", value: "0" }]]],
    ["an item by its place where it has no name", { disks: [{ size: 1 }] }, { disks: [{ size: 2 }] }, [["disks[0].size", 1, 2]]],
    ["a list of plain values as one", { tags: ["a", "b"] }, { tags: ["a", "c"] }, [["tags", ["a", "b"], ["a", "c"]]]],
    ["whole texts one by one", { patches: ["a\nb", "c"] }, { patches: ["a\nb", "d"] }, [["patches[1]", "c", "d"]]],
    ["a key with dots of its own", { labels: { "a.b/c": "1" } }, { labels: { "a.b/c": "2" } }, [['labels["a.b/c"]', "1", "2"]]],
    ["a list that becomes another kind", { a: [{ name: "x" }] }, { a: "text" }, [["a", [{ name: "x" }], "text"]]],
  ])("finds %s", (_, before, after, expected) => {
    expect(differences(before, after)).toEqual(expected.map(([path, was, is]) => ({ path, before: was, after: is })));
  });

  it("finds none between equal values, and some between others", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.jsonValue()), fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.jsonValue()), (one, other) => {
        // Named items are told apart by their names alone, and JSON has one zero.
        fc.pre(!JSON.stringify([one, other]).includes('"name"') && !JSON.stringify([one, other]).includes("\\u0000"));
        const [a, b] = [JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other))] as [object, object];
        expect(differences(a, structuredClone(a))).toEqual([]);
        expect(differences(a, b).length > 0).toBe(sorted(a) !== sorted(b));
      }),
    );
  });
});

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "object" && item !== null && !Array.isArray(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item));
}

describe("a changed resource", () => {
  it("is refused by the engine where what would go is protected, as it was protected before", () => {
    const [was, is] = [resource(VM, "cp-1", { vmId: 1 }, { protect: true }), resource(VM, "cp-1", { vmId: 2 })];
    expect(machines([was], [is]).map(word)).toEqual(["refused!"]);
    expect(machines([was], []).map(word)).toEqual(["refused!"]);
    expect(machines([resource(VM, "cp-1", {})], []).map(({ effect }) => effect.says)).toEqual(["takes with it the machine and its disks"]);
    expect(machines([resource(VM, "cp-1", {}, { retainOnDelete: true })], []).map(word)).toEqual(["remove"]);
    expect(machines([resource(RECORD, "www", {})], []).map(word)).toEqual(["remove"]);
    expect(machines([resource("kubernetes:core/v1:Namespace", "argocd", {})], []).map(word)).toEqual(["remove!"]);
  });

  it("heeds ignoreChanges and replaceOnChanges", () => {
    expect(machines([resource(VM, "x", { vmId: 1 })], [resource(VM, "x", { vmId: 2 }, { ignoreChanges: ["vmId"] })]).map(word)).toEqual(["nothing"]);
    expect(machines([resource(VM, "x", { disks: [{ speed: 1 }] })], [resource(VM, "x", { disks: [{ speed: 2 }] }, { ignoreChanges: ["disks[*].speed"] })]).map(word)).toEqual(["nothing"]);
    expect(machines([resource(RECORD, "x", { content: "a" })], [resource(RECORD, "x", { content: "b" }, { replaceOnChanges: ["content"] })]).map(word)).toEqual(["replace"]);
  });

  it("follows what is made anew: its inputs are unknown on both sides and will be others", () => {
    const file = (url: string): Resource => resource(FILE, "image", { url });
    const vm = resource(VM, "cp-1", { disks: [{ fileId: "[unknown]" }] }, { propertyDependencies: { disks: [file("").urn] } });
    expect(machines([file("a"), vm], [file("b"), vm]).map((change) => [change.name, word(change), change.values.map(({ path, follows }) => [path, follows])])).toEqual([
      ["image", "replace", [["url", undefined]]],
      ["cp-1", "replace!", [["disks[0].fileId", "image"]]],
    ]);
    expect(machines([file("a"), vm], [file("a"), vm])).toEqual([]);
  });

  it("follows further what was only changed until it had to follow, whatever stands first", () => {
    const file = (url: string): Resource => resource(FILE, "image", { url });
    const between = (comment: string): Resource => resource(RECORD, "between", { comment, zoneId: "[unknown]" }, { propertyDependencies: { zoneId: [file("").urn] } });
    const last = resource(RECORD, "last", { zoneId: "[unknown]" }, { propertyDependencies: { zoneId: [between("").urn] } });
    expect(machines([last, between("a"), file("a")], [last, between("b"), file("b")]).map((change) => `${change.name} ${word(change)}`)).toEqual(["between replace", "last replace", "image replace"]);
  });

  it("takes a renamed resource with an alias for the one it was, and one without for two", () => {
    const [was, is] = [resource(VM, "old", { vmId: 1 }), resource(VM, "new", { vmId: 1 })];
    expect(machines([was], [{ ...is, aliases: [was.urn] }])).toEqual([]);
    expect(machines([was], [is]).map(({ op, name }) => `${op} ${name}`)).toEqual(["create new", "remove old"]);
  });

  it("says nothing of components and of what is only read", () => {
    expect(machines([resource("rzp:proxmox:ProxmoxVm", "x", { a: 1 }, { custom: false })], [resource("rzp:proxmox:ProxmoxVm", "x", { a: 2 }, { custom: false })])).toEqual([]);
    expect(machines([resource(VM, "x", { a: 1 }, { read: true })], [])).toEqual([]);
  });
});

describe("the members of etcd", () => {
  const members = (memory: number, chained: boolean): Resource[] =>
    ["cp-1", "cp-2", "cp-3"].map((name, index, all) => resource(VM, name, { tags: ["controlplane"], memory: { dedicated: memory } }, chained && index > 0 ? { dependencies: [makeUrn("prod", "lab", undefined, VM, all[index - 1] ?? "")] } : {}));

  it("may restart one after the other, and not at the same time", () => {
    expect(machines(members(8, true), members(16, true)).map(word)).toEqual(["restart", "restart", "restart"]);
    expect(machines(members(8, false), members(16, false)).map(word)).toEqual(["restart!", "restart!", "restart!"]);
    const [first, ...rest] = members(8, false);
    expect(first === undefined ? [] : machines([first, ...rest], [...members(16, false).slice(0, 1), ...rest]).map(word)).toEqual(["restart"]);
  });
});

describe("what a changed object does in the cluster", () => {
  const object = (kind: string, fields: Record<string, unknown>, metadata: Partial<KubernetesObject["metadata"]> = {}): KubernetesObject => ({ apiVersion: "v1", kind, metadata: { name: "x", namespace: "media", ...metadata }, ...fields });
  const claim = (size: string, storageClassName = "longhorn"): KubernetesObject => object("PersistentVolumeClaim", { spec: { storageClassName, resources: { requests: { storage: size } } } });
  const deployment = (image: string, type: string, app = "x"): KubernetesObject => object("Deployment", { spec: { selector: { matchLabels: { app } }, strategy: { type }, template: { spec: { containers: [{ name: "x", image }] } } } });
  const chart = (targetRevision: string): KubernetesObject => object("Application", { spec: { source: { chart: "velero", targetRevision } } });

  it.each<[what: string, before: KubernetesObject[], after: KubernetesObject[], effects: string[]]>([
    ["the same", [claim("1Gi")], [claim("1Gi")], []],
    ["a new object", [], [claim("1Gi")], ["in place"]],
    ["a claim that grows", [claim("1Gi")], [claim("2Gi")], ["in place"]],
    ["a claim that shrinks", [claim("2Gi")], [claim("1024Mi")], ["refused!"]],
    ["a claim of another class", [claim("1Gi")], [claim("1Gi", "local")], ["refused!"]],
    ["a claim that goes", [claim("1Gi")], [], ["remove!"]],
    ["a claim that is never pruned", [object("PersistentVolumeClaim", {}, { annotations: { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" } })], [], ["nothing"]],
    ["a namespace that goes", [object("Namespace", {})], [], ["remove!"]],
    ["a CRD that goes", [object("CustomResourceDefinition", {})], [], ["remove!"]],
    ["a Service that goes", [object("Service", {})], [], ["remove"]],
    ["an image", [deployment("a", "Recreate")], [deployment("b", "Recreate")], ["restart"]],
    ["a selector", [deployment("a", "Recreate")], [deployment("a", "Recreate", "y")], ["refused!"]],
    ["a chart's version", [chart("1")], [chart("2")], ["unclear"]],
    ["an object whose API has a new version", [{ ...claim("1Gi"), apiVersion: "a/v1beta1" }], [{ ...claim("1Gi"), apiVersion: "a/v1" }], ["in place"]],
    ["one of another API group", [{ ...claim("1Gi"), apiVersion: "a/v1" }], [{ ...claim("1Gi"), apiVersion: "b/v1" }], ["remove!", "in place"]],
    ["a StatefulSet's claims", [object("StatefulSet", { spec: { volumeClaimTemplates: [{ metadata: { name: "a" } }] } })], [object("StatefulSet", { spec: { volumeClaimTemplates: [{ metadata: { name: "b" } }] } })], ["refused!"]],
    ["a binding's role", [object("ClusterRoleBinding", { roleRef: { name: "a" } })], [object("ClusterRoleBinding", { roleRef: { name: "b" } })], ["refused!"]],
    ["a database's log's size, down", [object("Cluster", { spec: { walStorage: { size: "2Gi" } } })], [object("Cluster", { spec: { walStorage: { size: "1Gi" } } })], ["refused!"]],
    ["a database's size, down", [object("Cluster", { spec: { storage: { size: "20Gi" } } })], [object("Cluster", { spec: { storage: { size: "10Gi" } } })], ["refused!"]],
  ])("%s", (_, before, after, effects) => {
    expect(cluster(before, after).map(word)).toEqual(effects);
  });

  it("says how pods are restarted", () => {
    expect(["Recreate", "RollingUpdate"].flatMap((type) => cluster([deployment("a", type)], [deployment("b", type)]).map(({ effect }) => effect.says))).toEqual(["pods stop, then new ones start", "new pods before the old ones go"]);
    const said = ["DaemonSet", "StatefulSet"].flatMap((kind) => cluster([object(kind, { spec: { template: "a" } })], [object(kind, { spec: { template: "b" } })])).map(({ effect }) => effect.says);
    expect(said).toEqual(Array.from({ length: 2 }, () => "pod by pod: each stops, then its new one starts"));
  });
});

describe("the report", () => {
  const vm = (memory: number, size: number): Resource => resource(VM, "worker-1", { memory: { dedicated: memory }, disks: [{ size }] }, { parent: makeUrn("prod", "lab", undefined, "rzp:proxmox:ProxmoxVm", "worker-1") });
  const of = (kind: string, name: string, spec: object = {}): TreeObject => ({ file: `kubernetes/apps/media/${name}/${kind}.yaml`, object: { apiVersion: "v1", kind, metadata: { name, namespace: "media" }, spec } });
  const plan: Plan = comparePlanes(
    { recording: recording(vm(8192, 50), resource(RECORD, "a", { content: "10.0.0.1" }), resource(RECORD, "b", { content: "10.0.0.1" })), objects: [of("Service", "sonarr", { port: 80 })] },
    { recording: recording(vm(16384, 40), resource(RECORD, "a", { content: "10.0.0.2" }), resource(RECORD, "b", { content: "10.0.0.2" })), objects: [of("Service", "sonarr", { port: 81 }), of("Service", "lidarr"), of("Deployment", "lidarr")] },
  );
  const options = { title: "lab/prod since main (0123456)", accepted: new Map<string, string>() };

  it("is for a terminal", () => {
    expect(formatPlan(plan, options)).toMatchInlineSnapshot(`
      "lab/prod since main (0123456)
      Compared offline: no state was read, no provider and no cluster asked. Secrets are not compared.

      machine plane: 2 in place, 1 refused
        ~ a, b  DnsRecord  in place
            content: 10.0.0.1 → 10.0.0.2
        ~ worker-1  VmLegacy  refused: a disk cannot shrink: the update fails half-way, state keeps the new size, and the next up calls it done
            memory.dedicated: 8192 → 16384
            disks[0].size: 50 → 40

      cluster plane: 2 new, 1 in place
        + kubernetes/apps/media/lidarr  2 objects: Deployment, Service
        ~ media/sonarr  Service  in place
            spec.port: 80 → 81

      wanted?
        worker-1: refused: a disk cannot shrink: the update fails half-way, state keeps the new size, and the next up calls it done. If it is: --accept "worker-1: <why>"
      "
    `);
  });

  it("is for a pull request", () => {
    expect(planToMarkdown(plan, { ...options, accepted: new Map([["worker-1", "it is empty"]]) })).toMatchInlineSnapshot(`
      "## lab/prod since main (0123456)

      Compared offline: no state was read, no provider and no cluster asked. Secrets are not compared.

      ### Wanted?

      - **worker-1** (VmLegacy): refused: a disk cannot shrink: the update fails half-way, state keeps the new size, and the next up calls it done. Accepted: it is empty

      ### Machine plane: 2 in place, 1 refused

      |   | what       | kind      | effect                                                                                                                | values                                                       |
      | - | ---------- | --------- | --------------------------------------------------------------------------------------------------------------------- | ------------------------------------------------------------ |
      | ~ | \`a, b\`     | DnsRecord | in place                                                                                                              | \`content: 10.0.0.1 → 10.0.0.2\`                               |
      | ~ | \`worker-1\` | VmLegacy  | **refused: a disk cannot shrink: the update fails half-way, state keeps the new size, and the next up calls it done** | \`memory.dedicated: 8192 → 16384\`<br>\`disks[0].size: 50 → 40\` |

      ### Cluster plane: 2 new, 1 in place

      |   | what                           | kind                           | effect   | values               |
      | - | ------------------------------ | ------------------------------ | -------- | -------------------- |
      | + | \`kubernetes/apps/media/lidarr\` | 2 objects: Deployment, Service |          |                      |
      | ~ | \`media/sonarr\`                 | Service                        | in place | \`spec.port: 80 → 81\` |

      "
    `);
  });

  it("is for machines", () => {
    expect(guardedChanges(plan).map(({ name }) => name)).toEqual(["worker-1"]);
    const json = JSON.parse(planToJson(plan, options)) as Plan & { version: number; guarded: unknown[] };
    expect(json).toMatchObject({ version: 1, machines: plan.machines, cluster: [{ op: "create" }, { op: "create" }, { op: "change" }], guarded: [{ name: "worker-1", kind: "VmLegacy" }] });
  });

  it.each([
    ["a\nb\nb\nc", "a\nb\nc", ["  - b"]],
    ["a\nb", "a\nx", ["  b → x"]],
    ["a\nb", "b\na", ["  the same lines in another order"]],
  ])("shows of a text %j that becomes %j the lines that differ", (before, after, lines) => {
    const changed = comparePlanes({ recording: recording(resource(RECORD, "a", { content: before })), objects: [] }, { recording: recording(resource(RECORD, "a", { content: after })), objects: [] });
    expect(formatPlan(changed, options)).toContain(["      content:", ...lines.map((line) => `      ${line}`)].join("\n"));
  });

  it("obeys no control character of a value, and breaks no table", () => {
    const evil = comparePlanes({ recording: recording(resource(RECORD, "a", { content: "x" })), objects: [] }, { recording: recording(resource(RECORD, "a", { content: "\u001b[2J|`" })), objects: [] });
    expect(formatPlan(evil, options)).not.toContain("\u001b");
    expect(planToMarkdown(evil, options)).toContain("`content: x → \\u001b[2J\\|'`");
  });
});
