import { PublishedHosts } from "@rzp/cloudflare";
import { Config } from "@pulumi/pulumi";

const config = new Config("cloudflare");

const published = new PublishedHosts("homelab", {
  accountId: config.require("accountId"),
  zoneId: config.require("zoneId"),
  zone: "example.com",
  hosts: [
    { host: "plex.example.com", service: "https://traefik.traefik.svc:443", originRequest: { originServerName: "plex.example.com" } },
    { host: "nas.example.com", address: "10.0.10.5" },
  ],
});

export const tunnelToken = published.tunnelToken;
