import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Provider } from "@pulumi/cloudflare";
import { secret } from "@pulumi/pulumi";
import { ArgumentError } from "@rzp/core";
import { at, isSecret, record, valueOf, type Recorded, type RecordMocks } from "@rzp/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PublishedHosts, type PublishedHost, type PublishedHostsArgs } from "./index.ts";

const TUNNEL = "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared";
const CONFIG = "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig";
const RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const TOKEN = "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken";

const ACCOUNT = "01a7362d577a6c3019a474fd6f485823";
const ZONE = "023e105f4ecef8ad9ca31a8372d0c353";

const app: PublishedHost = { host: "app.example.com", service: "http://traefik.traefik:80" };
const nas: PublishedHost = { host: "nas.example.com", address: "192.168.2.10" };
const basic: PublishedHostsArgs = { accountId: ACCOUNT, zoneId: ZONE, zone: "example.com", hosts: [app, nas] };

function published(args: Partial<PublishedHostsArgs> = {}, mocks: RecordMocks = {}, opts?: ConstructorParameters<typeof PublishedHosts>[2]): Promise<Recorded<PublishedHosts>> {
  return record(() => new PublishedHosts("homelab", { ...basic, ...args }, opts), { call: () => ({ token: "t0ken" }), ...mocks });
}

describe("PublishedHosts", () => {
  it("registers exactly this", async () => {
    const { resources, find, calls } = await published();
    expect(resources.map(({ type, name }) => [type, name]).sort()).toEqual([
      [RECORD, "homelab-app.example.com"],
      [RECORD, "homelab-nas.example.com"],
      [TUNNEL, "homelab"],
      [CONFIG, "homelab"],
      ["rzp:cloudflare:PublishedHosts", "homelab"],
    ]);
    const { urn } = find("rzp:cloudflare:PublishedHosts");
    expect(resources.filter(({ custom }) => custom).map(({ parentUrn }) => parentUrn)).toEqual([urn, urn, urn, urn]);
    expect(find(TUNNEL).inputs).toEqual({ accountId: ACCOUNT, name: "homelab", configSrc: "cloudflare" });
    expect(find(CONFIG).inputs).toEqual({
      accountId: ACCOUNT,
      tunnelId: "homelab-id",
      config: { ingresses: [{ hostname: "app.example.com", service: "http://traefik.traefik:80" }, { service: "http_status:404" }] },
    });
    expect(find(RECORD, "homelab-app.example.com").inputs).toEqual({
      zoneId: ZONE,
      name: "app.example.com",
      type: "CNAME",
      content: "homelab-id.cfargotunnel.com",
      proxied: true,
      ttl: 1,
    });
    expect(find(RECORD, "homelab-nas.example.com").inputs).toEqual({ zoneId: ZONE, name: "nas.example.com", type: "A", content: "192.168.2.10", proxied: false, ttl: 300 });
    expect(calls).toEqual([{ token: TOKEN, inputs: { accountId: ACCOUNT, tunnelId: "homelab-id" } }]);
  });

  it("gives the tunnel's token as a secret, and keeps it one in the state", async () => {
    const { result } = await published();
    expect(await valueOf(result.tunnelId)).toBe("homelab-id");
    expect(await valueOf(result.tunnelToken)).toBe("t0ken");
    expect(await isSecret(result.tunnelToken)).toBe(true);
    expect(Object.keys(result.nodes.records)).toEqual(["app.example.com", "nas.example.com"]);
  });

  it("hands the provider in its options to what it makes and asks", async () => {
    const asked: (string | undefined)[] = [];
    const call: NonNullable<RecordMocks["call"]> = ({ provider }) => {
      asked.push(provider);
      return { token: "t0ken" };
    };
    const { resources, find } = await record(() => new PublishedHosts("homelab", basic, { provider: new Provider("cf", {}) }), { call });
    const provider = `${find("pulumi:providers:cloudflare").urn}::cf-id`;
    expect(resources.filter(({ type }) => type.startsWith("cloudflare:")).map((resource) => resource.provider)).toEqual(Array(4).fill(provider));
    expect(asked).toEqual([provider]);
  });

  it("passes on every choice, and takes ids that are not known yet", async () => {
    const { find } = await published({
      accountId: secret(ACCOUNT),
      tunnelName: "cluster",
      hosts: [
        { host: "example.com", address: "1.1.1.1", proxied: true },
        { host: "a.lab.example.com", service: "https://traefik.traefik.svc:443", originRequest: { originServerName: "a.lan", http2Origin: true, httpHostHeader: "b.lan" } },
        { host: "b.example.com", address: "10.0.0.1", ttl: 60 },
      ],
      certificateNames: ["example.com", "*.lab.example.com"],
      transform: { tunnel: { tunnelSecret: "c2VjcmV0" }, config: { source: "cloudflare" }, record: (args) => ({ ...args, comment: "by code" }) },
    });
    expect(find(TUNNEL).inputs).toMatchObject({ name: "cluster", tunnelSecret: "c2VjcmV0" });
    expect(find(TUNNEL).secretInputs).toContain("accountId");
    expect(find(CONFIG).inputs).toMatchObject({ source: "cloudflare" });
    expect(at(find(CONFIG).inputs, "config.ingresses.0.originRequest")).toEqual({ originServerName: "a.lan", http2Origin: true, httpHostHeader: "b.lan" });
    expect(find(RECORD, "homelab-example.com").inputs).toMatchObject({ type: "A", content: "1.1.1.1", proxied: true, ttl: 1, comment: "by code" });
    expect(find(RECORD, "homelab-b.example.com").inputs).toMatchObject({ content: "10.0.0.1", proxied: false, ttl: 60 });
  });

  it("adding a host never renames or changes another, and the order of writing does not matter", async () => {
    const hosts = ["a", "b", "c", "d", "e"].map((label): PublishedHost => ({ host: `${label}.example.com`, service: `http://${label}.apps:80` }));
    const all = await published({ hosts });
    const shapes = (recorded: Recorded<PublishedHosts>): Map<string, unknown> => new Map(recorded.resources.map(({ urn, inputs }) => [urn, inputs]));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(hosts, { minLength: 1 }), async (some) => {
        const subset = await published({ hosts: some });
        for (const { urn, inputs } of subset.resources.filter(({ type }) => type === RECORD)) expect(shapes(all).get(urn)).toEqual(inputs);
      }),
      { numRuns: 25 },
    );
    expect(shapes(await published({ hosts: hosts.toReversed() }))).toEqual(shapes(all));
  });
});

