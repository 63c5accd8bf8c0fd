import { argoAppManifests, IN_CLUSTER, ownFolder } from "@rzp/argocd/manifests";
import type { KubernetesObject } from "@rzp/core";
import { relaxationAnnotations } from "./relax.ts";
import type { Registry } from "./registry.ts";
import { commonLabels, type RenderContext, type Service, type ServiceFacts } from "./service.ts";

/** Folder of a service in the repository. */
export function serviceFolder({ name, category }: Pick<ServiceFacts, "name" | "category">, treePath: string): string {
  return `${treePath}/${category}/${name}`;
}

/** Everything in the folder of a service: the Application that brings it up, in its wave, and the service's own objects. */
export function serviceObjects(service: Service, { waves }: Pick<Registry, "waves">, context: RenderContext): KubernetesObject[] {
  const own = service.manifests(context);
  return [...serviceApplication(service, context, { wave: waves.get(service.facts.name) ?? 0, hasObjects: own.length > 0 }), ...own];
}

/**
 * The Argo CD Application that brings one service up: its charts, and its own folder when it has objects in it (a folder that does not exist is an
 * error that stops the whole Application).
 */
export function serviceApplication(service: Service, context: RenderContext, options: { wave: number; hasObjects: boolean }): KubernetesObject[] {
  const { facts } = service;
  const { repoURL, revision, path } = context.site.git;
  const { charts, application = {} } = service.delivery(context);
  const folder = ownFolder(repoURL, revision, serviceFolder(facts, path));
  return argoAppManifests(facts.name, {
    project: facts.layer,
    destination: { server: IN_CLUSTER, namespace: facts.namespace },
    source: [...charts, ...(options.hasObjects ? [folder] : [])],
    labels: commonLabels(facts),
    // A chart's own objects are not ours to annotate, and where no policy is wanted there is none.
    annotations: relaxationAnnotations(facts.relaxations),
    wave: options.wave,
    ...(facts.purpose === undefined ? {} : { info: [{ name: "purpose", value: facts.purpose }] }),
    ...application,
  });
}
