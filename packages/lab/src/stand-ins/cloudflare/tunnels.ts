import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import type { Answer, Call } from "../server.ts";
import { page, read, success } from "./answers.ts";
import { now, type CloudflareState, type Tunnel } from "./state.ts";
import { accountCalled } from "./zones.ts";

/** The vendor's numbers of a tunnel and of a configuration that cannot be. */
const [INVALID, BAD_CONFIG] = [1003, 1056];

const SECRET = z.base64().refine((text) => Buffer.from(text, "base64").length >= 32, "must be base64 of at least 32 bytes");
const NEW = z.strictObject({ name: z.string().min(1).max(100), config_src: z.enum(["local", "cloudflare"]).default("local"), tunnel_secret: SECRET.optional() });
const CHANGE = NEW.pick({ name: true, tunnel_secret: true }).partial();

const SERVICE = /^(https?|tcp|ssh|rdp|unix|unix\+tls|smb|bastion|ws|wss):\S*$|^http_status:[1-5]\d\d$|^hello_world$|^bastion$/;
const ORIGIN = z.strictObject({
  connectTimeout: z.number().optional(),
  tlsTimeout: z.number().optional(),
  tcpKeepAlive: z.number().optional(),
  keepAliveConnections: z.number().optional(),
  keepAliveTimeout: z.number().optional(),
  noHappyEyeballs: z.boolean().optional(),
  httpHostHeader: z.string().optional(),
  originServerName: z.string().optional(),
  matchSNItoHost: z.boolean().optional(),
  caPool: z.string().optional(),
  noTLSVerify: z.boolean().optional(),
  disableChunkedEncoding: z.boolean().optional(),
  http2Origin: z.boolean().optional(),
  proxyType: z.string().optional(),
  access: z.strictObject({ required: z.boolean().optional(), teamName: z.string(), audTag: z.array(z.string()) }).optional(),
});
const INGRESS = z.strictObject({ hostname: z.string().optional(), path: z.string().optional(), service: z.string().regex(SERVICE, "is no service; write http://host:port or http_status:404"), originRequest: ORIGIN.nullish() });
const CONFIG = z.strictObject({
  config: z.strictObject({
    ingress: z
      .array(INGRESS)
      .min(1)
      .refine((rules) => (rules.at(-1)?.hostname ?? "") === "" && (rules.at(-1)?.path ?? "") === "", "The last ingress rule must match all hostnames")
      .nullish(),
    originRequest: ORIGIN.nullish(),
    "warp-routing": z.strictObject({ enabled: z.boolean().optional() }).nullish(),
  }),
});

function told({ id, account, name, config_src, created_at, deleted_at, connections }: Tunnel): object {
  const isUsed = connections.length > 0;
  const seen = { conns_active_at: isUsed ? created_at : null, conns_inactive_at: isUsed ? null : created_at };
  return { id, account_tag: account, created_at, deleted_at, name, connections, ...seen, tun_type: "cfd_tunnel", metadata: {}, status: isUsed ? "healthy" : "inactive", remote_config: config_src === "cloudflare", config_src };
}

function tunnelCalled(state: CloudflareState, { params }: Call): Tunnel {
  const account = accountCalled(state, params.account);
  const tunnel = state.tunnels.find(({ id, account: owner }) => id === params.tunnel && owner === account.id);
  if (tunnel === undefined) throw new Refusal(404, "Tunnel not found", { code: 1020 });
  return tunnel;
}

/** One that was not deleted; a deleted one can still be looked at. */
function livingTunnel(state: CloudflareState, call: Call): Tunnel {
  const tunnel = tunnelCalled(state, call);
  if (tunnel.deleted_at !== null) throw new Refusal(404, "Tunnel not found", { code: 1020 });
  return tunnel;
}

function refuseDouble({ tunnels }: CloudflareState, account: string, name: string, self?: Tunnel): void {
  if (tunnels.some((tunnel) => tunnel !== self && tunnel.account === account && tunnel.name === name && tunnel.deleted_at === null)) throw new Refusal(409, "You already have a tunnel with this name.", { code: 1013 });
}

export function createTunnel(state: CloudflareState, { params, body }: Call): Answer {
  const { id: account } = accountCalled(state, params.account);
  const { name, config_src, tunnel_secret: secret = randomBytes(32).toString("base64") } = read(NEW, body, INVALID);
  refuseDouble(state, account, name);
  const tunnel: Tunnel = { id: randomUUID(), account, name, secret, config_src, created_at: now(), deleted_at: null, connections: [] };
  state.tunnels.push(tunnel);
  return success(told(tunnel));
}

export const showTunnel = (state: CloudflareState, call: Call): Answer => success(told(tunnelCalled(state, call)));

export function listTunnels(state: CloudflareState, { params, query }: Call): Answer {
  const account = accountCalled(state, params.account);
  const found = state.tunnels.filter((tunnel) => tunnel.account === account.id && (query.name ?? tunnel.name) === tunnel.name && (query.is_deleted ?? String(tunnel.deleted_at !== null)) === String(tunnel.deleted_at !== null));
  return page(found.map(told), query);
}

export function patchTunnel(state: CloudflareState, call: Call): Answer {
  const tunnel = livingTunnel(state, call);
  const { name = tunnel.name, tunnel_secret: secret = tunnel.secret } = read(CHANGE, call.body, INVALID);
  refuseDouble(state, tunnel.account, name, tunnel);
  return success(told(Object.assign(tunnel, { name, secret })));
}

export function deleteTunnel(state: CloudflareState, call: Call): Answer {
  const tunnel = livingTunnel(state, call);
  if (tunnel.connections.length > 0) throw new Refusal(400, "Cannot delete tunnel because it has active connections.", { code: 1022 });
  return success(told(Object.assign(tunnel, { deleted_at: now() })));
}

/** What `cloudflared` is started with. */
export function showToken(state: CloudflareState, call: Call): Answer {
  const { account, id, secret } = livingTunnel(state, call);
  return success(Buffer.from(JSON.stringify({ a: account, t: id, s: secret })).toString("base64"));
}

/** The configuration of a deleted tunnel stays, too. */
export function showConfig(state: CloudflareState, call: Call): Answer {
  return success(configTold(tunnelCalled(state, call)));
}

function configTold({ id, account, config, created_at }: Tunnel): object {
  const { version, value, created_at: since } = config ?? { version: 0, value: null, created_at };
  return { tunnel_id: id, account_id: account, version, config: value, source: config === undefined ? "local" : "cloudflare", created_at: since };
}

export function replaceConfig(state: CloudflareState, call: Call): Answer {
  const tunnel = livingTunnel(state, call);
  const { config } = read(CONFIG, call.body, BAD_CONFIG);
  tunnel.config = { version: (tunnel.config?.version ?? 0) + 1, value: { ...config, "warp-routing": { enabled: config["warp-routing"]?.enabled ?? false } }, created_at: now() };
  return success(configTold(tunnel));
}