describe("dangers of the provider", () => {
  it("a record of another type collides with the old one: the old one is deleted first", async () => {
    const { resources } = await published();
    expect(resources.filter(({ type }) => type === RECORD).map(({ options }) => options.deleteBeforeReplace)).toEqual([true, true]);
  });

  it("a proxied record with another ttl than 1 fails after other resources have been made, or is sent unchecked: it is always 1", async () => {
    const { resources } = await published({ hosts: [app, { host: "web.example.com", address: "1.1.1.1", proxied: true }] });
    expect(resources.filter(({ inputs }) => inputs.proxied === true).map(({ inputs }) => inputs.ttl)).toEqual([1, 1]);
  });

  it("a tunnel that is replaced has another token: protected, also where the option is there but undefined; records are not", async () => {
    const protection = async (opts?: ConstructorParameters<typeof PublishedHosts>[2]): Promise<boolean[]> => {
      const { find } = await published({}, {}, opts);
      return [find(TUNNEL).options.protect, find(CONFIG).options.protect, find(RECORD, "homelab-app.example.com").options.protect];
    };
    expect(await protection()).toEqual([true, false, false]);
    expect(await protection({ protect: undefined } as unknown as { protect: boolean })).toEqual([true, false, false]);
    expect(await protection({ protect: false })).toEqual([false, false, false]);
    expect(await protection({ protect: true })).toEqual([true, true, true]);
  });

  it("a tunnel that goes with its last host takes its token along: it is there without any", async () => {
    const { find } = await published({ hosts: [nas] });
    expect(find(TUNNEL).inputs.name).toBe("homelab");
    expect(at(find(CONFIG).inputs, "config.ingresses")).toEqual([{ service: "http_status:404" }]);
  });

  it("cloudflared refuses rules without a last one for everything: there is exactly one, and it is last", async () => {
    const { find } = await published({ hosts: ["c", "a", "b"].map((label) => ({ host: `${label}.example.com`, service: "http://web:80" })) });
    const rules = at(find(CONFIG).inputs, "config.ingresses") as { hostname?: string }[];
    expect(rules.map(({ hostname }) => hostname)).toEqual(["a.example.com", "b.example.com", "c.example.com", undefined]);
  });

  it("a tunnel's secret is Cloudflare's to make: none is sent", async () => {
    expect((await published()).find(TUNNEL).inputs).not.toHaveProperty("tunnelSecret");
  });

  it("the first preview knows no tunnel: every record is still in it, and nobody asks for a token", async () => {
    const { resources, calls } = await published({}, { preview: true, newResource: ({ inputs }) => ({ id: "", state: inputs as Record<string, unknown> }) });
    expect(resources.filter(({ type }) => type === RECORD)).toHaveLength(2);
    expect(calls).toEqual([]);
  });
});

