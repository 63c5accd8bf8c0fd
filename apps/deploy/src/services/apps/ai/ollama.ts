import { helmWorkload } from "@rzp/workload/manifests";

/** Where the process keeps its key and the models, as a user that is not root. */
const HOME = "/home/ollama";
const USER = { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

export const ollama = helmWorkload({
  purpose: "Runs language models for the services beside it.",
  upstream: "https://docs.ollama.com",
  risks: ["It has no login: whom the network policy lets in may use and delete every model, so it has no route."],
  chart: { repoURL: "https://helm.otwld.com/", name: "ollama", version: "1.77.0" },
  values: ({ site }) => ({
    // `persistence` is no key of this chart: without this one the models are gone with the pod. They are pulled by those who use
    // them: one that the start waits for would stop it without the internet.
    persistentVolume: { enabled: true, size: "30Gi", storageClass: site.storage.className },
    ollama: { mountPath: `${HOME}/.ollama`, gpu: { enabled: false } },
    extraEnv: [{ name: "HOME", value: HOME }],
    podSecurityContext: { ...USER, fsGroup: 1000 },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    serviceAccount: { automount: false },
    tests: { enabled: false },
    resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { memory: "8Gi" } },
  }),
  ports: [{ name: "http", port: 11_434 }],
  resources: { cpu: "500m", memory: "2Gi" },
  volumes: { models: { size: "30Gi", backup: { none: "models are pulled again" } } },
  network: { internet: true },
});
