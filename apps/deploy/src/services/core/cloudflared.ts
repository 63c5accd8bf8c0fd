import { workload } from "@rzp/workload/manifests";

/**
 * The tunnel's end in the cluster, wanted by services with `exposure: "public"` and by nobody else. Its token is what the program hands out as `tunnelToken`,
 * and is put into the store by hand before the stack switches it on.
 */
export const cloudflared = workload({
  purpose: "Leads requests from the internet through the tunnel to public services.",
  upstream: "https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/",
  image: "docker.io/cloudflare/cloudflared:2026.9.3@sha256:072c067d25ccbe61d46e18f0d0723255f2bb5304f7317caa95b27031520ff92c",
  // By itself it would look for newer programs in place of this image, and answer probes inside its own pod only.
  args: ["tunnel", "--no-autoupdate", "--metrics", "0.0.0.0:2000", "run"],
  port: 2000,
  // Ready is who has a connection to Cloudflare.
  health: "/ready",
  host: false,
  secrets: ["TUNNEL_TOKEN"],
  user: 65_532,
  replicas: 2,
  resources: { cpu: "20m", memory: "64Mi" },
  // Where the tunnel's rules lead to; the ingress controller knows the services.
  talksTo: ["traefik"],
  needs: ["secrets"],
  internet: true,
});
