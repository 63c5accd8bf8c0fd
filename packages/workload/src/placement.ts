import { ArgumentError, defined, didYouMean, type KubernetesObject } from "@rzp/core";
import type { WorkloadArgs } from "./args.ts";
import { peersPolicy } from "./network-policy.ts";
import { peerPorts, type RenderContext, type ServiceFacts, type ServiceId } from "./service.ts";
import type { Site } from "./site.ts";
import { workloadFacts, workloadManifests } from "./workload.ts";

/** Where a service is applied, for people who use it without GitOps. */
export interface Placement {
  site: Site;
  /** Namespace, which must exist. @default the component's name */
  namespace?: string;
  /** Folder of its secrets in the store. @default "apps" */
  category?: string;
  /** Facts of the services that `talksTo` names, and of those that dial this one. @default none */
  peers?: readonly ServiceFacts[];
}

/** The objects of one workload on its own; an argument that cannot hold is an ArgumentError of that component. */
export function placedManifests(component: string, name: string, args: WorkloadArgs & Placement): KubernetesObject[] {
  const id = placedId(name, args);
  const facts = workloadFacts(component, id, args);
  const context = placedContext(component, args, facts);
  return [...workloadManifests(component, id, args, context), ...peersPolicy(facts, context)];
}

/** The service's name and place. */
export function placedId(name: string, { namespace, category = "apps" }: Placement): ServiceId {
  return defined({ name, category, namespace });
}

/** The site with this service and its peers, and nobody else. */
export function placedContext(component: string, { site, peers = [] }: Placement, own: ServiceFacts): RenderContext {
  own.talksTo.forEach((peer, index) => {
    const refuse = (problem: string, expected: string): never => {
      throw new ArgumentError(component, own.name, { path: `talksTo[${index}]`, problem, expected });
    };
    const found = peers.find(({ name }) => name === peer);
    if (found === undefined) return refuse(`"${peer}" is not among peers`, didYouMean(peer, peers.map(({ name }) => name)));
    if (peerPorts(found).length === 0) refuse(`"${peer}" names no port to dial`, "Name its ports in its own declaration.");
  });
  const services = [own, ...peers];
  // Every name that a policy asks for was looked up above.
  return { site, services, service: (name) => services.find((one) => one.name === name) ?? own };
}