const host = (fields: object): Partial<PublishedHostsArgs> => ({ hosts: [{ ...app, ...fields }] });
const plain = (fields: object): Partial<PublishedHostsArgs> => ({ hosts: [{ host: "nas.example.com", address: "1.1.1.1", ...fields }] });

describe("bad arguments are refused before anything is registered", () => {
  it.each<[string, Partial<PublishedHostsArgs>]>([
    ['accountId "me" is not an id of Cloudflare\'s. It has 32 hexadecimal digits; the dashboard\'s overview of the zone shows it.', { accountId: "me" }],
    ['zoneId "example.com" is not an id', { zoneId: "example.com" }],
    ['zone "example" is not the name of a zone. Write it as example.com, in lower case.', { zone: "example" }],
    ['zone "Example.com" is not', { zone: "Example.com" }],
    ["tunnelName is empty. Leave it out, or give the tunnel a name.", { tunnelName: "" }],
    ["hosts is an empty list. Name at least one host.", { hosts: [] }],
    ['hosts[0].host "*.example.com" is a wildcard. Name each host: a wildcard publishes', host({ host: "*.example.com" })],
    ['hosts[0].host "app" is not a host name. Write it in full and in lower case, such as app.example.com.', host({ host: "app" })],
    ['hosts[0].host "App.example.com" is not a host name.', host({ host: "App.example.com" })],
    ['hosts[0].host "app.example.com." is not a host name.', host({ host: "app.example.com." })],
    ['hosts[0].host "app.example.org" is outside the zone example.com. Cloudflare would append the zone to it.', host({ host: "app.example.org" })],
    ['hosts[0].host "notexample.com" is outside the zone', host({ host: "notexample.com" })],
    ['hosts[2].host "app.example.com" is there twice, first as hosts[0]. One host leads to one place.', { hosts: [app, nas, { host: "app.example.com", address: "1.1.1.1" }] }],
    ["hosts[0] has both service and address. Give exactly one of them.", host({ address: "1.1.1.1" })],
    ["hosts[0] has neither service nor address.", { hosts: [{ host: "app.example.com" } as PublishedHost] }],
    ['hosts[0].host "a.lab.example.com" is on no certificate that Cloudflare shows (example.com, *.example.com). Use a host directly below', host({ host: "a.lab.example.com" })],
    ['hosts[0].host "a.lab.example.com" is on no certificate', plain({ host: "a.lab.example.com", proxied: true })],
    ['hosts[0].service "traefik:80" has no scheme. Write it as https://traefik.traefik.svc:443, or http_status:403.', host({ service: "traefik:80" })],
    ['hosts[0].service "http_status:999" has no scheme.', host({ service: "http_status:999" })],
    ['hosts[0].service "htps://traefik" has a scheme that cloudflared does not proxy. Did you mean "https"?', host({ service: "htps://traefik" })],
    ['hosts[0].service "ftp://nas" has a scheme that cloudflared does not proxy. Known are: http, https, tcp, ssh, rdp, smb.', host({ service: "ftp://nas" })],
    ['hosts[0].service "http://traefik/" is more or less than a scheme, a host and a port. cloudflared keeps', host({ service: "http://traefik/" })],
    ['hosts[0].service "http://" is more or less', host({ service: "http://" })],
    ['hosts[0].service "http://user@traefik" is more or less', host({ service: "http://user@traefik" })],
    ["hosts[0].service has port 65536. Use 1 to 65535.", host({ service: "http://traefik:65536" })],
    ["hosts[0].originRequest.noTlsVerify has no effect on http. Use an https service, or leave it out.", host({ originRequest: { noTlsVerify: true } })],
    ['hosts[0].originRequest.originServerName "traefik" is not a host name.', host({ service: "https://traefik", originRequest: { originServerName: "traefik" } })],
    ["hosts[0].originRequest.noTlsVerify leaves originServerName without a meaning.", host({ service: "https://traefik", originRequest: { originServerName: "a.lan", noTlsVerify: true } })],
    ['hosts[0].address "::1" is not an IPv4 address.', plain({ address: "::1" })],
    ["hosts[0].address is 192.168.2.10, which Cloudflare cannot reach, in a proxied record. Publish the host through the tunnel", plain({ address: "192.168.2.10", proxied: true })],
    ["hosts[0].address is 100.64.0.1, which Cloudflare cannot reach", plain({ address: "100.64.0.1", proxied: true })],
    ["hosts[0].ttl is 300 in a proxied record. Leave it out: Cloudflare answers with its own addresses and time.", plain({ proxied: true, ttl: 300 })],
    ["hosts[0].ttl is 59. Use 60 to 86400 seconds, or 1 for automatic.", plain({ ttl: 59 })],
    ["hosts[0].ttl is 86401. Use", plain({ ttl: 86_401 })],
    ["hosts[0].ttl is 60.5. Use", plain({ ttl: 60.5 })],
  ])("%s", async (message, args) => {
    let refused: unknown;
    const { resources, calls } = await record(() => {
      try {
        new PublishedHosts("homelab", { ...basic, ...args });
      } catch (error) {
        refused = error;
      }
    });
    expect(refused).toBeInstanceOf(ArgumentError);
    expect((refused as Error).message).toContain(`PublishedHosts "homelab": ${message}`);
    expect([resources, calls]).toEqual([[], []]);
  });

  it.each<[string, Partial<PublishedHostsArgs>]>([
    ["a private address that is not proxied, at any depth", plain({ host: "a.lab.example.com", address: "192.168.2.10" })],
    ["a refusal", host({ service: "http_status:403" })],
    ["an address as the service", host({ service: "https://10.0.20.50:443", originRequest: { noTlsVerify: true } })],
    ["a ttl of 1, proxied or not", { hosts: [{ host: "a.example.com", address: "1.1.1.1", ttl: 1 }, { host: "b.example.com", address: "1.1.1.1", ttl: 1, proxied: true }] }],
  ])("but takes %s", async (_, args) => {
    await expect(published(args)).resolves.toBeDefined();
  });
});

