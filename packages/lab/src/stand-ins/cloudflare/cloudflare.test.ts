import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Client from "cloudflare";
import { afterEach, describe, expect, it } from "vitest";
import { CLOUDFLARE_LAB_TOKEN, startCloudflare, type Cloudflare, type CloudflareArgs } from "./cloudflare.ts";

const running: Cloudflare[] = [];
afterEach(async () => {
  for (const standIn of running.splice(0)) await standIn.close();
});

async function started(args: CloudflareArgs = {}): Promise<{ standIn: Cloudflare; client: Client; zone_id: string; account_id: string }> {
  const standIn = await startCloudflare(args);
  running.push(standIn);
  const [zone] = standIn.state.zones;
  return { standIn, client: clientOf(standIn), zone_id: zone?.id ?? "", account_id: zone?.account.id ?? "" };
}

/** The vendor's own client. It tries again by itself, so a fault that lasts is one that it gives up on. */
const clientOf = (standIn: Cloudflare, apiToken = CLOUDFLARE_LAB_TOKEN, maxRetries = 0): Client => new Client({ baseURL: `${standIn.url}/client/v4`, apiToken, maxRetries });

const NAS = { type: "A", name: "nas.example.com", content: "192.0.2.10", ttl: 300 } as const;
const refusal = (status: number, code: number, message: string): object => expect.objectContaining({ status, errors: [{ code, message }] }) as object;

describe("the vendor's own client", () => {
  it("finds the zone, makes, reads, changes, lists and deletes records", async () => {
    const { client, zone_id } = await started({ zones: ["example.com", "example.org"] });
    const zones = await client.zones.list({ name: "example.com" });
    expect(zones.result.map(({ id, status }) => ({ id, status }))).toEqual([{ id: zone_id, status: "active" }]);
    const nas = await client.dns.records.create({ zone_id, ...NAS, name: "nas" });
    expect(nas).toMatchObject({ name: "nas.example.com", content: "192.0.2.10", ttl: 300, proxied: false, proxiable: true });
    await client.dns.records.update(nas.id, { zone_id, ...NAS, content: "192.0.2.11" });
    expect(await client.dns.records.edit(nas.id, { zone_id, ...NAS, content: "192.0.2.11", comment: "the NAS" })).toMatchObject({ content: "192.0.2.11", comment: "the NAS", ttl: 300 });
    await client.dns.records.create({ zone_id, type: "TXT", name: "@", content: "v=spf1 -all", ttl: 1 });
    const found = await client.dns.records.list({ zone_id, name: { exact: "nas.example.com" } });
    expect(found.result.map(({ content }) => content)).toEqual(["192.0.2.11"]);
    expect(await client.dns.records.delete(nas.id, { zone_id })).toEqual({ id: nas.id });
    await expect(client.dns.records.get(nas.id, { zone_id })).rejects.toEqual(refusal(404, 81_044, "Record does not exist."));
  });

  it("makes a tunnel, configures it, gets its token, and still sees it when it was deleted", async () => {
    const { client, account_id } = await started();
    const tunnels = client.zeroTrust.tunnels.cloudflared;
    const tunnel = await tunnels.create({ account_id, name: "homelab", config_src: "cloudflare" });
    const id = tunnel.id ?? "";
    const ingress = [{ hostname: "app.example.com", service: "http://traefik.traefik:80" }, { hostname: "", service: "http_status:404" }];
    expect(await tunnels.configurations.update(id, { account_id, config: { ingress } })).toMatchObject({ version: 1, config: { ingress } });
    expect(await tunnels.configurations.update(id, { account_id, config: { ingress: ingress.slice(1) } })).toMatchObject({ version: 2 });
    const token = JSON.parse(Buffer.from(await tunnels.token.get(id, { account_id }), "base64").toString()) as Record<string, string>;
    expect(token).toEqual({ a: account_id, t: id, s: expect.stringMatching(/^.{43}=$/) as string });
    await expect(tunnels.create({ account_id, name: "homelab" })).rejects.toEqual(refusal(409, 1013, "You already have a tunnel with this name."));
    expect(await tunnels.edit(id, { account_id, name: "homelab-2" })).toMatchObject({ name: "homelab-2", deleted_at: null, status: "inactive" });
    await tunnels.delete(id, { account_id });
    expect(await tunnels.get(id, { account_id })).toMatchObject({ deleted_at: expect.stringMatching(/^20/) as string });
    await expect(tunnels.token.get(id, { account_id })).rejects.toEqual(refusal(404, 1020, "Tunnel not found"));
    expect((await tunnels.list({ account_id, is_deleted: false })).result).toEqual([]);
    expect(await tunnels.create({ account_id, name: "homelab-2" })).toMatchObject({ name: "homelab-2" });
  });

  it("does not delete a tunnel that somebody uses", async () => {
    const { client, standIn, account_id } = await started();
    const { id = "" } = await client.zeroTrust.tunnels.cloudflared.create({ account_id, name: "homelab" });
    standIn.state.tunnels[0]?.connections.push({ colo_name: "AMS" });
    expect(await client.zeroTrust.tunnels.cloudflared.get(id, { account_id })).toMatchObject({ status: "healthy" });
    await expect(client.zeroTrust.tunnels.cloudflared.delete(id, { account_id })).rejects.toEqual(refusal(400, 1022, "Cannot delete tunnel because it has active connections."));
  });

  it("comes through what passes by", async () => {
    const { standIn, zone_id } = await started({ faults: [{ on: "POST /zones/*/dns_records", status: 429, times: 1 }, { on: "POST /zones/*/dns_records", cut: "before", nth: 2, times: 1 }] });
    expect(await clientOf(standIn, CLOUDFLARE_LAB_TOKEN, 3).dns.records.create({ zone_id, ...NAS })).toMatchObject({ name: "nas.example.com" });
    expect(standIn.calls.map(({ status }) => status)).toEqual([429, 0, 200]);
    expect(standIn.calls[0]?.answer).toMatchObject({ errors: [{ code: 971 }] });
  });
});

