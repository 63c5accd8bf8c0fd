import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatRecording } from "./format.ts";
import { recordingToJson } from "./json.ts";
import { inTreeOrder, type RecordedResource, type Recording } from "./recording.ts";
import { makeUrn, packageOf } from "./urn.ts";
import { Secret, UNKNOWN, type RecordedValue } from "./values.ts";
import { fieldLines } from "./yaml.ts";

const STACK = makeUrn("prod", "lab", undefined, "pulumi:pulumi:Stack", "lab-prod");

function resource(name: string, fields: Partial<RecordedResource> = {}): RecordedResource {
  const { type = "demo:index:Thing", parent = STACK } = fields;
  return {
    urn: makeUrn("prod", "lab", parent, type, name),
    type,
    name,
    parent,
    custom: true,
    read: false,
    provider: { package: packageOf(type), urn: `urn:${packageOf(type)}`, name: "default", version: "", default: true },
    providers: {},
    inputs: {},
    outputs: undefined,
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    retainOnDelete: false,
    deletedWith: undefined,
    replaceWith: [],
    aliases: [],
    ignoreChanges: [],
    replaceOnChanges: [],
    deleteBeforeReplace: undefined,
    additionalSecretOutputs: [],
    hideDiffs: [],
    customTimeouts: {},
    version: "",
    pluginDownloadUrl: "",
    importId: undefined,
    ...fields,
  };
}

function recording(resources: RecordedResource[], fields: Partial<Recording> = {}): Recording {
  const stack = { ...resource("lab-prod", { type: "pulumi:pulumi:Stack", custom: false, provider: undefined }), urn: STACK, parent: undefined };
  return { project: "lab", stack: "prod", organization: "organization", sdkVersion: "3.270.0", resources: inTreeOrder([...resources, stack]), invokes: [], logs: [], stackOutputs: {}, ...fields };
}

const cluster = resource("cluster", { type: "rzp:talos:TalosCluster", custom: false, provider: undefined });
const secrets = resource("secrets", { type: "talos:machine/secrets:Secrets", parent: cluster.urn, protect: true, provider: { package: "talos", urn: "urn:t", name: "main", version: "0.8.1", default: false } }); // prettier-ignore
const apply = resource("apply", {
  type: "talos:machine/configurationApply:ConfigurationApply",
  parent: cluster.urn,
  dependencies: [secrets.urn],
  aliases: [makeUrn("prod", "lab", STACK, "x:y:Z", "old")],
  customTimeouts: { create: "10m" },
  deleteBeforeReplace: true,
  inputs: { configPatches: ["machine:\n  network:\n    hostname: cp-1\n"], machineConfigurationInput: new Secret("clear text"), node: UNKNOWN },
});

