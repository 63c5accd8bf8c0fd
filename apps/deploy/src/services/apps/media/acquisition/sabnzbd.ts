import { mediaApp } from "@rzp/media/manifests";

export const sabnzbd = mediaApp({
  purpose: "Downloads from Usenet.",
  upstream: "https://sabnzbd.org/wiki/",
  image: "ghcr.io/home-operations/sabnzbd:5.1.1@sha256:8f90c25c7ee2773112c76b209ba0c32f089ced996f0dd0683cdfeaf07df365f8",
  port: 8080,
  health: "/api?mode=version",
  library: ["downloads"],
  // It answers 403 to every name it does not know: the route's, and the one its peers dial.
  env: { SABNZBD__HOST_WHITELIST_ENTRIES: ({ name, namespace, host }) => [host, name, `${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`].join(", ") },
  secrets: ["SABNZBD__API_KEY", "SABNZBD__NZB_KEY"],
  // Its pages have no login until somebody sets one, and show its API key; its peers dial it past the route.
  auth: "basic",
  resources: { memory: "1Gi", memoryLimit: "8Gi" },
  internet: true,
});
