import { category } from "@rzp/workload/manifests";
import { kavita } from "./kavita.ts";
import { plex } from "./plex.ts";

export default category("apps/media/streaming", { kavita, plex }, { namespace: "media" });
