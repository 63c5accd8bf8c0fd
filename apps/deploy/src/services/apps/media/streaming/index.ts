import { category } from "@rzp/workload/manifests";
import { plex } from "./plex.ts";

export default category("apps/media/streaming", { plex }, { namespace: "media" });
