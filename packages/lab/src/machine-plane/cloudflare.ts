import { z } from "zod";
import { LabError } from "../errors.ts";
import { ask } from "./ask.ts";
import { answerer, maker, type Makers } from "./maker.ts";

const PROVIDER = z.strictObject({ apiToken: z.string(), baseUrl: z.string().default("https://api.cloudflare.com/client/v4") });
const TUNNEL = z.strictObject({ accountId: z.string(), name: z.string(), configSrc: z.string().optional(), tunnelSecret: z.string().optional() });
const ORIGIN = z.strictObject({ originServerName: z.string().optional(), noTlsVerify: z.boolean().optional(), http2Origin: z.boolean().optional(), httpHostHeader: z.string().optional() });
const INGRESS = z.strictObject({ hostname: z.string().optional(), service: z.string(), originRequest: ORIGIN.optional() });
const CONFIG = z.strictObject({ accountId: z.string(), tunnelId: z.string(), config: z.strictObject({ ingresses: z.array(INGRESS) }) });
const RECORD = z.strictObject({ zoneId: z.string(), name: z.string(), type: z.string(), content: z.string(), proxied: z.boolean(), ttl: z.number() });

/** What the Cloudflare provider does in the first `up`, call by call as it was seen on the wire. */
export function cloudflareMakers(): Makers {
  let call: Call = () => Promise.reject(new LabError("no Cloudflare provider is configured"));
  return {
    resources: {
      "pulumi:providers:cloudflare": maker(PROVIDER, ({ apiToken, baseUrl }) => {
        call = caller(baseUrl, apiToken);
        return Promise.resolve({ id: "cloudflare" });
      }),
      "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": maker(TUNNEL, async ({ accountId, name, configSrc, tunnelSecret }) => {
        const tunnel = await call("POST", `/accounts/${accountId}/cfd_tunnel`, { name, config_src: configSrc, tunnel_secret: tunnelSecret });
        return { id: tunnel.id, outputs: { accountTag: accountId, status: tunnel.status ?? null } };
      }),
      "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig": maker(CONFIG, async ({ accountId, tunnelId, config }) => {
        const { version } = await call("PUT", `/accounts/${accountId}/cfd_tunnel/${tunnelId}/configurations`, { config: { ingress: config.ingresses.map(ingress) } });
        return { id: tunnelId, outputs: { version: version ?? null } };
      }),
      "cloudflare:index/dnsRecord:DnsRecord": maker(RECORD, async ({ zoneId, ...record }) => {
        const made = await call("POST", `/zones/${zoneId}/dns_records`, record);
        return { id: made.id, outputs: { createdOn: made.created_on ?? null } };
      }),
    },
    invokes: {
      "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken": answerer(z.strictObject({ accountId: z.string(), tunnelId: z.string() }), async ({ accountId, tunnelId }) => {
        const { token } = await call("GET", `/accounts/${accountId}/cfd_tunnel/${tunnelId}/token`);
        return { id: tunnelId, accountId, tunnelId, token: token ?? null };
      }),
    },
  };
}

/** One of its fields is written otherwise on the wire. */
function ingress({ originRequest, ...rule }: z.output<typeof INGRESS>): object {
  if (originRequest === undefined) return rule;
  const { noTlsVerify: noTLSVerify, ...origin } = originRequest;
  return { ...rule, originRequest: { ...origin, noTLSVerify } };
}

/** What is read of a result; one that is a text, as a tunnel's token, is in `token`. */
interface Result {
  id: string;
  status?: string;
  version?: number;
  created_on?: string;
  token?: string;
}

type Call = (method: string, path: string, body?: object) => Promise<Result>;

/** Speaks to Cloudflare's API. */
function caller(baseUrl: string, token: string): Call {
  return async (method, path, body) => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await ask(`${baseUrl.replace(/\/$/, "")}${path}`, `${method} ${path}`, { method, ...content, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) } });
    const { success, result, errors } = (await answer.json()) as { success: boolean; result: Result | string; errors: { code: number; message: string }[] };
    if (!success) throw new LabError(`${method} ${path}: ${answer.status} ${errors.map(({ code, message }) => `${message} (${code})`).join("; ")}`);
    return typeof result === "string" ? { id: "", token: result } : result;
  };
}
