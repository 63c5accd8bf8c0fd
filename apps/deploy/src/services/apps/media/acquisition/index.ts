import { category } from "@rzp/workload/manifests";
import { prowlarr } from "./prowlarr.ts";
import { qbittorrent } from "./qbittorrent.ts";
import { radarr } from "./radarr.ts";
import { sabnzbd } from "./sabnzbd.ts";
import { sonarr } from "./sonarr.ts";

export default category("apps/media/acquisition", { prowlarr, qbittorrent, radarr, sabnzbd, sonarr }, { namespace: "media" });
