import { mediaApp } from "@rzp/media/manifests";

export const kavita = mediaApp({
  purpose: "Reads books and comics on every screen.",
  upstream: "https://wiki.kavitareader.com",
  image: "ghcr.io/kareadita/kavita:0.9.0@sha256:36aab0c578d488f8b10bd33910953b50965aff9ac6adc476ef4692c38c60427e",
  port: 5000,
  health: "/api/health",
  library: ["books", "comics"],
  readOnly: true,
  // Everything it keeps is here; in /config it would be lost with the pod.
  config: { mountPath: "/kavita/config", size: "10Gi" },
  resources: { cpu: "50m", memory: "384Mi", memoryLimit: "1Gi" },
  // It reports statistics to its makers unless an administrator says no, so it dials nobody.
  internet: false,
});
