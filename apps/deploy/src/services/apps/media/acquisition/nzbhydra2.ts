import { mediaApp } from "@rzp/media/manifests";

/** As the image's own supervisor starts it, which itself would need root: the first configuration is copied, and the binary found from its own folder. */
const START = "test -e /config/nzbhydra.yml || cp /defaults/nzbhydra.yml /config/; cd /app/nzbhydra2/bin && exec python3 nzbhydra2wrapperPy3.py --nobrowser --datafolder /config";

export const nzbhydra2 = mediaApp({
  purpose: "Searches all Usenet indexers at once.",
  upstream: "https://github.com/theotherp/nzbhydra2/wiki",
  risks: [
    "Prowlarr does the same for Sonarr and Radarr and is deployed by far more people; it is the successor if this one is given up.",
    "The digest of its image was found in one public place only; were it wrong, nothing would start.",
  ],
  image: "lscr.io/linuxserver/nzbhydra2:v8.9.0-ls104@sha256:3cdcea6fc97861bb30ef2551884f1c371e08a884c2f75230c7a3a2e14c5f0516",
  command: ["sh", "-c", START],
  port: 5076,
  health: "/actuator/health/ping",
  // Its first configuration has no login.
  auth: "basic",
  talksTo: ["sabnzbd"],
  resources: { memory: "384Mi", memoryLimit: "1Gi" },
  internet: true,
});
