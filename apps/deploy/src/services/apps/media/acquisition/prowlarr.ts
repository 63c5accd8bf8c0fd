import { mediaApp } from "@rzp/media/manifests";

export const prowlarr = mediaApp({
  purpose: "Keeps the indexers of Sonarr and Radarr in one place.",
  upstream: "https://wiki.servarr.com/prowlarr",
  image: "ghcr.io/home-operations/prowlarr:2.6.1.5509@sha256:ce5d6bdd5be6529f503df77aa9d2bad20239031d7c660406e8fb1c6d621dd020",
  port: 9696,
  health: "/ping",
  env: { PROWLARR__AUTH__METHOD: "Forms", PROWLARR__AUTH__REQUIRED: "Enabled" },
  secrets: ["PROWLARR__AUTH__APIKEY"],
  talksTo: ["sonarr", "radarr", "sabnzbd", "qbittorrent"],
  internet: true,
});
