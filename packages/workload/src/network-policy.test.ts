import { contains, parseCidr, type KubernetesObject } from "@rzp/core";
import { at, byKind } from "@rzp/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { category, helmWorkload, peersPolicy, workload, type Declaration, type RenderContext, type Service, type ServiceFacts, type WorkloadArgs } from "./manifests.ts";
import { BASIC, lab, rendered, SITE } from "./site.test-data.ts";

const CHART = { repoURL: "https://charts.example.com", name: "chart", version: "1.2.3" };
const REASON = "it answers broadcasts of the home network";

interface Side {
  /** A pod by namespace and labels, or an address that is no pod's. */
  pod?: { namespace: string; labels: Record<string, string> };
  address?: string;
}
interface Selector {
  matchLabels?: Record<string, string>;
}
interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { port: number; protocol: string }[];
}
interface Peer {
  ipBlock?: { cidr: string; except?: string[] };
  namespaceSelector?: Selector;
  podSelector?: Selector;
}

/** Whether policies let a connection through, as the API defines it: they add up; peers and ports of one rule must both match; an empty list matches all. */
function allows(policies: KubernetesObject | readonly KubernetesObject[], direction: "ingress" | "egress", side: Side, port: number, protocol = "TCP"): boolean {
  return [policies].flat().some((policy) =>
    ((at(policy, `spec.${direction}`) ?? []) as Rule[]).some(({ from, to, ports = [] }) => {
      const peers = from ?? to ?? [];
      return (ports.length === 0 || ports.some((one) => one.port === port && one.protocol === protocol)) && (peers.length === 0 || peers.some((peer) => isPeer(peer, side, policy.metadata.namespace)));
    }),
  );
}

/** A service's own policy, and the one for those beside it. */
function policiesOf(service: Service | undefined, context: RenderContext): KubernetesObject[] {
  if (service === undefined) throw new Error("no service");
  return [byKind(service.manifests(context), "NetworkPolicy"), ...peersPolicy(service.facts, context)];
}

function labPolicies(declarations: Record<string, Declaration>, namespace?: string): (name: string) => KubernetesObject[] {
  const { all, context } = lab([category("apps/media", declarations, namespace === undefined ? {} : { namespace })]);
  return (name) => policiesOf(all.services.find(({ facts }) => facts.name === name), context);
}

function isPeer({ ipBlock, namespaceSelector, podSelector }: Peer, { pod, address }: Side, own: string | undefined): boolean {
  if (ipBlock !== undefined) return address !== undefined && lies(address, ipBlock.cidr) && !(ipBlock.except ?? []).some((cidr) => lies(address, cidr));
  if (pod === undefined) return false;
  const names = { "kubernetes.io/metadata.name": pod.namespace };
  return (namespaceSelector === undefined ? pod.namespace === own : has(names, namespaceSelector)) && has(pod.labels, podSelector ?? {});
}

function has(labels: Record<string, string>, { matchLabels = {} }: Selector): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function lies(address: string, cidr: string): boolean {
  const network = parseCidr(cidr);
  if (network === undefined) throw new Error(`no network: ${cidr}`);
  return contains(network, address);
}

function policyOf(change: Partial<WorkloadArgs>, others: Record<string, Declaration> = {}): KubernetesObject {
  return byKind(rendered({ app: workload({ ...BASIC, ...change }), ...others }, { namespace: "media" })("app"), "NetworkPolicy");
}

const pod = (name: string, namespace = "media"): Side => ({ pod: { namespace, labels: { "app.kubernetes.io/name": name } } });
const dns: Side = { pod: { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } } };

