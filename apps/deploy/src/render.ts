/** Services -> kubernetes/ and bootstrap/argocd/. A pure function of the declarations and one stack: no engine, no network, no clock. */
import { argoProjectManifests, emptyDefaultProjectManifests, rootApplicationManifests, type GroupKind } from "@rzp/argocd/manifests";
import type { KubernetesObject } from "@rzp/core";
import { LAYERS, serviceFolder, serviceObjects, SHARED_CONFIG, type Layer, type RenderContext, type Service, type ServiceFacts } from "@rzp/workload/manifests";
import { fileOf, type Homelab } from "./homelab.ts";
import { namespaceObject } from "./services/core/namespaces.ts";
import { NAMES } from "./site.ts";

/** Folder with what must exist before Argo CD can manage anything: it is applied by Pulumi or by hand, and never by Argo CD. */
export const BOOTSTRAP = "bootstrap/argocd";
/** Folder with the layers' roots, which the one root reads. It is not the folder the root itself is in: a root that waits for itself waits for ever. */
const ROOTS = `${BOOTSTRAP}/roots`;
/** The one Application that is not Argo CD's own; every other one follows from it. */
export const ROOT = NAMES.argocd.root;
/** Project of the roots: it may write Applications and projects, and nothing else. */
const ROOTS_PROJECT = "roots";

/** One folder of the tree: its objects, and the file they were declared in. */
export interface Folder {
  path: string;
  source: string;
  /** Namespace that goes without saying in the files' names. */
  namespace?: string;
  objects: readonly KubernetesObject[];
}

/** Everything that is rendered. */
export function folders(homelab: Homelab): Folder[] {
  const source = "apps/deploy/src/render.ts";
  return [
    ...homelab.registry.services.map((service) => serviceFolderOf(service, homelab)),
    { path: BOOTSTRAP, source, objects: bootstrapManifests(homelab) },
    { path: ROOTS, source, objects: rootsManifests(homelab) },
  ];
}

function serviceFolderOf(service: Service, { registry, context }: Homelab): Folder {
  const { facts } = service;
  return { path: serviceFolder(facts, context.site.git.path), source: fileOf(facts), namespace: facts.namespace, objects: serviceObjects(service, registry, context) };
}

/** What Argo CD is started with: its namespace, the root, and the project without which the root could not be applied. */
export function bootstrapManifests({ context }: Homelab): KubernetesObject[] {
  const { repoURL, revision } = context.site.git;
  return [
    namespaceObject(NAMES.argocd.namespace, context.services),
    ...rootsProject(context),
    ...rootApplicationManifests(ROOT, { repoURL, revision, path: ROOTS, project: ROOTS_PROJECT, include: "*.yaml" }),
  ];
}

/** A root a layer, in the order of the layers, and their projects before them. */
function rootsManifests({ context }: Homelab): KubernetesObject[] {
  const layers = LAYERS.filter((layer) => context.services.some((one) => one.layer === layer));
  const { repoURL, revision } = context.site.git;
  const projects = [...layers.flatMap((layer) => layerProject(layer, context)), ...emptyDefaultProjectManifests()];
  return [
    ...projects.map(beforeApplications),
    ...layers.flatMap((layer, wave) => rootApplicationManifests(layer, { repoURL, revision, path: foldersOf(layer, context), project: ROOTS_PROJECT, wave })),
  ];
}

/** Folders a layer's root reads: its own, and with the core what belongs to no single service. */
function foldersOf(layer: Layer, { site, services }: RenderContext): string[] {
  const shared = layer === "core" && services.some(({ category }) => category.split("/")[0] === SHARED_CONFIG);
  return [layer, ...(shared ? [SHARED_CONFIG] : [])].map((folder) => `${site.git.path}/${folder}`);
}

/** The roots' project: namespaces and workloads are not for it. */
function rootsProject({ site: { git } }: RenderContext): KubernetesObject[] {
  return argoProjectManifests(ROOTS_PROJECT, {
    description: "The roots: Applications and projects only. Whoever may use it decides what runs where.",
    sourceRepos: [git.repoURL],
    destinations: [{ namespace: NAMES.argocd.namespace }],
    namespaceResourceWhitelist: [
      { group: "argoproj.io", kind: "Application" },
      { group: "argoproj.io", kind: "AppProject" },
    ],
  });
}

/** A layer's project: its own charts and namespaces, and of what belongs to the whole cluster only what its services say. The core may write all of it. */
function layerProject(layer: Layer, { services, site: { git } }: RenderContext): KubernetesObject[] {
  const own = services.filter((one) => one.layer === layer);
  // What all share lies in everybody's namespaces, and comes up with the core.
  const inside = layer === "core" ? services : own;
  return argoProjectManifests(layer, {
    description: `Services of the ${layer} layer.`,
    sourceRepos: [git.repoURL, ...unique(own.flatMap(chartRepository))],
    destinations: unique(inside.map(({ namespace }) => namespace)).map((namespace) => ({ namespace })),
    clusterResourceWhitelist: layer === "core" ? [{ group: "*", kind: "*" }] : clusterKinds(own),
  });
}

function clusterKinds(own: readonly ServiceFacts[]): GroupKind[] {
  const kinds = new Map(own.flatMap((one) => one.clusterKinds.map((kind) => [`${kind.group}/${kind.kind}`, kind])));
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

function chartRepository({ chart }: ServiceFacts): string[] {
  return chart === undefined ? [] : [chart.repoURL.replace(/^oci:\/\//, "")];
}

// An Application whose project is not there yet is an error, and errors hold the waves back.
function beforeApplications(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, "argocd.argoproj.io/sync-wave": "-1" } } };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
