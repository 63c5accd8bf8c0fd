import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FACTS } from "../traces.test-data.ts";
import { PARAMETERS } from "./parameters.ts";
import { problemsOf } from "./validate.ts";
import { schemaOf, type Parameters, type Schema, type Words } from "./words.ts";

interface Documented {
  type?: string;
  format?: string | Record<string, Documented>;
  optional?: number;
  /** Sometimes a text. */
  minimum?: number | string;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  enum?: string[] | null;
  alias?: string;
  keyAlias?: string;
}
type Compared = Partial<Schema> | Record<string, Partial<Schema>>;

/** The vendor's schema of one value in our terms; Perl's patterns are written as ours. */
function documented({ type = "string", format, optional, enum: choices, pattern, alias, keyAlias, minimum, maximum, maxLength }: Documented): Compared {
  if (typeof format === "object") return Object.fromEntries(Object.entries(format).map(([name, property]) => [name, documented(property) as Partial<Schema>]));
  if (alias !== undefined) return { alias, ...(keyAlias === undefined ? {} : { keyAlias }) };
  const known = { format, minimum: minimum === undefined ? undefined : Number(minimum), maximum, maxLength, choices: choices ?? undefined, pattern: pattern?.replaceAll("(?^:", "(?:").replaceAll("{,", "{0,") };
  return JSON.parse(JSON.stringify({ type, required: optional !== 1, ...known })) as Compared;
}

function ours(words: Words | Parameters[string]): Compared {
  if (typeof words !== "string") return Object.fromEntries(Object.entries(words).map(([name, property]) => [name.replace("*", ""), ours(property) as Partial<Schema>]));
  const { alias, keyAlias, ...schema } = schemaOf(words);
  return alias === undefined ? schema : { alias, ...(keyAlias === undefined ? {} : { keyAlias }) };
}

/** Documented, and not among the collected facts. */
const NOT_COLLECTED = { calls: ["GET /access/permissions", "GET /cluster/ha/resources/{sid}"], parameters: ["description"] };

describe("the table of parameters", () => {
  const facts = existsSync(FACTS) ? (JSON.parse(readFileSync(FACTS, "utf8")) as Record<string, { parameters: Record<string, Documented> }>) : undefined;
  const calls = Object.entries<Parameters>(PARAMETERS).filter(([call]) => !NOT_COLLECTED.calls.includes(call));

  it.skipIf(facts === undefined).each(calls)("has of %s what the vendor documents (skipped where ../shared/facts is missing)", (call, parameters) => {
    const table = Object.entries(parameters).filter(([name]) => !NOT_COLLECTED.parameters.includes(name));
    const known = Object.entries(facts?.[call]?.parameters ?? {});
    expect(Object.fromEntries(table.map(([name, words]) => [name, ours(words)]))).toEqual(Object.fromEntries(known.map(([name, parameter]) => [name, documented(parameter)])));
  });
});

describe("a call is refused with the vendor's words", () => {
  const vm = { node: "pve1", vmid: "101" };

  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ["a parameter that nobody knows", { ...vm, core: "4" }, { core: "property is not defined in schema and the schema does not allow additional properties" }],
    ["one that is missing", { node: "pve1" }, { vmid: "property is missing and it is not optional" }],
    ["a type", { ...vm, cores: "four" }, { cores: "type check ('integer') failed - got 'four'" }],
    ["a boolean", { ...vm, onboot: "2" }, { onboot: "type check ('boolean') failed - got '2'" }],
    ["the least", { node: "pve1", vmid: "99" }, { vmid: "value must have a minimum value of 100" }],
    ["the most", { ...vm, cpulimit: "129" }, { cpulimit: "value must have a maximum value of 128" }],
    ["a length", { ...vm, smbios1: `uuid=${"a".repeat(512)}` }, { smbios1: "value may only be 512 characters long" }],
    ["a choice", { ...vm, bios: "uefi" }, { bios: "value 'uefi' does not have a value in the enumeration 'seabios, ovmf'" }],
    ["a pattern", { ...vm, serial0: "tty" }, { serial0: "value does not match the regex pattern" }],
    ["a format", { ...vm, name: "cp_1" }, { name: "invalid format - value 'cp_1' does not look like a valid DNS name\n" }],
    ["a number too many", { ...vm, scsi31: "local-lvm:1" }, { scsi31: expect.stringContaining("not defined in schema") }],
    ["a setting of a disk", { ...vm, scsi0: "local-lvm:1,ssd=yes,sdd=1" }, { scsi0: "invalid format - format error\nsdd: property is not defined in schema and the schema does not allow additional properties\n" }],
    ["a setting of a bus that has it not", { ...vm, virtio0: "local-lvm:1,ssd=1" }, { virtio0: expect.stringContaining("ssd: property is not defined") }],
    ["a missing setting", { ...vm, net0: "bridge=vmbr0" }, { net0: "invalid format - format error\nmodel: property is missing and it is not optional\n" }],
    ["a multicast address", { ...vm, net0: "virtio=01:24:11:00:00:01" }, { net0: expect.stringContaining("macaddr: invalid format") }],
    ["a setting said twice", { ...vm, scsi0: "local-lvm:1,file=local-lvm:2" }, { scsi0: "invalid format - format error\nduplicate key in comma-separated list property: file\n" }],
    ["a memory", { ...vm, memory: "8" }, { memory: "invalid format - format error\ncurrent: value must have a minimum value of 16\n" }],
  ])("%s", (_, sent, problems) => {
    expect(problemsOf(PARAMETERS["POST /nodes/{node}/qemu"], sent)).toEqual(problems);
  });

  it("and not at all when it is well", () => {
    const sent = { ...vm, net0: "virtio=BC:24:11:00:00:01,bridge=vmbr0,", scsi0: "local-lvm:32,size=32G", scsi30: "file=none", agent: "1", tags: "a;b", boot: "order=ide2;scsi0;net0", memory: "8192", cpu: "host" };
    expect(problemsOf(PARAMETERS["POST /nodes/{node}/qemu"], sent)).toEqual({});
  });
});
