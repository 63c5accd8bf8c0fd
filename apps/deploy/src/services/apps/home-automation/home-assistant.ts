import { workload, type Self } from "@rzp/workload/manifests";

const PORT = 8123;

export const homeAssistant = workload({
  purpose: "Runs the home: devices, automations, dashboards.",
  upstream: "https://www.home-assistant.io/docs/",
  risks: ["It finds no devices by itself: mDNS and SSDP do not reach the pod network. Add them by address; the cure is a second network interface (Multus), not the node's network."],
  image: "ghcr.io/home-operations/home-assistant:2026.8.3@sha256:16ca445e58fa71d4f7ff287d4e9793ea690ccae932a5e200852371425cd7abb0",
  port: PORT,
  health: "/healthz",
  startupSeconds: 600,
  seed: {
    "/config/.storage/http": http,
    "/config/configuration.yaml": "default_config:\nautomation: !include automations.yaml\nscript: !include scripts.yaml\nscene: !include scenes.yaml\n",
    // What the editors of the web interface write to; a file that is included must be there.
    "/config/automations.yaml": "[]\n",
    "/config/scripts.yaml": "",
    "/config/scenes.yaml": "[]\n",
  },
  volumes: { config: { size: "10Gi", mountPath: "/config", backup: "daily" } },
  // Python packages that the image's start makes anew.
  scratch: { "/config/.venv": "4Gi", "/tmp": "1Gi" },
  talksTo: ["mosquitto"],
  needs: ["mosquitto"],
  lan: true,
  internet: true,
  resources: { cpu: "100m", memory: "512Mi", memoryLimit: "2Gi" },
});

/**
 * Its own store of the web server's settings. It answers 400 to a proxy it does not trust, and since 2026.8 an `http:` block in YAML is only a trial: it is
 * imported once, and taken back after five minutes unless somebody confirms it. What is not named here has its own default; all of these have none.
 */
function http({ site }: Self): string {
  const defaults = { server_port: PORT, cors_allowed_origins: ["https://cast.home-assistant.io"], ip_ban_enabled: true, ssl_profile: "modern", use_x_frame_options: true };
  const stable = { ...defaults, login_attempts_threshold: 10, use_x_forwarded_for: true, trusted_proxies: [site.network.pods] };
  return `${JSON.stringify({ version: 2, minor_version: 2, key: "http", data: { stable, pending: null, yaml_migration_done: true } }, null, 2)}\n`;
}
