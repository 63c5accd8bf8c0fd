// One homelab, made twice: by the classes themselves, or by asking the provider's process for each component as the engine does for a program in YAML.
import { direct } from "./direct.js";
import { home } from "./home.js";
import { remote } from "./remote.js";

if (process.env.RZP_WAY === "direct") await home(direct);
else await remote(JSON.parse(process.env.RZP_PLUGIN), home);
