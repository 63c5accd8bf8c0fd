import { mediaApp } from "@rzp/media/manifests";
import { category } from "@rzp/workload/manifests";

const sonarr = mediaApp({
  image: "ghcr.io/home-operations/sonarr:4.0.19.3001@sha256:2fef93accb445aeb1773e454825ac903f7d66d9addfe045d56fff69ba8181c82",
  port: 8989,
  health: "/ping",
  library: ["tv", "downloads"],
  secrets: ["SONARR__AUTH__APIKEY"],
  internet: true,
});

const plex = mediaApp({
  image: "ghcr.io/home-operations/plex:1.43.3.10896@sha256:4f1d88882a9883cc525e7c84b22c67c57416b7d3b35c3412329eeb07786433a7",
  port: 32400,
  health: "/identity",
  library: ["tv", "movies"],
  readOnly: true,
  gpu: "intel",
  config: { size: "50Gi" },
  scratch: { "/transcode": "20Gi" },
});

export default category("apps/media", { sonarr, plex }, { namespace: "media" });
