import type { Input } from "@pulumi/pulumi";
import { didYouMean, isHostName, isIpv4, isPublicIpv4, type Refuse } from "@rzp/core";
import type { PlainHost, PublishedHost, PublishedHostsArgs, TunnelHost } from "./published-hosts.ts";

/** What cloudflared proxies to; `unix:` sockets and its own test pages are not for a cluster. */
const SCHEMES = ["http", "https", "tcp", "ssh", "rdp", "smb"];

/** Refuses what Cloudflare or cloudflared would refuse in the middle of an `up`, and what they would take and nobody could reach. */
export function checkPublishedHosts(args: PublishedHostsArgs, refuse: Refuse): void {
  checkId("accountId", args.accountId, refuse);
  checkId("zoneId", args.zoneId, refuse);
  if (!isHostName(args.zone)) refuse("zone", `"${args.zone}" is not the name of a zone`, "Write it as example.com, in lower case.");
  if (args.tunnelName?.trim() === "") refuse("tunnelName", "is empty", "Leave it out, or give the tunnel a name.");
  if (args.hosts.length === 0) refuse("hosts", "is an empty list", "Name at least one host.");
  const first = new Map<string, number>();
  args.hosts.forEach((host, index) => {
    const path = `hosts[${index}]`;
    checkHost(`${path}.host`, host.host, args.zone, refuse);
    const before = first.get(host.host);
    if (before !== undefined) refuse(`${path}.host`, `"${host.host}" is there twice, first as hosts[${before}]`, "One host leads to one place.");
    first.set(host.host, index);
    if ("service" in host === "address" in host) refuse(path, `has ${"service" in host ? "both service and address" : "neither service nor address"}`, "Give exactly one of them.");
    if ("service" in host) checkTunnelHost(path, host, refuse);
    else checkPlainHost(path, host, refuse);
    if (isProxied(host)) checkCertificate(`${path}.host`, host.host, args, refuse);
  });
}

function checkId(path: string, id: Input<string>, refuse: Refuse): void {
  if (typeof id === "string" && !/^[0-9a-f]{32}$/.test(id)) refuse(path, `"${id}" is not an id of Cloudflare's`, "It has 32 hexadecimal digits; the dashboard's overview of the zone shows it.");
}

function checkHost(path: string, host: string, zone: string, refuse: Refuse): void {
  if (host.startsWith("*")) refuse(path, `"${host}" is a wildcard`, "Name each host: a wildcard publishes what nobody meant to, and takes rules from the hosts after it.");
  if (!isHostName(host)) refuse(path, `"${host}" is not a host name`, "Write it in full and in lower case, such as app.example.com.");
  if (host !== zone && !host.endsWith(`.${zone}`)) refuse(path, `"${host}" is outside the zone ${zone}`, "Cloudflare would append the zone to it.");
}

function checkTunnelHost(path: string, { service, originRequest = {} }: TunnelHost, refuse: Refuse): void {
  if (/^http_status:[1-5]\d\d$/.test(service)) return;
  const scheme = /^([^:/]*):\/\//.exec(service)?.[1];
  if (scheme === undefined) return refuse(`${path}.service`, `"${service}" has no scheme`, "Write it as https://traefik.traefik.svc:443, or http_status:403.");
  if (!SCHEMES.includes(scheme)) refuse(`${path}.service`, `"${service}" has a scheme that cloudflared does not proxy`, didYouMean(scheme, SCHEMES));
  const [, host = "", port] = /^([^/?#\s:@]+)(?::(\d+))?$/.exec(service.slice(scheme.length + 3)) ?? [];
  if (host === "") refuse(`${path}.service`, `"${service}" is more or less than a scheme, a host and a port`, "cloudflared keeps the request's own path: write it as https://traefik.traefik.svc:443.");
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) refuse(`${path}.service`, `has port ${port}`, "Use 1 to 65535.");
  const [option] = Object.keys(originRequest).filter((key) => key !== "httpHostHeader");
  if (scheme !== "https" && option !== undefined) refuse(`${path}.originRequest.${option}`, `has no effect on ${scheme}`, "Use an https service, or leave it out.");
  const { originServerName } = originRequest;
  if (originServerName !== undefined && !isHostName(originServerName)) refuse(`${path}.originRequest.originServerName`, `"${originServerName}" is not a host name`);
  if (originServerName !== undefined && originRequest.noTlsVerify === true) {
    refuse(`${path}.originRequest.noTlsVerify`, "leaves originServerName without a meaning", "Keep originServerName alone: the certificate is then checked.");
  }
}

function checkPlainHost(path: string, { address, proxied = false, ttl }: PlainHost, refuse: Refuse): void {
  if (!isIpv4(address)) refuse(`${path}.address`, `"${address}" is not an IPv4 address`);
  if (proxied && !isPublicIpv4(address)) {
    refuse(`${path}.address`, `is ${address}, which Cloudflare cannot reach, in a proxied record`, "Publish the host through the tunnel (service), or leave proxied out for a name that only the LAN uses.");
  }
  if (proxied && ttl !== undefined && ttl !== 1) refuse(`${path}.ttl`, `is ${ttl} in a proxied record`, "Leave it out: Cloudflare answers with its own addresses and time.");
  // 60 to 86400: Cloudflare's limits outside the Enterprise plan; 1 is automatic.
  if (ttl !== undefined && ttl !== 1 && (!Number.isInteger(ttl) || ttl < 60 || ttl > 86_400)) refuse(`${path}.ttl`, `is ${ttl}`, "Use 60 to 86400 seconds, or 1 for automatic.");
}

function checkCertificate(path: string, host: string, { zone, certificateNames = [zone, `*.${zone}`] }: PublishedHostsArgs, refuse: Refuse): void {
  // A wildcard on a certificate stands for exactly one label (RFC 6125).
  const parent = `*.${host.slice(host.indexOf(".") + 1)}`;
  if (!certificateNames.includes(host) && !certificateNames.includes(parent)) {
    refuse(path, `"${host}" is on no certificate that Cloudflare shows (${certificateNames.join(", ")})`, "Use a host directly below the zone, or order an advanced certificate and name it in certificateNames.");
  }
}

function isProxied(host: PublishedHost): boolean {
  return "service" in host || host.proxied === true;
}
