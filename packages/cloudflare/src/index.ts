export { PublishedHosts, type OriginRequest, type PlainHost, type PublishedHost, type PublishedHostsArgs, type TunnelHost } from "./published-hosts.ts";
export { Provider as CloudflareProvider } from "@pulumi/cloudflare";
