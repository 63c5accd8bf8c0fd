/** Where the CRDs of one project are had from, and which chart installs them. */
export interface Project {
  /** API groups that it defines. */
  groups: readonly string[];
  /** The chart that brings them to a cluster, at the version whose app is the module's version. */
  chart: { name: string; version: string };
  /** Its Go module, and the files and folders in it that hold them. */
  module?: { path: string; version: string; files: readonly string[] };
  /** Why there is no module that they could be read out of. */
  unavailable?: string;
}

/** Projects whose CRDs a homelab uses. A new version of a chart is a new line here: a test holds both together. */
export const PROJECTS: readonly Project[] = [
  {
    groups: ["argoproj.io"],
    chart: { name: "argo-cd", version: "10.4.0" },
    // Newer than the chart's v3.5.1, for the same reason as the lab's Argo CD: versions 3.2 to 3.5 are no complete Go modules.
    module: { path: "github.com/argoproj/argo-cd/v3", version: "v3.6.1", files: ["manifests/crds"] },
  },
  { groups: ["barmancloud.cnpg.io"], chart: { name: "plugin-barman-cloud", version: "0.7.1" }, module: { path: "github.com/cloudnative-pg/plugin-barman-cloud", version: "v0.14.0", files: ["config/crd/bases"] } },
  {
    groups: ["cert-manager.io", "acme.cert-manager.io"],
    chart: { name: "cert-manager", version: "v1.21.1" },
    module: { path: "github.com/cert-manager/cert-manager", version: "v1.21.1", files: ["deploy/crds"] },
  },
  {
    groups: ["external-secrets.io", "generators.external-secrets.io"],
    chart: { name: "external-secrets", version: "2.9.0" },
    unavailable: "its version 2 is no valid version of its Go module",
  },
  { groups: ["longhorn.io"], chart: { name: "longhorn", version: "1.12.1" }, unavailable: "its Go module is not published" },
  { groups: ["metallb.io"], chart: { name: "metallb", version: "0.16.1" }, module: { path: "go.universe.tf/metallb", version: "v0.16.1", files: ["config/crd/bases"] } },
  { groups: ["postgresql.cnpg.io"], chart: { name: "cloudnative-pg", version: "0.29.0" }, module: { path: "github.com/cloudnative-pg/cloudnative-pg", version: "v1.30.0", files: ["config/crd/bases"] } },
  {
    groups: ["traefik.io"],
    chart: { name: "traefik", version: "41.3.0" },
    module: { path: "github.com/traefik/traefik/v3", version: "v3.7.11", files: ["docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"] },
  },
  { groups: ["velero.io"], chart: { name: "velero", version: "12.1.0" }, module: { path: "github.com/vmware-tanzu/velero", version: "v1.18.1", files: ["config/crd/v1/bases", "config/crd/v2alpha1/bases"] } },
];