describe("who may call", () => {
  it("is said by the token, and a token says whether it is good", async () => {
    const reader = "reader-0000000000000000000000000000000000";
    const old = "old-0000000000000000000000000000000000000";
    const { client, standIn, zone_id } = await started({ tokens: [{ secret: CLOUDFLARE_LAB_TOKEN }, { secret: reader, permissions: ["Zone Read", "DNS Read"] }, { secret: old, expiresOn: "2026-01-01T00:00:00Z" }] });
    expect(await client.user.tokens.verify()).toMatchObject({ status: "active" });
    expect(await clientOf(standIn, old).user.tokens.verify()).toMatchObject({ status: "expired" });
    await expect(clientOf(standIn, "wrong").user.tokens.verify()).rejects.toEqual(refusal(401, 1000, "Invalid API Token"));
    await expect(clientOf(standIn, old).zones.get({ zone_id })).rejects.toEqual(refusal(403, 9109, "Invalid access token"));
    expect((await clientOf(standIn, reader).dns.records.list({ zone_id })).result).toEqual([]);
    await expect(clientOf(standIn, reader).dns.records.create({ zone_id, ...NAS })).rejects.toEqual(refusal(403, 10_000, "Authentication error"));
  });
});

describe("what cannot be is refused", () => {
  const message = (code: number, words: string): { code: number; message: string } => ({ code, message: words });

  it.each<[string, object, { code: number; message: unknown }]>([
    ["the same record twice", NAS, message(81_058, "An identical record already exists.")],
    ["a CNAME beside an A", { type: "CNAME", name: "nas", content: "x.example.net", ttl: 300 }, message(81_053, "An A, AAAA, or CNAME record with that host already exists.")],
    ["an A beside a CNAME", { ...NAS, name: "app" }, message(81_053, "An A, AAAA, or CNAME record with that host already exists.")],
    ["an address that is none", { ...NAS, content: "nas" }, message(9005, "Content for A record must be a valid IPv4 address.")],
    ["a lifetime that is none", { ...NAS, name: "x", ttl: 30 }, message(9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.")],
    ["a proxied address at home", { ...NAS, name: "x", content: "192.168.1.10", proxied: true }, message(9003, "Target 192.168.1.10 is not allowed for a proxied record.")],
    ["a proxied text", { type: "TXT", name: "x", content: "x", ttl: 1, proxied: true }, message(9004, "This record type cannot be proxied.")],
    ["a name that is none", { ...NAS, name: "a b" }, message(9000, "DNS name is invalid.")],
    ["a field that nobody knows", { ...NAS, name: "x", tll: 300 }, { code: 1004, message: 'Unrecognized key: "tll"' }],
    ["a type that nobody knows", { ...NAS, type: "AAA" }, { code: 1004, message: expect.stringMatching(/^type: /) as unknown }],
  ])("%s", async (_, body, error) => {
    const { client, standIn, zone_id } = await started();
    await client.dns.records.create({ zone_id, ...NAS });
    await client.dns.records.create({ zone_id, type: "CNAME", name: "app", content: "x.example.net", ttl: 1, proxied: true });
    await expect(client.dns.records.create({ zone_id, ...body } as never)).rejects.toMatchObject({ status: 400, errors: [error] });
    expect(standIn.state.records).toHaveLength(2);
  });

  it.each<[string, object, number, RegExp]>([
    ["a last rule that does not match all", { ingress: [{ hostname: "app.example.com", service: "http://x:80" }] }, 1056, /The last ingress rule must match all hostnames/],
    ["a service that is none", { ingress: [{ service: "traefik" }] }, 1056, /config\.ingress\.0\.service: is no service/],
    ["a field that nobody knows", { ingress: [{ service: "http_status:404", hostnme: "x" }] }, 1056, /Unrecognized key: "hostnme"/],
  ])("of a tunnel's configuration %s", async (_, config, code, words) => {
    const { client, account_id } = await started();
    const { id = "" } = await client.zeroTrust.tunnels.cloudflared.create({ account_id, name: "homelab" });
    await expect(client.zeroTrust.tunnels.cloudflared.configurations.update(id, { account_id, config: config })).rejects.toMatchObject({ status: 400, errors: [{ code, message: expect.stringMatching(words) as unknown }] });
  });

  it("a short secret, a zone, an account and a call that are not there", async () => {
    const { client, account_id } = await started();
    await expect(client.zeroTrust.tunnels.cloudflared.create({ account_id, name: "homelab", tunnel_secret: "c2hvcnQ=" })).rejects.toEqual(refusal(400, 1003, "tunnel_secret: must be base64 of at least 32 bytes"));
    await expect(client.dns.records.create({ zone_id: "none", ...NAS })).rejects.toEqual(refusal(404, 1001, "Invalid zone identifier"));
    await expect(client.zeroTrust.tunnels.cloudflared.create({ account_id: "none", name: "homelab" })).rejects.toEqual(refusal(404, 7003, "Invalid account identifier"));
    await expect(client.user.get()).rejects.toEqual(refusal(400, 7000, "No route for that URI"));
  });
});

describe("it", () => {
  it("gives a proxied record no lifetime of its own", async () => {
    const { client, zone_id } = await started();
    expect(await client.dns.records.create({ zone_id, type: "CNAME", name: "app", content: "x.example.net", ttl: 300, proxied: true })).toMatchObject({ ttl: 1 });
  });

  it("changes of a record only what it was sent", async () => {
    const { client, zone_id } = await started();
    const { id } = await client.dns.records.create({ zone_id, type: "CNAME", name: "app", content: "x.example.net", ttl: 1, proxied: true });
    expect(await client.dns.records.edit(id, { zone_id, comment: "new" } as never)).toMatchObject({ comment: "new", proxied: true, content: "x.example.net" });
  });

  it("keeps what it knows in its folder, with the same ids", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rzp-cloudflare-"));
    try {
      const first = await started({ folder });
      const { id } = await first.client.dns.records.create({ zone_id: first.zone_id, ...NAS });
      const second = await started({ folder });
      expect(await second.client.dns.records.get(id, { zone_id: first.zone_id })).toMatchObject({ name: "nas.example.com" });
      const other = await second.client.dns.records.create({ zone_id: second.zone_id, ...NAS, name: "other" });
      expect(other.id).not.toBe(id);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each<[string, number, number]>([
    ["token-expired", 403, 9109],
    ["rate-limit", 429, 971],
    ["record-taken", 400, 81_057],
    ["down", 500, 10_000],
  ])("fails as %s", async (fault, status, code) => {
    const { client, zone_id } = await started({ faults: [fault] });
    await expect(client.dns.records.create({ zone_id, ...NAS })).rejects.toMatchObject({ status, errors: [{ code }] });
  });

  it("fails as tunnel-taken", async () => {
    const { client, account_id } = await started({ faults: ["tunnel-taken"] });
    await expect(client.zeroTrust.tunnels.cloudflared.create({ account_id, name: "homelab" })).rejects.toMatchObject({ status: 409, errors: [{ code: 1013 }] });
  });
});