describe("formatRecording", () => {
  it("shows the tree, one line a resource, its inputs below it, and what it all comes to", () => {
    const invokes = [1, 2].map(() => ({ token: "talos:imageFactory/getUrls:getUrls", args: {}, answered: false }));
    const logs = [{ severity: "warning", message: "two\nlines", urn: apply.urn, source: "log" } as const];
    const text = formatRecording(recording([apply, secrets, cluster, resource("zone", { read: true, importId: "id" })], { invokes, logs, stackOutputs: { endpoint: "https://x" } }), { width: 60 });
    expect(text).toBe(`lab/prod  recorded offline by the monitor, not the engine
Pulumi SDK 3.270.0; no state was read and no provider asked: what the program wants, not what would change.

├─ cluster  rzp:talos:TalosCluster
│  ├─ apply  talos:machine:ConfigurationApply
│  │     after secrets
│  │     formerly old
│  │     with timeouts(create 10m), deleteBeforeReplace
│  │     configPatches:
│  │       - | machine: network: hostname: cp-1 (3 lines)
│  │     machineConfigurationInput: [secret]
│  │     node: [unknown]
│  └─ secrets  talos:machine:Secrets  protected  via main
│
└─ zone  demo:index:Thing  read id

outputs
  endpoint: https://x

functions called
  talos:imageFactory:getUrls  not answered: [unknown]  2 times

log
  warning: apply: two lines

2 resources: 2 talos; 1 only read, 1 component, 1 protected, 1 secret masked, 1 unknown until made
providers: demo (default), talos (default), talos 0.8.1 (main)
`);
  });

  it("cuts what is long, and shows all of it when asked", () => {
    const many = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`key${String(index).padStart(2, "0")}`, "x".repeat(200)]));
    const short = formatRecording(recording([resource("a", { inputs: many })]), { width: 50 });
    expect(short).toContain("… 6 more lines");
    expect(short).not.toContain("key08");
    expect(Math.max(...short.split("\n").filter((line) => line.includes("key")).map(({ length }) => length))).toBe(50); // prettier-ignore
    const full = formatRecording(recording([resource("a", { inputs: { ...many, patch: "a:\n  b: 1\n" } })]), { width: 50, full: true });
    expect(full).toContain(`key13: ${"x".repeat(200)}`);
    expect(full).toContain("      patch: |\n        a:\n          b: 1\n");
  });

  it("colours only when told to", () => {
    const escape = "\u001b[";
    expect(formatRecording(recording([apply, cluster]))).not.toContain(escape);
    expect(formatRecording(recording([apply, cluster]), { color: true })).toContain(escape);
  });

  it("shows control characters of a value and does not obey them", () => {
    const evil = resource("a\u001b[2J", { inputs: { "k\u0007": "v\u001b]0;title\u0007", list: ["\r"], spaced: " \u009b2J" } });
    const text = formatRecording(recording([evil], { stackOutputs: { o: "\u001b[1m" } }));
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text).toContain("a\\u001b[2J");
  });

  it("shows no part of a secret, wherever it is", () => {
    const secret = fc.string({ minLength: 3 }).map((tail) => `s3cr3t:${tail}`);
    const around = fc.letrec<{ value: RecordedValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        secret.map((value) => new Secret(value)),
        fc.string(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 8 }), tie("value"), { maxKeys: 3 }),
        tie("value").map((value) => new Secret(value)),
      ),
    })).value;
    fc.assert(
      fc.property(around, fc.boolean(), fc.integer({ min: 40, max: 200 }), (value, full, width) => {
        const all = recording([resource("a", { inputs: { value } }), resource("b", { outputs: { value } })], { stackOutputs: { value }, invokes: [{ token: "a:b:c", args: { value }, answered: true }] });
        expect(formatRecording(all, { full, width })).not.toContain("s3cr3t:");
        expect(recordingToJson(all)).not.toContain("s3cr3t:");
      }),
    );
  });
});

describe("fieldLines", () => {
  it.each<[string, Record<string, RecordedValue>, string[]]>([
    ["short fields side by side", { a: 1, b: true, c: null, d: "x".repeat(20), e: 5 }, ["a: 1 · b: true · c: null", `d: ${"x".repeat(20)} · e: 5`]],
    ["texts that need quotes", { a: "", b: " x" }, ['a: "" · b: " x"']],
    ["what fits in one line", { a: { b: [1, { c: 2 }] }, d: [], e: {} }, ["a: { b: [1, { c: 2 }] }", "d: [] · e: {}"]],
    ["a long list by itself", { a: 1, b: ["x".repeat(20), "y".repeat(20)], c: 3 }, ["a: 1", "b:", `  - ${"x".repeat(20)}`, `  - ${"y".repeat(20)}`, "c: 3"]],
    ["what does not", { list: ["x".repeat(18), { name: "y".repeat(10), size: 40_000, more: 1 }] }, ["list:", `  - ${"x".repeat(18)}`, "  - name: yyyyyyyyyy", "    size: 40000 · more: 1"]],
    ["a long text", { a: "x".repeat(40) }, [`a: ${"x".repeat(26)}…`]],
    ["a text of lines", { a: "b: 1\nc: 2\n" }, ["a: | b: 1 c: 2 (2 lines)"]],
  ])("writes %s", (_, fields, expected) => {
    expect(fieldLines(fields, { width: 30, full: false })).toEqual(expected);
  });

  it("gives each field its own line when everything is wanted", () => {
    expect(fieldLines({ a: 1, b: { c: "x\ny" } }, { width: 30, full: true })).toEqual(["a: 1", "b:", "  c: |", "    x", "    y"]);
  });
});

describe("inTreeOrder", () => {
  it("does not depend on the order of registration, and loses nothing", () => {
    const all = [cluster, secrets, apply, resource("w-10"), resource("w-2")];
    const expected = recording(all).resources.map(({ name }) => name);
    expect(expected).toEqual(["lab-prod", "cluster", "apply", "secrets", "w-2", "w-10"]);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(recording(shuffled).resources.map(({ name }) => name)).toEqual(expected);
      }),
    );
  });
});
