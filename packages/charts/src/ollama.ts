import type { Bytes } from "@rzp/core";
import { containerResources, type Declaration, type HelmWorkloadArgs } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { chart } from "./chart.ts";

export interface OllamaChartArgs extends ChartArgs {
  /** Size of the volume with the models. Growing it is done in place; Kubernetes refuses to shrink it. */
  models: Bytes;
  /** The memory's limit must hold the largest model. Changing it restarts the pod. @default { cpu: "500m", memory: "2Gi", memoryLimit: "8Gi" } */
  resources?: HelmWorkloadArgs["resources"];
}

/** Where the process keeps its key and the models, as a user that is not root. */
const HOME = "/home/ollama";
const USER = { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

/** Language models on the CPU, for the services that name it in `talksTo`. They dial the chart's Service, which is called as they expect if this service is called `ollama`. Values as of chart 1.77.0. */
export function ollamaChart(args: OllamaChartArgs): Declaration {
  return chart("ollamaChart", args, { models: "required", resources: "optional" }, ({ version, models, resources, ...service }) => {
    const size = { cpu: "500m", memory: "2Gi", memoryLimit: "8Gi", ...resources } as const;
    return {
      purpose: "Runs language models for the services beside it.",
      ...service,
      upstream: "https://docs.ollama.com",
      risks: ["It has no login: whom the network policy lets in may use and delete every model, so it has no route."],
      chart: { repoURL: "https://helm.otwld.com/", name: "ollama", version },
      values: ({ site }) => ({
        // `persistence` is no key of this chart: without this one the models are gone with the pod. They are pulled by those who use
        // them: one that the start waits for would stop it without the internet.
        persistentVolume: { enabled: true, size: models, storageClass: site.storage.className },
        ollama: { mountPath: `${HOME}/.ollama`, gpu: { enabled: false } },
        extraEnv: [{ name: "HOME", value: HOME }],
        podSecurityContext: { ...USER, fsGroup: 1000 },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        serviceAccount: { automount: false },
        tests: { enabled: false },
        resources: containerResources(size),
      }),
      ports: [{ name: "http", port: 11_434 }],
      resources: size,
      volumes: { models: { size: models, backup: { none: "models are pulled again" } } },
      network: { internet: true },
    };
  });
}
