import { core, helm, Provider } from "@pulumi/kubernetes";
import { secret } from "@pulumi/pulumi";
import type { KubernetesObject } from "@rzp/core";
import { manifestResources } from "@rzp/core/pulumi";
import { InfisicalIdentity } from "@rzp/infisical";
import { apiReady, type TalosCluster } from "@rzp/talos";
import { RegistryError } from "@rzp/workload/manifests";
import type { RuntimeSecrets } from "../config.ts";
import type { Homelab } from "../homelab.ts";
import { bootstrapManifests, ROOT } from "../render.ts";
import { namespaceObject } from "../services/core/namespaces.ts";
import { NAMES } from "../site.ts";

/** From etcd's start to an API that answers: the machines pull their images in between. */
const API_TIMEOUT = "15m";
/** The service that brings up all others, itself included. */
const ARGO_CD = "argo-cd";

/** The cluster's first inhabitants: what Argo CD and the External Secrets Operator cannot fetch themselves, and the root that brings everything else. */
export function bootstrap(homelab: Homelab, cluster: TalosCluster, secrets: RuntimeSecrets): void {
  const { context } = homelab;
  const provider = new Provider("cluster", { kubeconfig: apiReady(cluster.kubeconfigRaw, { timeout: API_TIMEOUT, resource: cluster }), enableServerSideApply: true });
  // All of it goes with the machines; a destroy of them is not to wait for an API that is gone.
  const opts = { provider, retainOnDelete: true };
  const objects = bootstrapManifests(homelab);
  // Argo CD has this one in its tree. Made once: under server-side apply a second hand on its fields is a conflict.
  const handedOver = { ...opts, ignoreChanges: ["metadata", "spec"] };

  const made = [
    ...manifestResources("bootstrap", objects.filter(isNamespace), opts),
    ...manifestResources("bootstrap", [namespaceObject(NAMES.secrets.namespace, context.services)], handedOver),
  ].map(({ resource }) => resource);
  const identity = new InfisicalIdentity(
    NAMES.secrets.identity,
    { namespace: NAMES.secrets.namespace, clientId: secrets.ESO_INFISICAL_CLIENT_ID, clientSecret: secrets.ESO_INFISICAL_CLIENT_SECRET },
    { ...opts, dependsOn: made },
  );
  const repository = new core.v1.Secret("repository", repositorySecret(context.site.git.repoURL, secrets), { ...opts, dependsOn: made });
  const argoCd = new helm.v3.Release("argo-cd", argoCdRelease(homelab), {
    ...opts,
    dependsOn: made,
    // Installed once. From then on Argo CD keeps itself as git says, and a second hand on it would only fight.
    ignoreChanges: ["version", "values", "chart", "repositoryOpts"],
  });
  manifestResources(ROOT, objects.filter((object) => !isNamespace(object)), { ...opts, dependsOn: [identity, repository, argoCd] });
}

function isNamespace({ kind }: KubernetesObject): boolean {
  return kind === "Namespace";
}

/** What Argo CD's own Application says, or its first act would be to change itself. */
function argoCdRelease({ registry, context }: Homelab): helm.v3.ReleaseArgs {
  const service = registry.services.find(({ id }) => id.name === ARGO_CD);
  const [source] = service?.delivery(context).charts ?? [];
  if (service?.facts.chart === undefined || source?.helm === undefined) throw new RegistryError([`${ARGO_CD} is switched off, and nothing else would bring up the others. Leave "enabled" out.`]);
  const { chart, namespace } = service.facts;
  const { releaseName, valuesObject } = source.helm;
  return { name: releaseName, chart: chart.name, version: chart.version, repositoryOpts: { repo: chart.repoURL }, namespace, values: valuesObject, timeout: 600 };
}

/** How Argo CD reads the repository, before there is anything that could bring it this secret. */
function repositorySecret(url: string, { GIT_USERNAME, GIT_TOKEN }: RuntimeSecrets): core.v1.SecretArgs {
  return {
    metadata: { name: "repository", namespace: NAMES.argocd.namespace, labels: { "argocd.argoproj.io/secret-type": "repository" } },
    stringData: { type: "git", url, username: secret(GIT_USERNAME), password: secret(GIT_TOKEN) },
  };
}