// What the real provider sent; outside the repository, and not needed at a user's.
const TRACE = resolve(process.env.RZP_LAB_FACTS ?? resolve(import.meta.dirname, "../../../../shared/facts"), "traces/cloudflare-create.jsonl");
const hasTrace = existsSync(TRACE);

describe.skipIf(!hasTrace)(`against what the real provider sent (needs ${hasTrace ? "shared/facts" : "shared/facts, which is not here"})`, () => {
  it("is the tunnel, the rules and the records of the trace", async () => {
    interface Call {
      method: string;
      path: string;
      body: Record<string, unknown> | null;
      response: { result: { id: string } };
    }
    const calls = readFileSync(TRACE, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Call); // prettier-ignore
    const sent = (method: string, path: string, name?: string): Call => {
      const call = calls.find((candidate) => candidate.method === method && candidate.path.endsWith(path) && (name === undefined || candidate.body?.name === name));
      if (call === undefined) throw new Error(`no ${method} ${path} in the trace`);
      return call;
    };
    const tunnel = sent("POST", "/cfd_tunnel");
    const { find } = await published(
      { hosts: [app, { host: "nas.example.com", address: "192.0.2.10" }] },
      { newResource: ({ type, inputs }) => (type === TUNNEL ? { id: tunnel.response.result.id, state: inputs as Record<string, unknown> } : undefined) },
    );
    const { configSrc: config_src, name } = find(TUNNEL).inputs;
    expect({ config_src, name }).toEqual(tunnel.body);
    expect(sent("PUT", "/configurations").body).toEqual({ config: { ingress: at(find(CONFIG).inputs, "config.ingresses") } });
    for (const label of ["app.example.com", "nas.example.com"]) {
      const { zoneId, ...fields } = find(RECORD, `homelab-${label}`).inputs;
      expect(zoneId).toBe(ZONE);
      expect(fields).toEqual(sent("POST", "/dns_records", label).body);
    }
  });
});
