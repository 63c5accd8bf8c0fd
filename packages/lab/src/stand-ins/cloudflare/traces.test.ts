import { describe, expect, it } from "vitest";
import { HAVE_TRACES, shapeOf, traces, type TracedCall } from "../traces.test-data.ts";
import { CLOUDFLARE_LAB_TOKEN, startCloudflare, type Cloudflare } from "./cloudflare.ts";
import type { DnsRecord, Tunnel } from "./state.ts";

const [ZONE, ACCOUNT] = ["023e105f4ecef8ad9ca31a8372d0c353", "01a7362d577a6c3019a474fd6f485823"];

/** Refusals that come by themselves, because things are as they are; every other failure of a trace is told to the stand-in. */
const BY_ITSELF = [81_044, 81_053, 81_058, 1020];

/** Values that stay the same, whoever answers. A proxied record has no lifetime of its own, which the recorded server did not know. */
const SAME = ["name", "type", "content", "proxied", "version", "config", "config_src", "account_tag", "account_id", "settings"];

interface Envelope {
  success: boolean;
  errors: { code: number; message: string }[];
  messages: unknown[];
  result: Record<string, unknown> | string | null;
}

const scenarios = traces("cloudflare");

describe.skipIf(!HAVE_TRACES)("the golden traces of the Cloudflare provider (skipped where ../shared/facts/traces is missing)", () => {
  it("are there", () => {
    expect(scenarios.length).toBeGreaterThan(20);
  });

  it.each(scenarios)("%s", async (_scenario, calls) => {
    const standIn = await startCloudflare();
    seed(standIn, calls);
    const ids = new Map<string, string>();
    try {
      for (const call of calls) await expectReplay(standIn, call, ids);
    } finally {
      await standIn.close();
    }
  });
});

async function expectReplay(standIn: Cloudflare, { n, method, path, query, body, status, response }: TracedCall, ids: Map<string, string>): Promise<void> {
  const wanted = response as Envelope;
  const [error] = wanted.errors;
  const renamed = (text: string): string => [...ids].reduce((changed, [theirs, ours]) => changed.replaceAll(theirs, ours), text);
  const target = renamed(path);
  if (error !== undefined && !BY_ITSELF.includes(error.code)) standIn.faults.add({ on: `${method} ${target.replace("/client/v4", "")}`, status, ...error });
  const search = query === null ? "" : `?${new URLSearchParams(query).toString()}`;
  const content = body === null ? {} : { body: renamed(JSON.stringify(body)) };
  const answer = await fetch(`${standIn.url}${target}${search}`, { method, ...content, headers: { authorization: `Bearer ${CLOUDFLARE_LAB_TOKEN}`, ...(body === null ? {} : { "content-type": "application/json" }) } });
  const got = (await answer.json()) as Envelope;
  standIn.faults.clear();

  const what = `${n} ${method} ${path}`;
  expect({ what, status: answer.status, errors: got.errors, shape: shapeOf(got) }).toEqual({ what, status, errors: wanted.errors, shape: shapeOf(wanted) });
  if (typeof got.result !== "object" || typeof wanted.result !== "object" || got.result === null || wanted.result === null) return;
  if (method === "POST") ids.set(String(wanted.result.id), String(got.result.id));
  const same = (values: Record<string, unknown>): object => Object.fromEntries(Object.entries(values).filter(([key]) => SAME.includes(key)));
  expect({ what, ...same(got.result) }).toEqual({ what, ...same(JSON.parse(renamed(JSON.stringify(wanted.result))) as Record<string, unknown>) });
}

/** What must have been there before the first call: what a trace looks at, changes or deletes before it makes it, and what stood in its way. */
function seed({ state }: Cloudflare, calls: TracedCall[]): void {
  for (const zone of state.zones) Object.assign(zone, { id: ZONE, account: { id: ACCOUNT, name: "home" } });
  const made = new Set<string>();
  const known = new Set<string>();
  for (const { method, path, status, response, body } of calls) {
    const { result, errors } = response as Envelope;
    const sent = body as Partial<DnsRecord> | null;
    const told = typeof result === "object" && result !== null && status === 200 ? result : {};
    const [, kind = "", id = ""] = /\/(dns_records|cfd_tunnel)\/([\w-]+)/.exec(path) ?? [];
    if (method === "POST" && status === 200) made.add(String(told.id));
    const inTheWay = { 81_058: sent, 81_053: { ...sent, type: "A", content: "192.0.2.10" } }[errors[0]?.code ?? 0];
    if (inTheWay !== undefined) state.records.push(recordOf({ ...inTheWay, id: "in-the-way" }));
    if (id === "" || made.has(id) || known.has(`${kind} ${id}`) || status === 404) continue;
    known.add(`${kind} ${id}`);
    if (kind === "dns_records") state.records.push(recordOf({ ...sent, ...told, id }));
    else state.tunnels.push(tunnelOf(calls, id));
  }
}

function recordOf(told: Partial<DnsRecord>): DnsRecord {
  return { name: `${told.id ?? ""}.example.com`, type: "A", content: "192.0.2.10", proxied: false, ttl: 300, comment: null, tags: [], created_on: "", modified_on: "", id: "", ...told, settings: told.type === "CNAME" ? { flatten_cname: false } : {}, zone: ZONE };
}

function tunnelOf(calls: TracedCall[], id: string): Tunnel {
  const told = (end: string): Record<string, unknown> => (calls.find(({ path, status, method }) => path.endsWith(end) && status === 200 && method !== "DELETE")?.response as { result: Record<string, unknown> } | undefined)?.result ?? {};
  const config = told(`${id}/configurations`);
  const changed = calls.find(({ path, method }) => path.endsWith(`${id}/configurations`) && method === "PUT") !== undefined;
  const since = "2026-01-01T00:00:00.000000Z";
  const tunnel: Tunnel = { account: ACCOUNT, name: "homelab", secret: "c2VjcmV0", config_src: "cloudflare", created_at: since, deleted_at: null, connections: [], ...told(id), id };
  return { ...tunnel, config: { version: Number(config.version ?? 1) - Number(changed), value: config.config, created_at: since } };
}
