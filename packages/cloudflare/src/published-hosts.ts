import {
  DnsRecord,
  getZeroTrustTunnelCloudflaredTokenOutput,
  ZeroTrustTunnelCloudflared,
  ZeroTrustTunnelCloudflaredConfig,
  type DnsRecordArgs,
  type ZeroTrustTunnelCloudflaredArgs,
  type ZeroTrustTunnelCloudflaredConfigArgs,
} from "@pulumi/cloudflare";
import { ComponentResource, interpolate, secret, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { applyTransform, refusal, type Transform } from "@rzp/core";
import { checkPublishedHosts } from "./check.ts";

/** How cloudflared talks to an `https` service. */
export interface OriginRequest {
  /** Name that the service's certificate is for, where it is not the host in its URL. A change is made in place. @default the host in `service` */
  originServerName?: string;
  /** Take any certificate. Prefer `originServerName`. A change is made in place. @default false */
  noTlsVerify?: boolean;
  /** `Host` header that the service sees. A change is made in place. @default the published host */
  httpHostHeader?: string;
  /** Speak HTTP/2 to the service; needed for gRPC. A change is made in place. @default false */
  http2Origin?: boolean;
}

/** A host that the internet reaches through the tunnel: a proxied CNAME, and a rule that leads to the service. */
export interface TunnelHost {
  /** Full name within the zone. A change is a new record, and the old one is deleted. */
  host: string;
  /** Where cloudflared sends requests, without a path, such as `https://traefik.traefik.svc:443`. A change is made in place. */
  service: string;
  originRequest?: OriginRequest;
}

/** A host with a plain A record, such as a name that only the LAN resolves to something it reaches. */
export interface PlainHost {
  /** Full name within the zone. A change is a new record, and the old one is deleted. */
  host: string;
  /** IPv4 address. A private one is only for a record that is not proxied, and is then public knowledge. A change is made in place. */
  address: string;
  /** Send traffic through Cloudflare. A change is made in place. @default false */
  proxied?: boolean;
  /** Seconds that resolvers keep the answer, 60 to 86400; Cloudflare's own choice when proxied. A change is made in place. @default 300 */
  ttl?: number;
}

/** A host changes its kind by being deleted and made anew: it does not resolve for a moment. */
export type PublishedHost = TunnelHost | PlainHost;

/** Arguments of the hosts that a homelab publishes in one zone. */
export interface PublishedHostsArgs {
  /** Cloudflare account, 32 hexadecimal digits. A change replaces the tunnel, and with it its token. */
  accountId: Input<string>;
  /** Zone, 32 hexadecimal digits. A change makes every record anew. */
  zoneId: Input<string>;
  /** Name of that zone, such as `example.com`; it is what the hosts are checked against. */
  zone: string;
  /** Every host once. Their order does not matter. */
  hosts: readonly PublishedHost[];
  /** Name of the tunnel in the dashboard. A change is made in place. @default the component's name */
  tunnelName?: string;
  /** Names on the certificate that Cloudflare shows, where an advanced one covers more. Proxied hosts outside them cannot be reached by https. @default the zone and `*.` the zone (universal SSL) */
  certificateNames?: readonly string[];
  transform?: { tunnel?: Transform<ZeroTrustTunnelCloudflaredArgs>; config?: Transform<ZeroTrustTunnelCloudflaredConfigArgs>; record?: Transform<DnsRecordArgs> };
}

/**
 * The hosts that a homelab publishes: one tunnel, its rules, and one DNS record a host.
 *
 * The tunnel is there also while no host uses it, and protected unless the options say `protect: false`: a new one has a new id and token, and nothing is
 * reachable until cloudflared has it. Records are not protected: removing a host from the list is how it is unpublished, and one made anew is the same again.
 */
export class PublishedHosts extends ComponentResource {
  readonly tunnelId: Output<string>;
  /** What `cloudflared tunnel run --token` wants; secret. */
  readonly tunnelToken: Output<string>;
  readonly nodes: Readonly<{ tunnel: ZeroTrustTunnelCloudflared; config: ZeroTrustTunnelCloudflaredConfig; records: Readonly<Record<string, DnsRecord>> }>;

  constructor(name: string, args: PublishedHostsArgs, opts: ComponentResourceOptions = {}) {
    checkPublishedHosts(args, refusal("PublishedHosts", name));
    super("rzp:cloudflare:PublishedHosts", name, { zone: args.zone }, opts);

    const tunnel = new ZeroTrustTunnelCloudflared(name, tunnelArgs(name, args), { parent: this, protect: opts.protect ?? true });
    const config = new ZeroTrustTunnelCloudflaredConfig(name, configArgs(args, tunnel.id), { parent: this });
    // Another type is a replacement, and two records of one name collide: the old one goes first.
    const record = (host: PublishedHost): DnsRecord =>
      new DnsRecord(`${name}-${host.host}`, recordArgs(host, args, tunnel.id), { parent: this, deleteBeforeReplace: true });
    const records = Object.fromEntries(args.hosts.map((host) => [host.host, record(host)]));
    const { token } = getZeroTrustTunnelCloudflaredTokenOutput({ accountId: args.accountId, tunnelId: tunnel.id }, { parent: this });

    this.nodes = { tunnel, config, records };
    this.tunnelId = tunnel.id;
    this.tunnelToken = secret(token);
    this.registerOutputs({ tunnelId: this.tunnelId, tunnelToken: this.tunnelToken });
  }
}

function tunnelArgs(name: string, { accountId, tunnelName, transform }: PublishedHostsArgs): ZeroTrustTunnelCloudflaredArgs {
  // No tunnelSecret: it is for tunnels that are configured beside cloudflared, and Cloudflare makes a better one itself.
  return applyTransform<ZeroTrustTunnelCloudflaredArgs>({ accountId, name: tunnelName ?? name, configSrc: "cloudflare" }, transform?.tunnel);
}

function configArgs({ accountId, hosts, transform }: PublishedHostsArgs, tunnelId: Output<string>): ZeroTrustTunnelCloudflaredConfigArgs {
  // By name, since no rule overlaps another: writing hosts in another order is no change.
  const rules = hosts
    .filter(isTunnelHost)
    .sort((a, b) => (a.host < b.host ? -1 : 1))
    .map(({ host, service, originRequest }) => ({ hostname: host, service, ...(originRequest === undefined ? {} : { originRequest }) }));
  // cloudflared refuses rules whose last one does not match everything, and never reads what follows one that does.
  return applyTransform<ZeroTrustTunnelCloudflaredConfigArgs>({ accountId, tunnelId, config: { ingresses: [...rules, { service: "http_status:404" }] } }, transform?.config);
}

function recordArgs(host: PublishedHost, { zoneId, transform }: PublishedHostsArgs, tunnelId: Output<string>): DnsRecordArgs {
  // A proxied record needs ttl 1 ("automatic"); the provider only says so after it has made other resources, and on an update not at all.
  const record: DnsRecordArgs = isTunnelHost(host)
    ? { zoneId, name: host.host, type: "CNAME", content: interpolate`${tunnelId}.cfargotunnel.com`, proxied: true, ttl: 1 }
    : { zoneId, name: host.host, type: "A", content: host.address, proxied: host.proxied ?? false, ttl: host.proxied === true ? 1 : (host.ttl ?? 300) };
  return applyTransform(record, transform?.record);
}

function isTunnelHost(host: PublishedHost): host is TunnelHost {
  return "service" in host;
}
