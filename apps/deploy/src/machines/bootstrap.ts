import { core, helm, Provider } from "@pulumi/kubernetes";
import { secret } from "@pulumi/pulumi";
import { manifestResources } from "@rzp/core/pulumi";
import { InfisicalIdentity } from "@rzp/infisical";
import type { TalosCluster } from "@rzp/talos";
import { runtimeSecret } from "../config.ts";
import type { Homelab } from "../homelab.ts";
import { ROOT, rootManifests } from "../render.ts";
import { ARGO_CD, argoCdValues } from "../services/core/argo-cd.ts";
import { namespaceObject } from "../services/core/namespaces.ts";
import { NAMES } from "../site.ts";

/** The cluster's first inhabitants: what Argo CD and the External Secrets Operator cannot fetch themselves, and the root that brings everything else. */
export function bootstrap(homelab: Homelab, cluster: TalosCluster): void {
  const { context } = homelab;
  const provider = new Provider("cluster", { kubeconfig: cluster.kubeconfigRaw, enableServerSideApply: true });
  // Argo CD takes all of this over; what it has taken over is not for a destroy of the machines to wait for.
  const opts = { provider, retainOnDelete: true };

  const namespaces = [NAMES.argocd.namespace, NAMES.secrets.namespace].map((name) => namespaceObject(name, context.services));
  const made = manifestResources("bootstrap", namespaces, opts).map(({ resource }) => resource);
  const identity = new InfisicalIdentity(
    NAMES.secrets.identity,
    { namespace: NAMES.secrets.namespace, clientId: runtimeSecret("ESO_INFISICAL_CLIENT_ID"), clientSecret: runtimeSecret("ESO_INFISICAL_CLIENT_SECRET") },
    { provider, dependsOn: made },
  );
  const repository = new core.v1.Secret("repository", repositorySecret(context.site.git.repoURL), { ...opts, dependsOn: made });
  const argoCd = new helm.v3.Release("argo-cd", argoCdRelease(context.site.domain), {
    ...opts,
    dependsOn: made,
    // Installed once. From then on Argo CD keeps itself as git says, and a second hand on it would only fight.
    ignoreChanges: ["version", "values", "chart", "repositoryOpts"],
  });
  manifestResources(ROOT, rootManifests(homelab), { ...opts, dependsOn: [identity, repository, argoCd] });
}

function argoCdRelease(domain: string): helm.v3.ReleaseArgs {
  const { chart, release, namespace } = ARGO_CD;
  return { name: release, chart: chart.name, version: chart.version, repositoryOpts: { repo: chart.repoURL }, namespace, values: argoCdValues(domain), timeout: 600 };
}

/** How Argo CD reads the repository, before there is anything that could bring it this secret. */
function repositorySecret(url: string): core.v1.SecretArgs {
  return {
    metadata: { name: "repository", namespace: NAMES.argocd.namespace, labels: { "argocd.argoproj.io/secret-type": "repository" } },
    stringData: { type: "git", url, username: secret(runtimeSecret("GIT_USERNAME")), password: secret(runtimeSecret("GIT_TOKEN")) },
  };
}
