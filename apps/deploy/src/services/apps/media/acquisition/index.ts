import { category } from "@rzp/workload/manifests";
import { nzbhydra2 } from "./nzbhydra2.ts";
import { prowlarr } from "./prowlarr.ts";
import { qbittorrent } from "./qbittorrent.ts";
import { radarr } from "./radarr.ts";
import { sabnzbd } from "./sabnzbd.ts";
import { sonarr } from "./sonarr.ts";

export default category("apps/media/acquisition", { nzbhydra2, prowlarr, qbittorrent, radarr, sabnzbd, sonarr }, { namespace: "media" });
