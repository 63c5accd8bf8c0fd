import { at, byKind } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { containerOf, factsOf, home, objectsOf, remotesOf, rulesOf, stack } from "../rendered.test-data.ts";

/** Whether a service's pods may dial the ingress controller's: the port of the pod, since a policy judges after the load balancer's address was translated. */
const dialsIngress = (name: string): boolean =>
  rulesOf(name, "egress").some(({ to = [], ports = [] }) => ports.some(({ port }) => port === 8443) && to.some(({ namespaceSelector }) => namespaceSelector?.matchLabels["kubernetes.io/metadata.name"] === factsOf("traefik").namespace));

describe("signing in", () => {
  const issuer = `https://${factsOf("zitadel").host ?? ""}.${stack.domain}`;
  const clients = home.context.services.filter(({ name }) => name !== "zitadel" && JSON.stringify(objectsOf(name)).includes(issuer));

  it("every service that logs in through Zitadel can reach it, which from inside too is only at its public name, through the ingress controller", () => {
    expect(clients.map(({ name }) => name)).toEqual(expect.arrayContaining(["backstage", "jupyter", "langfuse"]));
    // One whose chart brings policies of its own has none from here; what it talks to is written down all the same.
    const open = clients.filter(({ relaxations }) => relaxations.some(({ what }) => what === "network")).map(({ name }) => name);
    expect(open).toEqual(["jupyter"]);
    for (const { name, talksTo, needs } of clients) {
      expect([name, talksTo.includes("traefik"), needs.includes("zitadel"), open.includes(name) || dialsIngress(name)]).toEqual([name, true, true, true]);
    }
  });

  it("the ingress controller lets in who comes by its address in the cluster, and dials Zitadel's pods", () => {
    expect(rulesOf("traefik", "ingress")).toContainEqual({ ports: [{ port: 8000, protocol: "TCP" }, { port: 8443, protocol: "TCP" }] });
    expect(rulesOf("traefik", "egress").flatMap(({ ports = [] }) => ports.map(({ port }) => port))).toContain(factsOf("zitadel").routePort);
  });
});

describe("traps of cloudflared", () => {
  const args = (): string[] => at(containerOf("cloudflared"), "args") as string[];

  it("would replace itself by newer programs, and answer probes inside its own pod only", () => {
    expect(args()).toEqual(["tunnel", "--no-autoupdate", "--metrics", "0.0.0.0:2000", "run"]);
    expect(at(containerOf("cloudflared"), "readinessProbe.httpGet")).toEqual({ path: "/ready", port: 2000, scheme: "HTTP" });
  });

  it("who has its token is the tunnel: it comes from the store, and is in no argument that the node's process list would show", () => {
    expect(remotesOf("cloudflared", "cloudflared")).toEqual({ TUNNEL_TOKEN: "/core/cloudflared/TUNNEL_TOKEN" });
    expect(args().join(" ")).not.toMatch(/token/i);
  });

  it("dials Cloudflare and the ingress controller, and nobody dials it", () => {
    expect(dialsIngress("cloudflared")).toBe(true);
    expect(JSON.stringify(rulesOf("cloudflared", "egress"))).toContain('"cidr":"0.0.0.0/0"');
    expect(rulesOf("cloudflared", "ingress")).toEqual([]);
    expect(objectsOf("cloudflared").map(({ kind }) => kind)).not.toContain("IngressRoute");
  });

  it("one at a time may go: two, on two nodes, and a budget", () => {
    expect(at(byKind(objectsOf("cloudflared"), "Deployment"), "spec.replicas")).toBe(2);
    expect(at(byKind(objectsOf("cloudflared"), "PodDisruptionBudget"), "spec.maxUnavailable")).toBe(1);
  });
});
