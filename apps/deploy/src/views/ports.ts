import { peerPorts, type ServiceFacts, type ServicePort } from "@rzp/workload/manifests";
import type { Homelab } from "../homelab.ts";
import { blocks, code, link, REFERENCE, section, table, type Page } from "./markdown.ts";

/** Every address and port that answers, once. */
export function portRegistry({ context, stack }: Homelab): Page {
  const { services } = context;
  const { vip, loadBalancers } = stack.network;
  const text = blocks(
    "# Ports",
    section(
      "On the home network",
      `Services take addresses from ${code(loadBalancers)}; no address is used by two.`,
      table(["address", "port", "what", "service"], [
        // Talos' own: the API it is managed by, and the Kubernetes API behind the shared address.
        [vip, "6443/TCP", "Kubernetes API", "control planes"],
        ["each machine", "50000/TCP", "Talos API", "machines"],
        ...services.filter(hasAddress).sort(byAddress).flatMap((one) => one.loadBalancer.ports.map((port) => [one.loadBalancer.address, number(port), port.name, page(one)])),
        ...services.flatMap((one) => one.hostPorts.map((port) => ["its node's", `${port}`, "", page(one)])),
      ]),
    ),
    section("Routes", table(["host", "port of the pods", "service"], services.filter(({ host }) => host !== undefined).map((one) => [code(`${one.host ?? ""}.${context.site.domain}`), `${one.routePort ?? ""}`, page(one)]))),
    section("Inside the cluster", table(["namespace", "port", "name", "service"], services.flatMap((one) => peerPorts(one).map((port) => [one.namespace, number(port), port.name, page(one)])))),
  );
  return { path: `${REFERENCE}/port-registry.md`, text, source: "apps/deploy/src/views/ports.ts" };
}

type Balanced = ServiceFacts & Required<Pick<ServiceFacts, "loadBalancer">>;

function hasAddress(facts: ServiceFacts): facts is Balanced {
  return facts.loadBalancer !== undefined;
}

function byAddress(a: Balanced, b: Balanced): number {
  return new Intl.Collator("en", { numeric: true }).compare(a.loadBalancer.address, b.loadBalancer.address);
}

function number({ port, protocol = "TCP" }: ServicePort): string {
  return `${port}/${protocol}`;
}

function page({ name }: ServiceFacts): string {
  return link(name, `service-catalog/${name}.md`);
}
