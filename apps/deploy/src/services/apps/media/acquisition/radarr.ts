import { mediaApp } from "@rzp/media/manifests";

export const radarr = mediaApp({
  purpose: "Finds, fetches and files films.",
  upstream: "https://wiki.servarr.com/radarr",
  image: "ghcr.io/home-operations/radarr:6.4.1.10545@sha256:260469d707617f4b5be1cd11a40be7e4889c63c5e7cdbc6a429626dc05863b6b",
  port: 7878,
  health: "/ping",
  library: ["movies", "downloads"],
  env: { RADARR__AUTH__METHOD: "Forms", RADARR__AUTH__REQUIRED: "Enabled" },
  secrets: ["RADARR__AUTH__APIKEY"],
  talksTo: ["prowlarr", "nzbhydra2", "sabnzbd", "qbittorrent", "plex"],
  internet: true,
});
