import { BlockList, isIPv4, isIPv6 } from "node:net";
import { isHostName } from "@rzp/core";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import type { Answer, Call } from "../server.ts";
import { page, read, success } from "./answers.ts";
import { newId, now, type CloudflareState, type DnsRecord, type Zone } from "./state.ts";
import { zoneCalled } from "./zones.ts";

/** The vendor's number of a record that cannot be. */
const INVALID = 1004;

const BODY = z.strictObject({
  type: z.enum(["A", "AAAA", "CAA", "CERT", "CNAME", "DNSKEY", "DS", "HTTPS", "LOC", "MX", "NAPTR", "NS", "OPENPGPKEY", "PTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI"]),
  name: z.string().min(1).max(255),
  content: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  priority: z.int().min(0).max(65_535).optional(),
  proxied: z.boolean().default(false),
  ttl: z.number().default(1),
  comment: z.string().max(500).nullish(),
  tags: z.array(z.string()).default([]),
  settings: z.strictObject({ flatten_cname: z.boolean().optional(), ipv4_only: z.boolean().optional(), ipv6_only: z.boolean().optional() }).nullish(),
});
type Body = z.output<typeof BODY>;
/** What a PATCH may leave out, and then does not touch. */
const PATCH = BODY.extend({ proxied: z.boolean(), ttl: z.number(), tags: z.array(z.string()) }).partial();

const PROXIABLE = ["A", "AAAA", "CNAME"];

/** Addresses that nobody outside could be sent to. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [["10.0.0.0", 8], ["127.0.0.0", 8], ["169.254.0.0", 16], ["172.16.0.0", 12], ["192.168.0.0", 16]] as const) PRIVATE.addSubnet(network, prefix);

/** Refuses what the vendor refuses, and gives the record as it is kept: the whole name, and of a proxied one no lifetime of its own. */
function recordOf(zone: Zone, { name, content = "", settings, proxied, ttl, ...rest }: Body): Omit<DnsRecord, "id" | "created_on" | "modified_on"> {
  const refused = (code: number, message: string): never => {
    throw new Refusal(400, message, { code });
  };
  const { type } = rest;
  const lower = name.toLowerCase();
  const whole = lower === "@" || lower === zone.name ? zone.name : lower.endsWith(`.${zone.name}`) ? lower : `${lower}.${zone.name}`;
  if (!isHostName(whole.replace(/^\*\./, "").replaceAll(/(^|\.)_/g, "$1"))) refused(9000, "DNS name is invalid.");
  if (type === "A" && !isIPv4(content)) refused(9005, "Content for A record must be a valid IPv4 address.");
  if (type === "AAAA" && !isIPv6(content)) refused(9006, "Content for AAAA record must be a valid IPv6 address.");
  if (type === "CNAME" && !isHostName(content.toLowerCase().replace(/\.$/, ""))) refused(9007, "Content for CNAME record is invalid.");
  if (content === "" && rest.data === undefined) refused(9101, `${type} record needs content or data.`);
  if (ttl !== 1 && !(ttl >= 60 && ttl <= 86_400)) refused(9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.");
  if (proxied && !PROXIABLE.includes(type)) refused(9004, "This record type cannot be proxied.");
  if (proxied && type === "A" && PRIVATE.check(content)) refused(9003, `Target ${content} is not allowed for a proxied record.`);
  if (type !== "CNAME" && settings?.flatten_cname === true) refused(9100, "flatten_cname is a setting of CNAME records only.");
  return { ...rest, zone: zone.id, name: whole, content, proxied, ttl: proxied ? 1 : ttl, settings: type === "CNAME" ? { flatten_cname: settings?.flatten_cname ?? false } : {}, comment: rest.comment ?? null };
}

/** A name has one CNAME or anything else, and nothing twice. */
function refuseDouble({ records }: CloudflareState, wanted: Omit<DnsRecord, "id" | "created_on" | "modified_on">, self?: DnsRecord): void {
  const others = records.filter((record) => record !== self && record.zone === wanted.zone && record.name === wanted.name);
  if (others.some(({ type, content }) => type === wanted.type && content === wanted.content)) throw new Refusal(400, "An identical record already exists.", { code: 81_058 });
  const hosts = others.filter(({ type }) => PROXIABLE.includes(type));
  const isAlone = wanted.type === "CNAME" ? hosts.length === 0 : !PROXIABLE.includes(wanted.type) || hosts.every(({ type }) => type !== "CNAME");
  if (!isAlone) throw new Refusal(400, "An A, AAAA, or CNAME record with that host already exists.", { code: 81_053 });
}

const told = (record: DnsRecord): object => ({ ...record, zone: undefined, proxiable: PROXIABLE.includes(record.type), meta: {} });

function recordCalled(state: CloudflareState, { params }: Call): DnsRecord {
  const zone = zoneCalled(state, params.zone);
  const record = state.records.find(({ id, zone: home }) => id === params.record && home === zone.id);
  if (record === undefined) throw new Refusal(404, "Record does not exist.", { code: 81_044 });
  return record;
}

export function createRecord(state: CloudflareState, { params, body }: Call): Answer {
  const wanted = recordOf(zoneCalled(state, params.zone), read(BODY, body, INVALID));
  refuseDouble(state, wanted);
  const record = { id: newId(state), ...wanted, created_on: now(), modified_on: now() };
  state.records.push(record);
  return success(told(record));
}

export const showRecord = (state: CloudflareState, call: Call): Answer => success(told(recordCalled(state, call)));

export function replaceRecord(state: CloudflareState, call: Call): Answer {
  return changed(state, recordCalled(state, call), read(BODY, call.body, INVALID), call);
}

export function patchRecord(state: CloudflareState, call: Call): Answer {
  const { name, type, content, proxied, ttl, tags, comment, settings, priority, data, ...record } = recordCalled(state, call);
  const whole = { name, type, content, proxied, ttl, tags, comment, settings, priority, data, ...read(PATCH, call.body, INVALID) };
  return changed(state, recordCalled(state, { ...call, params: { ...call.params, record: record.id } }), read(BODY, whole, INVALID), call);
}

function changed(state: CloudflareState, record: DnsRecord, body: Body, { params }: Call): Answer {
  const wanted = recordOf(zoneCalled(state, params.zone), body);
  refuseDouble(state, wanted, record);
  Object.assign(record, wanted, { modified_on: now() });
  return success(told(record));
}

export function deleteRecord(state: CloudflareState, call: Call): Answer {
  const record = recordCalled(state, call);
  state.records = state.records.filter((one) => one !== record);
  return success({ id: record.id });
}

export function listRecords(state: CloudflareState, { params, query }: Call): Answer {
  const zone = zoneCalled(state, params.zone);
  const is = (key: "name" | "content", value: string): boolean => (query[key] ?? query[`${key}.exact`] ?? value).toLowerCase() === value.toLowerCase();
  const found = state.records.filter((record) => record.zone === zone.id && is("name", record.name) && is("content", record.content) && (query.type ?? record.type) === record.type && (query.proxied ?? String(record.proxied)) === String(record.proxied));
  return page(found.map(told), query);
}
