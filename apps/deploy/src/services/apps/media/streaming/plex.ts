import { mediaApp } from "@rzp/media/manifests";

export const plex = mediaApp({
  purpose: "Plays the library on every screen.",
  upstream: "https://support.plex.tv",
  image: "ghcr.io/home-operations/plex:1.43.3.10896@sha256:4f1d88882a9883cc525e7c84b22c67c57416b7d3b35c3412329eeb07786433a7",
  port: 32400,
  health: "/identity",
  library: ["movies", "tv", "music"],
  readOnly: true,
  config: { size: "50Gi" },
  scratch: { "/transcode": "20Gi" },
  env: { PLEX_ADVERTISE_URL: ({ host, address }) => `https://${host}:443,http://${address}:32400` },
  // What players on the home network dial.
  loadBalancer: { address: "10.0.20.201", ports: [{ name: "pms", port: 32400 }] },
  resources: { memory: "2Gi", memoryLimit: "8Gi" },
  internet: true,
});
