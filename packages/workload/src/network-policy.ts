import type { KubernetesObject } from "@rzp/core";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import type { RenderContext, ServiceFacts, ServicePort } from "./service.ts";

/** What a service's pods may do beyond answering and dialling the peers its facts name. */
export interface Reach {
  internet: boolean;
  lan: boolean;
  /** Dials any pod that lets it: an ingress controller. */
  pods: boolean;
  /** Dials the Kubernetes API. */
  api: boolean;
  /** Ports that the API server itself dials: admission webhooks. */
  webhooks: readonly number[];
  /** Port of the pod behind the route, when it has one. */
  routed: number | undefined;
  /** Ports of the pod that everybody may dial, through a load balancer. */
  open: readonly Pick<ServicePort, "port" | "protocol">[];
}

type Spec = NonNullable<INetworkPolicy["spec"]>;
type Ingress = NonNullable<Spec["ingress"]>[number];
type Egress = NonNullable<Spec["egress"]>[number];

/** Addresses that are not the internet (RFC 6890): private, shared, link-local and loopback. */
const PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

const inNamespace = (namespace: string, labels: Readonly<Record<string, string>> = {}): NonNullable<Ingress["from"]>[number] => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  ...(Object.keys(labels).length === 0 ? {} : { podSelector: { matchLabels: { ...labels } } }),
});

const portsOf = (ports: readonly Pick<ServicePort, "port" | "protocol">[]): NonNullable<Ingress["ports"]> => ports.map(({ port, protocol = "TCP" }) => ({ port, protocol }));

/** Nothing in and nothing out, but for name resolution and the peers that are named. Replies to what is allowed need no rule of their own. */
export function networkPolicy(facts: ServiceFacts, context: RenderContext, reach: Reach, labels: Record<string, string>): KubernetesObject {
  const object: INetworkPolicy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: facts.name, namespace: facts.namespace, labels },
    spec: {
      podSelector: Object.keys(facts.podLabels).length === 0 ? {} : { matchLabels: { ...facts.podLabels } },
      policyTypes: ["Ingress", "Egress"],
      ingress: ingress(facts, context, reach),
      egress: egress(facts, context, reach),
    },
  };
  return object as unknown as KubernetesObject;
}

function ingress(facts: ServiceFacts, { site, services }: RenderContext, { routed, webhooks, open }: Reach): Ingress[] {
  const rules: Ingress[] = [];
  if (isNamespaceWide(facts)) rules.push({ from: [{ podSelector: {} }] });
  const callers = services.filter(({ talksTo }) => talksTo.includes(facts.name));
  if (callers.length > 0) rules.push({ from: callers.map((caller) => inNamespace(caller.namespace, caller.podLabels)), ports: portsOf(facts.ports) });
  if (routed !== undefined) rules.push({ from: [inNamespace(site.ingress.namespace, { "app.kubernetes.io/name": site.ingress.app })], ports: portsOf([{ port: routed }]) });
  // The home network and, through the router, whoever it lets in: the service decides by which ports it opens here.
  if (open.length > 0) rules.push({ ports: portsOf(open) });
  if (webhooks.length > 0) {
    const controlPlanes = site.network.apiServer.addresses.map((address) => ({ ipBlock: { cidr: `${address}/32` } }));
    // Flannel rewrites the API server's address to the node's own address in the pod network.
    rules.push({ from: [...controlPlanes, { ipBlock: { cidr: site.network.pods } }], ports: portsOf(webhooks.map((port) => ({ port }))) });
  }
  return rules;
}

function egress(facts: ServiceFacts, context: RenderContext, { internet, lan, pods, api }: Reach): Egress[] {
  const { site } = context;
  const rules: Egress[] = [
    { to: [inNamespace("kube-system", { "k8s-app": "kube-dns" })], ports: portsOf([{ port: 53, protocol: "UDP" }, { port: 53, protocol: "TCP" }]) },
  ];
  if (isNamespaceWide(facts)) rules.push({ to: [{ podSelector: {} }] });
  for (const peer of facts.talksTo.map((name) => context.service(name))) rules.push({ to: [inNamespace(peer.namespace, peer.podLabels)], ports: portsOf(peer.ports) });
  if (pods) rules.push({ to: [{ namespaceSelector: {} }] });
  if (api) rules.push({ to: site.network.apiServer.addresses.map((address) => ({ ipBlock: { cidr: `${address}/32` } })), ports: portsOf([{ port: site.network.apiServer.port }]) });
  if (lan) rules.push({ to: [{ ipBlock: { cidr: site.network.lan } }] });
  if (internet) rules.push({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: PRIVATE } }] });
  return rules;
}

/** A chart has a namespace of its own: its pods are all pods of the namespace, and talk among themselves. */
function isNamespaceWide({ podLabels }: ServiceFacts): boolean {
  return Object.keys(podLabels).length === 0;
}
