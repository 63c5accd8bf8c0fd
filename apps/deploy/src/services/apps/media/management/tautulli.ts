import { mediaApp } from "@rzp/media/manifests";

export const tautulli = mediaApp({
  purpose: "Tells who watched what on Plex.",
  upstream: "https://docs.tautulli.com",
  image: "ghcr.io/home-operations/tautulli:2.17.2@sha256:7592e192e2dd5297054a80c0f1e8b2593f7675af75c5020806b30c712e159406",
  port: 8181,
  health: "/status",
  // Every variable TAUTULLI_<SETTING> wins over its configuration file.
  env: { TAUTULLI_HTTP_BASE_URL: ({ host }) => `https://${host}`, TAUTULLI_HTTP_PROXY: "1", TAUTULLI_SYSTEM_ANALYTICS: "0" },
  secrets: ["TAUTULLI_API_KEY"],
  // It has no login until somebody sets one in its wizard, which whoever comes first may answer.
  auth: "basic",
  talksTo: ["plex"],
  needs: ["plex"],
  resources: { cpu: "25m", memory: "256Mi", memoryLimit: "1Gi" },
  internet: true,
});
