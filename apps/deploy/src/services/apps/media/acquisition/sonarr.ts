import { mediaApp } from "@rzp/media/manifests";

export const sonarr = mediaApp({
  purpose: "Finds, fetches and files television series.",
  upstream: "https://wiki.servarr.com/sonarr",
  image: "ghcr.io/home-operations/sonarr:4.0.19.3001@sha256:2fef93accb445aeb1773e454825ac903f7d66d9addfe045d56fff69ba8181c82",
  port: 8989,
  health: "/ping",
  library: ["tv", "downloads"],
  env: { SONARR__AUTH__METHOD: "Forms", SONARR__AUTH__REQUIRED: "Enabled" },
  secrets: ["SONARR__AUTH__APIKEY"],
  talksTo: ["prowlarr", "nzbhydra2", "sabnzbd", "qbittorrent", "plex"],
  internet: true,
});
