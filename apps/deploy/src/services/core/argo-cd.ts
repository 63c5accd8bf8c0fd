import { argoCdConfig } from "@rzp/argocd/manifests";
import { helmWorkload, type HelmWorkloadArgs } from "@rzp/workload/manifests";
import { NAMES } from "../../site.ts";

/** Also what the bootstrap installs: the two must be the same, or Argo CD's first act would be to change itself. */
export const ARGO_CD = {
  chart: { repoURL: "https://argoproj.github.io/argo-helm", name: "argo-cd", version: "10.4.0" },
  release: NAMES.argocd.release,
  namespace: NAMES.argocd.namespace,
} as const satisfies Partial<HelmWorkloadArgs>;

export function argoCdValues(domain: string): NonNullable<Exclude<HelmWorkloadArgs["values"], (...words: never) => unknown>> {
  const { cm, params } = argoCdConfig({ url: `https://argocd.${domain}` });
  return {
    global: { domain: `argocd.${domain}` },
    configs: { cm: { ...cm, "admin.enabled": "true", "users.anonymous.enabled": "false", "statusbadge.enabled": "false" }, params },
    crds: { install: true, keep: true },
    dex: { enabled: false },
    notifications: { enabled: false },
    applicationSet: { replicas: 0 },
    controller: { resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "2Gi" } } },
    repoServer: { resources: { requests: { cpu: "200m", memory: "512Mi" }, limits: { memory: "2Gi" } } },
    server: { resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "1Gi" } } },
    redis: { resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { memory: "128Mi" } } },
  };
}

export const argoCd = helmWorkload({
  ...ARGO_CD,
  purpose: "Keeps the cluster as git says, itself included.",
  values: ({ site }) => argoCdValues(site.domain),
  route: { host: "argocd", service: `${NAMES.argocd.release}-server`, port: 80, targetPort: 8080 },
  needs: ["traefik", "cert-manager"],
  network: { api: true, internet: true },
  // Without Argo CD nobody would be left to mend it.
  application: { onDelete: "orphan" },
});