describe("a workload's policy", () => {
  it("denies by default: name resolution out, the ingress controller in", () => {
    expect(policyOf({}).spec).toEqual({
      podSelector: { matchLabels: { "app.kubernetes.io/name": "app" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "traefik" } }, podSelector: { matchLabels: { "app.kubernetes.io/name": "traefik" } } }],
          ports: [{ port: 8080, protocol: "TCP" }],
        },
      ],
      egress: [
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } }, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
          ports: [{ port: 53, protocol: "UDP" }, { port: 53, protocol: "TCP" }],
        },
      ],
    });
    expect(allows(policyOf({ host: false }), "ingress", pod("traefik", "traefik"), 8080)).toBe(false);
  });

  it("opens both ends of talksTo, on the callee's ports only", () => {
    const declarations = { app: workload({ ...BASIC, talksTo: ["db"] }), db: workload({ ...BASIC, port: 5432, health: "tcp" }), other: workload(BASIC) };
    const policies = labPolicies(declarations, "media");
    const [app, db] = [policies("app"), policies("db")];
    expect([allows(app, "egress", pod("db"), 5432), allows(db, "ingress", pod("app"), 5432)]).toEqual([true, true]);
    expect([allows(app, "egress", pod("db"), 22), allows(db, "ingress", pod("app"), 22), allows(db, "ingress", pod("other"), 5432), allows(db, "egress", pod("app"), 8080)]).toEqual([false, false, false, false]);
  });

  it("opens no port that is not for peers, at either end", () => {
    const ports = [{ name: "api", port: 9000 }, { name: "torrent", port: 50_413, peers: false }] as const;
    const declarations = { app: workload({ ...BASIC, talksTo: ["box"] }), box: workload({ ...BASIC, ports }) };
    const policies = labPolicies(declarations, "media");
    const [app, box] = [policies("app"), policies("box")];
    for (const [port, isOpen] of [[8080, true], [9000, true], [50_413, false]] as const) {
      expect([port, allows(app, "egress", pod("box"), port), allows(box, "ingress", pod("app"), port)]).toEqual([port, isOpen, isOpen]);
    }
    expect(at(byKind(rendered(declarations)("box"), "Service"), "spec.ports.2")).toEqual({ name: "torrent", port: 50_413, targetPort: 50_413, protocol: "TCP" });
  });

  it("reaches the internet without the home, the cluster or a cloud's metadata", () => {
    const policy = policyOf({ internet: true });
    expect(allows(policy, "egress", { address: "1.1.1.1" }, 443)).toBe(true);
    for (const address of ["10.0.20.11", "10.244.1.5", "10.96.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "127.0.0.1", "224.0.0.251"]) {
      expect([address, allows(policy, "egress", { address }, 443)]).toEqual([address, false]);
    }
  });

  it("takes the site's own networks for home, whatever addresses they were given", () => {
    const site = { ...SITE, network: { ...SITE.network, lan: "203.0.113.0/24" } };
    const policy = byKind(rendered({ app: workload({ ...BASIC, internet: true }) }, { site })("app"), "NetworkPolicy");
    expect(allows(policy, "egress", { address: "203.0.113.7" }, 443)).toBe(false);
  });

  it("opens the home network and the Kubernetes API on request only", () => {
    expect(allows(policyOf({}), "egress", { address: "10.0.20.50" }, 1883)).toBe(false);
    expect(allows(policyOf({ lan: true }), "egress", { address: "10.0.20.50" }, 1883)).toBe(true);
    const api = policyOf({ relax: { apiToken: "it lists the services it shows" } });
    expect([allows(api, "egress", { address: "10.0.20.12" }, 6443), allows(api, "egress", { address: "10.0.20.12" }, 50_000), allows(api, "egress", { address: "10.0.20.50" }, 6443)]).toEqual([true, false, false]);
  });

  it("lets everybody to the ports of a load balancer, whose clients keep their addresses", () => {
    const policy = policyOf({ ports: [{ name: "torrent", port: 50_413 }], loadBalancer: { address: "10.0.20.202", ports: [{ name: "torrent", port: 50_413 }] } });
    expect([allows(policy, "ingress", { address: "8.8.8.8" }, 50_413), allows(policy, "ingress", { address: "8.8.8.8" }, 8080)]).toEqual([true, false]);
  });

  it("finds peers on the nodes' network by address, since no selector does", () => {
    const declarations = {
      app: workload({ ...BASIC, talksTo: ["hub"] }),
      hub: workload({ ...BASIC, port: 8123, talksTo: ["app"], relax: { hostNetwork: REASON } }),
    };
    const app = labPolicies(declarations)("app");
    expect(allows(app, "egress", { address: "10.0.20.31" }, 8123)).toBe(true);
    expect(allows(app, "egress", { address: "10.0.20.31" }, 6443)).toBe(false);
    // From its own node it has the node's address, from another one Flannel's.
    expect([allows(app, "ingress", { address: "10.0.20.31" }, 8080), allows(app, "ingress", { address: "10.244.3.0" }, 8080)]).toEqual([true, true]);
  });
});

describe("a policy for those beside a service", () => {
  const peersOf = (declarations: Record<string, Declaration>, name: string): KubernetesObject[] => {
    const { context } = lab([category("core", declarations)]);
    return peersPolicy(context.service(name), context);
  };

  it("leaves the service's own alone: a caller more changes nothing in its folder", () => {
    const own = (talksTo: string[]): unknown => byKind(rendered({ app: workload({ ...BASIC, talksTo }), db: workload({ ...BASIC, port: 5432, health: "tcp" }) })("db"), "NetworkPolicy");
    expect(own(["db"])).toEqual(own([]));
  });

  it("says nothing of a direction that nobody asks for, which it would close", () => {
    expect(peersOf({ app: workload({ ...BASIC, talksTo: ["db"] }), db: workload(BASIC) }, "db")).toMatchObject([{ metadata: { name: "db-peers", namespace: "db" }, spec: { policyTypes: ["Ingress"] } }]);
    expect(peersOf({ ctl: helmWorkload({ chart: CHART, network: { routes: true } }), web: workload(BASIC) }, "ctl")).toMatchObject([{ spec: { policyTypes: ["Egress"] } }]);
    expect(peersOf({ db: workload(BASIC) }, "db")).toEqual([]);
  });

  it("is not there where a service has a reason to have none, whose door it would close to all but them", () => {
    const app = workload({ ...BASIC, talksTo: ["db"] });
    const ports = [{ name: "http", port: 80 }];
    expect(peersOf({ app, db: helmWorkload({ chart: CHART, ports, network: "kubelets dial its pods" }) }, "db")).toEqual([]);
    expect(peersOf({ app, db: workload({ ...BASIC, relax: { hostNetwork: REASON } }) }, "db")).toEqual([]);
  });
});

