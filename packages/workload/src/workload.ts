import { applyTransform, defined, refusal, refuseUnknown, type KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IConfigMap } from "kubernetes-models/v1/ConfigMap";
import type { IService } from "kubernetes-models/v1/Service";
import type { IServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { WORKLOAD_ARGS, type WorkloadArgs } from "./args.ts";
import { balancedAt, checkWorkload } from "./check.ts";
import { selfOf, written } from "./env.ts";
import { withTag } from "./image.ts";
import { checkExtras } from "./mounts.ts";
import { fileKey, filesName, loadBalancerName, podLabels, secretFilesName, seedName } from "./names.ts";
import { hasPolicy, networkPolicy } from "./network-policy.ts";
import { deployment } from "./pod.ts";
import { podSecurity, relaxations } from "./relax.ts";
import { requests } from "./resources.ts";
import { route } from "./route.ts";
import {
  commonLabels,
  namespaceOf,
  remoteFiles,
  remoteSecrets,
  type Declaration,
  type RenderContext,
  type ServiceFacts,
  type ServiceId,
  type ServiceOverride,
  type ServicePort,
  type ServiceSecret,
} from "./service.ts";
import { claims } from "./storage.ts";

/** Declares one self-hosted service from a container image. */
export function workload(args: WorkloadArgs): Declaration {
  return declare("Workload", (name) => {
    refuseUnknown(refusal("Workload", name), args, WORKLOAD_ARGS);
    return args;
  });
}

/** The same for a composite, which makes the workload from its own arguments and whose name then stands in the errors. */
export function declare(component: string, make: (name: string) => WorkloadArgs): Declaration {
  return {
    facts: (id) => workloadFacts(component, id, make(id.name)),
    manifests: (id, context) => workloadManifests(component, id, make(id.name), context),
    override: (id, changes) => declare(component, () => changed(component, id, make(id.name), changes)),
  };
}

/** What every view reads of a workload; an argument that cannot hold is an ArgumentError. */
export function workloadFacts(component: string, id: ServiceId, args: WorkloadArgs): ServiceFacts {
  const layer = checkWorkload(component, id, args);
  const { name, category } = id;
  const { host = name, replicas = 1, relax, loadBalancer, purpose } = args;
  const { cpu, memory } = requests(args.resources);
  const ports: ServicePort[] = [{ name: "http", port: args.port }, ...(args.ports ?? [])];
  return defined({
    name,
    category,
    layer,
    namespace: namespaceOf(id),
    podSecurity: podSecurity(relax),
    purpose,
    upstream: args.upstream,
    risks: args.risks ?? [],
    images: [args.image],
    ports,
    podLabels: podLabels(name),
    host: host === false ? undefined : host,
    routePort: host === false ? undefined : args.port,
    exposure: args.exposure ?? "internal",
    loadBalancer,
    hostPorts: relax?.hostNetwork === undefined ? [] : [...new Set(ports.map(({ port }) => port))],
    hostNetwork: relax?.hostNetwork === undefined ? undefined : true,
    auth: args.auth,
    secrets: [...remoteSecrets(id, args.secrets), ...remoteFiles(id, args.secretFiles)],
    volumes: Object.entries(args.volumes ?? {}).map(([volume, rest]) => ({ name: volume, ...rest })),
    needs: args.needs ?? [],
    talksTo: args.talksTo ?? [],
    relaxations: relaxations(relax),
    clusterKinds: [],
    requests: { cpu, memory, replicas },
  });
}

/** The Kubernetes objects of a workload. */
export function workloadManifests(component: string, id: ServiceId, args: WorkloadArgs, context: RenderContext): KubernetesObject[] {
  const facts = workloadFacts(component, id, args);
  const { site } = context;
  const { transform = {} } = args;
  const labels = commonLabels(facts);
  const self = selfOf(facts, site);
  const plain = written(args, self, context);
  const extras = args.pod?.(site) ?? {};
  checkExtras(component, id.name, args, extras);
  return [
    serviceAccount(facts, labels),
    ...externalSecrets(facts, context, labels),
    ...configMap(filesName(facts.name), facts, plain.files, labels),
    ...configMap(seedName(facts.name), facts, plain.seed, labels),
    ...claims(facts, site, labels),
    applyTransform(deployment(self, plain, extras, labels), transform.deployment),
    applyTransform(service(facts, labels), transform.service),
    ...loadBalancer(facts, labels),
    ...disruptionBudget(facts, labels),
    ...policy(facts, args, context, labels).map((object) => applyTransform(object, transform.networkPolicy)),
    ...route(facts, site, { service: facts.name, port: args.port }, labels),
  ];
}

function serviceAccount({ name, namespace }: ServiceFacts, labels: Record<string, string>): KubernetesObject {
  const object: IServiceAccount = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace, labels }, automountServiceAccountToken: false };
  return object as unknown as KubernetesObject;
}

