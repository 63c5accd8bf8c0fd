import { workload } from "@rzp/workload/manifests";

const MQTT = 1883;
const CONFIG = "/mosquitto/config";
const DATA = "/mosquitto/data";

export const mosquitto = workload({
  purpose: "Carries messages between devices and what reacts to them.",
  upstream: "https://mosquitto.org/man/mosquitto-conf-5.html",
  risks: ["Devices on the home network speak MQTT without TLS, because many can do no better: their passwords are readable there."],
  image: "docker.io/library/eclipse-mosquitto:2.0.22@sha256:212f89e1eaeb2c322d6441b64396e3346026674db8fa9c27beac293405c32b3c",
  port: MQTT,
  health: "tcp",
  host: false,
  // The image's own user.
  user: 1883,
  files: { [`${CONFIG}/mosquitto.conf`]: configuration() },
  // A line a user, as `mosquitto_passwd -c` writes them.
  secretFiles: { [`${CONFIG}/passwd`]: "PASSWD" },
  volumes: { data: { size: "1Gi", mountPath: DATA, backup: "daily" } },
  loadBalancer: { address: "10.0.20.203", ports: [{ name: "mqtt", port: MQTT }] },
  resources: { cpu: "50m", memory: "32Mi", memoryLimit: "128Mi" },
});

/** Without a file of ours the image lets everybody in (2.1), or nobody but itself (2.0). */
function configuration(): string {
  return `per_listener_settings false
listener ${MQTT}
allow_anonymous false
password_file ${CONFIG}/passwd
persistence true
persistence_location ${DATA}/
autosave_interval 300
log_dest stdout
log_timestamp_format %Y-%m-%dT%H:%M:%S
`;
}