describe("a chart's policy", () => {
  const policy = (network: NonNullable<Parameters<typeof helmWorkload>[0]["network"]>, others: Record<string, Declaration> = {}): KubernetesObject[] => {
    const { all, context } = lab([category("core", { ctl: helmWorkload({ chart: CHART, network }), ...others })]);
    return policiesOf(all.services.find(({ facts }) => facts.name === "ctl"), context);
  };

  it("covers its namespace, whose pods talk among themselves", () => {
    expect(at(policy({})[0], "spec.podSelector")).toEqual({});
    expect([allows(policy({}), "ingress", pod("x", "ctl"), 9999), allows(policy({}), "ingress", pod("x", "media"), 9999), allows(policy({}), "egress", dns, 53, "UDP")]).toEqual([true, false, true]);
  });

  it("lets the API server to its webhooks, from a control plane and through Flannel", () => {
    const hooks = policy({ webhooks: [9443] });
    expect([allows(hooks, "ingress", { address: "10.0.20.13" }, 9443), allows(hooks, "ingress", { address: "10.244.0.0" }, 9443)]).toEqual([true, true]);
    expect([allows(hooks, "ingress", { address: "10.0.20.50" }, 9443), allows(hooks, "ingress", { address: "10.0.20.13" }, 22)]).toEqual([false, false]);
  });

  it("lets an ingress controller to the pods behind every route, by address where they are on the nodes' network, and to nothing else", () => {
    const controller = policy({ routes: true, open: [{ port: 8443 }] }, {
      hub: workload({ ...BASIC, port: 8123, relax: { hostNetwork: REASON } }),
      web: workload({ ...BASIC, ports: [{ name: "admin", port: 9000 }] }),
      db: workload({ ...BASIC, port: 5432, health: "tcp", host: false }),
      ui: helmWorkload({ chart: CHART, route: { service: "ui", port: 80, targetPort: 8081 } }),
    });
    const dials = (side: Side, port: number): boolean => allows(controller, "egress", side, port);
    expect([dials(pod("web", "web"), 8080), dials(pod("any", "ui"), 8081), dials({ address: "10.0.20.31" }, 8123)]).toEqual([true, true, true]);
    expect([dials(pod("web", "web"), 9000), dials(pod("db", "db"), 5432), dials(pod("web", "other"), 8080), dials(pod("any", "ui"), 80), dials({ address: "10.0.20.31" }, 6443)]).toEqual([false, false, false, false, false]);
    expect([allows(controller, "ingress", { address: "10.0.20.50" }, 8443), allows(controller, "ingress", { address: "10.0.20.50" }, 8000)]).toEqual([true, false]);
    expect(allows(policy({}, { web: workload(BASIC) }), "egress", pod("web", "web"), 8080)).toBe(false);
  });
});

describe("the law", () => {
  const names = ["a", "b", "c", "d", "e"] as const;
  const homelabs = fc.record({
    talk: fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 10 }),
    ports: fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: names.length, maxLength: names.length }),
    shared: fc.boolean(),
  });

  it("is that two services connect exactly when the caller names the callee, on the callee's ports, and that nobody else gets in", () => {
    fc.assert(
      fc.property(homelabs, fc.integer({ min: 1, max: 65_535 }), ({ talk, ports, shared }, other) => {
        const talksTo = (name: string): string[] => [...new Set(talk.filter(([from, to]) => from === name && to !== name).map(([, to]) => to))];
        const declarations = Object.fromEntries(names.map((name, index) => [name, workload({ ...BASIC, port: ports[index] ?? 1, host: false, talksTo: talksTo(name) })]));
        const { all, context } = lab([category("apps", declarations, shared ? { namespace: "shared" } : {})]);
        const policies = new Map(all.services.map((service) => [service.facts.name, policiesOf(service, context)]));
        const connects = (from: Service, to: Service, port: number): boolean => {
          const [out, into] = [policies.get(from.facts.name), policies.get(to.facts.name)];
          return out !== undefined && into !== undefined && allows(out, "egress", sideOf(to.facts), port) && allows(into, "ingress", sideOf(from.facts), port);
        };
        for (const from of all.services) {
          for (const to of all.services.filter((one) => one !== from)) {
            const [{ port } = { port: 0 }] = to.facts.ports;
            const isNamed = from.facts.talksTo.includes(to.facts.name);
            expect(connects(from, to, port)).toBe(isNamed);
            expect(connects(from, to, other)).toBe(isNamed && other === port);
          }
          const policy = policies.get(from.facts.name);
          for (const address of ["8.8.8.8", "10.0.20.50", "10.244.9.9"]) {
            expect(policy !== undefined && (allows(policy, "ingress", { address }, other) || allows(policy, "egress", { address }, other))).toBe(false);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

function sideOf({ namespace, podLabels }: ServiceFacts): Side {
  return { pod: { namespace, labels: { ...podLabels } } };
}
