import { workload } from "@rzp/workload/manifests";

/** This repository's own page. Its image is built from `apps/catalog` and pushed by hand before the stack switches it on. */
export const catalog = workload({
  purpose: "Shows what is declared of every service, and how they hang together.",
  // The digest of nothing: no registry has it before somebody builds it, so the stack says what it is (`imageTag`) when it switches it on.
  image: "harbor.home.example.com/homelab/catalog:1.0.0@sha256:0000000000000000000000000000000000000000000000000000000000000000",
  port: 8080,
  health: "/",
  resources: { cpu: "10m", memory: "64Mi" },
});