/** They are a wave ahead: a pod that starts before its Secret exists waits in an error that looks like a fault. What is mounted is not in the environment. */
function externalSecrets({ name, namespace, secrets }: ServiceFacts, { site }: RenderContext, labels: Record<string, string>): KubernetesObject[] {
  const variables = secrets.filter(({ file }) => file === undefined);
  const files = secrets.filter(({ file }) => file !== undefined);
  const secret = (target: string, keys: readonly ServiceSecret[]): KubernetesObject[] =>
    keys.length === 0 ? [] : externalSecretManifests(target, { namespace, store: site.secretStore.name, keys, labels });
  return [...secret(name, variables), ...secret(secretFilesName(name), files)];
}

function configMap(name: string, { namespace }: ServiceFacts, files: Readonly<Record<string, string>>, labels: Record<string, string>): KubernetesObject[] {
  if (Object.keys(files).length === 0) return [];
  const data = Object.fromEntries(Object.entries(files).map(([path, content]) => [fileKey(path), content]));
  const object: IConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels }, data };
  return [object as unknown as KubernetesObject];
}

function service({ name, namespace, ports }: ServiceFacts, labels: Record<string, string>): KubernetesObject {
  const object: IService = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels },
    spec: { type: "ClusterIP", selector: podLabels(name), ports: servicePorts(ports) },
  };
  return object as unknown as KubernetesObject;
}

/** A Service of its own for the load balancer, so that the address stays when anything else about the service changes. */
function loadBalancer({ name, namespace, loadBalancer }: ServiceFacts, labels: Record<string, string>): KubernetesObject[] {
  if (loadBalancer === undefined) return [];
  const object: IService = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: loadBalancerName(name), namespace, labels, annotations: { "metallb.io/loadBalancerIPs": loadBalancer.address } },
    spec: {
      type: "LoadBalancer",
      // The client's own address reaches the app; node ports would only open every node.
      externalTrafficPolicy: "Local",
      allocateLoadBalancerNodePorts: false,
      selector: podLabels(name),
      ports: servicePorts(loadBalancer.ports),
    },
  };
  return [object as unknown as KubernetesObject];
}

function servicePorts(ports: readonly ServicePort[]): { name: string; port: number; targetPort: number; protocol: "TCP" | "UDP" }[] {
  return ports.map(({ name, port, protocol = "TCP" }) => ({ name, port, targetPort: port, protocol }));
}

/** Only where it can be kept: with one replica it would stop every drain of its node for ever. */
function disruptionBudget({ name, namespace, requests: { replicas } }: ServiceFacts, labels: Record<string, string>): KubernetesObject[] {
  if (replicas < 2) return [];
  const object: IPodDisruptionBudget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace, labels },
    spec: { maxUnavailable: 1, selector: { matchLabels: podLabels(name) }, unhealthyPodEvictionPolicy: "AlwaysAllow" },
  };
  return [object as unknown as KubernetesObject];
}

function policy(facts: ServiceFacts, args: WorkloadArgs, context: RenderContext, labels: Record<string, string>): KubernetesObject[] {
  const { internet = false, lan = false, relax = {} } = args;
  if (!hasPolicy(facts)) return [];
  const reach = { internet, lan, api: relax.apiToken !== undefined, webhooks: [], open: facts.loadBalancer?.ports ?? [] };
  return [networkPolicy(facts, context, reach, labels)];
}

function changed(component: string, { name }: ServiceId, args: WorkloadArgs, { imageTag, host, address, resources }: ServiceOverride): WorkloadArgs {
  const refuse = refusal(component, name);
  const image = imageTag === undefined ? args.image : withTag(args.image, imageTag, { latest: args.relax?.latest !== undefined });
  if (image === undefined) return refuse("imageTag", `"${imageTag}" is no tag with a digest`, "Write it as 1.2.3@sha256:<digest>.");
  if (host !== undefined && args.host === false) refuse("host", "is set, but the service has no route", "Leave it out, or give the declaration a host.");
  return { ...args, image, ...defined({ host }), ...balancedAt(args.loadBalancer, address, refuse), resources: { ...args.resources, ...resources } };
}
