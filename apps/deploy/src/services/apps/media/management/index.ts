import { category } from "@rzp/workload/manifests";
import { organizr } from "./organizr.ts";
import { tautulli } from "./tautulli.ts";

export default category("apps/media/management", { organizr, tautulli }, { namespace: "media" });
