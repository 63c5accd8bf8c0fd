import { workload } from "@rzp/workload/manifests";

const SETTINGS = "/etc/node-red/settings.js";

export const nodeRed = workload({
  purpose: "Automations drawn as flows.",
  upstream: "https://nodered.org/docs/",
  image: "docker.io/nodered/node-red:5.0.4@sha256:10f40d0a83e7e5852b13d4d472b2006b05b1cca6d55e2f29a55a12c25a630cb6",
  args: ["--settings", SETTINGS],
  port: 1880,
  health: "/",
  // Not the route's `auth`: the editor's own requests carry a token in the header that a password would need.
  files: { [SETTINGS]: settings() },
  env: { MQTT_HOST: "mosquitto", MQTT_USER: "node-red" },
  secrets: ["NODE_RED_CREDENTIAL_SECRET", "NODE_RED_PASSWORD_HASH", "MQTT_PASSWORD"],
  volumes: { data: { size: "5Gi", mountPath: "/data", backup: "daily" } },
  talksTo: ["mosquitto", "home-assistant"],
  needs: ["mosquitto"],
  lan: true,
  internet: true,
  resources: { cpu: "50m", memory: "384Mi", memoryLimit: "1Gi" },
});

/**
 * Its settings, outside /data so that they stay ours. Without a secret it would make a key of its own, and without users let everybody in: it does not start
 * then. The hash is bcrypt's, as `node-red admin hash-pw` makes it; the secret can never be changed, or every stored credential is lost.
 */
function settings(): string {
  return `const read = (name) => {
  if (!process.env[name]) throw new Error(name + " is missing");
  return process.env[name];
};
const [user, pass] = ["admin", read("NODE_RED_PASSWORD_HASH")];
module.exports = {
  flowFile: "flows.json",
  credentialSecret: read("NODE_RED_CREDENTIAL_SECRET"),
  adminAuth: { type: "credentials", users: [{ username: user, password: pass, permissions: "*" }] },
  httpNodeAuth: { user, pass },
  telemetry: { enabled: false, updateNotification: false },
  contextStorage: { default: { module: "localfilesystem" } },
};
`;
}
