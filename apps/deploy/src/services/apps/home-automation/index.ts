import { category } from "@rzp/workload/manifests";
import { homeAssistant } from "./home-assistant.ts";
import { mosquitto } from "./mosquitto.ts";
import { nodeRed } from "./node-red.ts";

export default category("apps/home-automation", { "home-assistant": homeAssistant, mosquitto, "node-red": nodeRed }, { namespace: "home-automation" });
