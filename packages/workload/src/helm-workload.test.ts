import { ArgumentError, type KubernetesObject } from "@rzp/core";
import { at, byKind } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { category, chartSource, claim, helmWorkload, serviceApplication, type HelmWorkloadArgs, type ServiceFacts, type Site } from "./manifests.ts";
import { lab, SITE } from "./site.test-data.ts";

const CHART = { repoURL: "https://charts.example.com", name: "app", version: "1.2.3" };
const OPTIONS = "argocd.argoproj.io/sync-options";

function chartOf(change: Partial<HelmWorkloadArgs> = {}): { objects: KubernetesObject[]; application: unknown } {
  const { all, context } = lab([category("core", { ctl: helmWorkload({ chart: CHART, ...change }) })]);
  const [service] = all.services;
  if (service === undefined) throw new Error("no service");
  const objects = service.manifests(context);
  const application = byKind(serviceApplication(service, context, { wave: 3, hasObjects: objects.length > 0 }), "Application");
  return { objects, application };
}

describe("a chart's Application", () => {
  it("brings up the chart and the folder beside it, in its wave, for the people who read it", () => {
    const { application } = chartOf({ purpose: "Controls.", values: { a: 1 }, application: { onDelete: "orphan" } });
    expect(at(application, "spec.sources.0")).toEqual({ repoURL: CHART.repoURL, chart: "app", targetRevision: "1.2.3", helm: { releaseName: "ctl", valuesObject: { a: 1 } } });
    expect(at(application, "spec.sources.1")).toMatchObject({ repoURL: SITE.git.repoURL, targetRevision: "main", path: "kubernetes/core/ctl" });
    expect(application).toMatchObject({
      metadata: { annotations: { "argocd.argoproj.io/sync-wave": "3" } },
      spec: { project: "core", destination: { namespace: "ctl" }, info: [{ name: "purpose", value: "Controls." }] },
    });
    expect(at(application, "metadata.finalizers")).toBeUndefined();
  });

  it("reads no folder that does not exist, which would stop it whole", () => {
    const { objects, application } = chartOf({ network: "its pods are dialled from the nodes' own network" });
    expect(objects).toEqual([]);
    expect(at(application, "spec.source.chart")).toBe("app");
    expect(at(application, "spec.sources")).toBeUndefined();
  });

  it("says why there is no policy and why its namespace is weaker: no other object could", () => {
    const { objects, application } = chartOf({ network: "the nodes dial its pods", podSecurity: { level: "privileged", reason: "it mounts disks of the nodes" } });
    expect(objects).toEqual([]);
    expect(at(application, "metadata.annotations")).toMatchObject({ "rzp.dev/allows-network": "the nodes dial its pods", "rzp.dev/allows-privileged": "it mounts disks of the nodes" });
  });

  it("names an OCI registry as Argo CD does, without its scheme", () => {
    expect(at(chartOf({ chart: { ...CHART, repoURL: "oci://quay.io/jetstack/charts" } }).application, "spec.sources.0.repoURL")).toBe("quay.io/jetstack/charts");
  });

  it("brings up further charts of its repository in the same namespace, each as a release of its own", () => {
    const { application } = chartOf({ namespace: "ctl-system", extraCharts: { plugin: { name: "app-plugin", version: "0.7.1", values: ({ namespace }) => ({ namespace }) } } });
    expect(at(application, "spec.sources.1")).toEqual({ repoURL: CHART.repoURL, chart: "app-plugin", targetRevision: "0.7.1", helm: { releaseName: "plugin", valuesObject: { namespace: "ctl-system" } } });
    expect(at(application, "spec.sources.2.path")).toBe("kubernetes/core/ctl");
    expect(at(application, "spec.destination.namespace")).toBe("ctl-system");
  });

  it.each<[string, HelmWorkloadArgs["extraCharts"], string]>([
    ["has the first one's release", { ctl: { name: "app-plugin", version: "0.7.1" } }, "extraCharts.ctl is the release of the chart itself"],
    ["has no release name", { "Plug In": { name: "app-plugin", version: "0.7.1" } }, "extraCharts.Plug In is not a release name"],
    ["follows whatever is newest", { plugin: { name: "app-plugin", version: "^0.7.1" } }, 'extraCharts.plugin.version "^0.7.1" is not an exact version'],
  ])("takes no further chart that %s", (_, extraCharts, message) => {
    expect(() => chartOf({ extraCharts: extraCharts ?? {} })).toThrow(message);
  });

  it("has values without what is undefined, made from the site and the services beside it", () => {
    const values: HelmWorkloadArgs["values"] = ({ site, namespace }, { services }) => ({ zone: site.domain, namespace, count: services.length, off: undefined, deep: { off: undefined, on: true } });
    const { context } = lab([category("core", { ctl: helmWorkload({ chart: CHART }) })]);
    const source = chartSource({ name: "ctl", category: "core" }, { chart: CHART, values, release: "main", namespace: "ctl-system" }, context);
    expect(source.helm).toEqual({ releaseName: "main", valuesObject: { zone: "home.example.com", namespace: "ctl-system", count: 1, deep: { on: true } } });
    expect(Object.keys(source.helm?.valuesObject ?? {})).not.toContain("off");
  });
});

describe("a claim that a chart takes as an existing one", () => {
  const made = (change: object): KubernetesObject =>
    byKind(chartOf({ namespace: "ctl-system", objects: (self) => [claim(self, "data-ctl-0", { size: "5Gi", backup: "daily", ...change })] }).objects, "PersistentVolumeClaim");

  it("has the chart's own name, is there before the chart's pods, and outlives them", () => {
    expect(made({}).metadata).toMatchObject({ name: "data-ctl-0", namespace: "ctl-system", annotations: { "argocd.argoproj.io/sync-wave": "-1" } });
    expect(made({}).metadata.annotations?.[OPTIONS]?.split(",")).toEqual(expect.arrayContaining(["Prune=false", "Delete=false"]));
    expect(made({}).spec).toMatchObject({ storageClassName: "longhorn", resources: { requests: { storage: "5Gi" } } });
  });

  it("is backed up as it says, or says why it is not: a chart gives its claims no labels", () => {
    expect(made({}).metadata.labels).toMatchObject({ "rzp.dev/backup": "daily", "recurring-job-group.longhorn.io/daily": "enabled" });
    expect(made({ backup: { none: "it is a cache" } }).metadata).toMatchObject({ labels: { "rzp.dev/backup": "none" }, annotations: { "rzp.dev/no-backup": "it is a cache" } });
  });
});

describe("what stands beside a chart", () => {
  it("is a policy, a secret a wave ahead under a name no chart uses, and a route to the chart's Service", () => {
    const { objects } = chartOf({ secrets: ["TOKEN"], route: { host: "ui", service: "ctl-server", port: 80, targetPort: 8080 } });
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(["ExternalSecret ctl-secrets", "NetworkPolicy ctl", "Certificate ctl", "IngressRoute ctl"]);
    expect(byKind(objects, "ExternalSecret").metadata.annotations).toMatchObject({ "argocd.argoproj.io/sync-wave": "-1" });
    expect(at(byKind(objects, "ExternalSecret"), "spec.data.0.remoteRef.key")).toBe("/core/ctl/TOKEN");
    expect(at(byKind(objects, "IngressRoute"), "spec.routes.0")).toMatchObject({ match: "Host(`ui.home.example.com`)", services: [{ name: "ctl-server", port: 80 }] });
    // The policy is about the pod's port, the route about the Service's.
    expect(at(byKind(objects, "NetworkPolicy"), "spec.ingress.1.ports")).toEqual([{ port: 8080, protocol: "TCP" }]);
  });

  it("leads single paths of the host to other Services, and lets the ingress controller to their pods", () => {
    const route = { service: "ctl", port: 80, targetPort: 8080, scheme: "h2c" as const, paths: { "/ui/login": { service: "ctl-login", port: 3000 } } };
    const { objects } = chartOf({ route });
    expect(at(byKind(objects, "IngressRoute"), "spec.routes")).toEqual([
      { kind: "Rule", match: "Host(`ctl.home.example.com`)", services: [{ name: "ctl", port: 80, scheme: "h2c" }] },
      { kind: "Rule", match: "Host(`ctl.home.example.com`) && PathPrefix(`/ui/login`)", services: [{ name: "ctl-login", port: 3000 }] },
    ]);
    expect(at(byKind(objects, "NetworkPolicy"), "spec.ingress.1.ports")).toEqual([{ port: 8080, protocol: "TCP" }, { port: 3000, protocol: "TCP" }]);
    const gateway: Site = { ...SITE, ingress: { ...SITE.ingress, route: { gateway: { name: "main", namespace: "gateway" } } } };
    const { all, context } = lab([category("core", { ctl: helmWorkload({ chart: CHART, route }) })], gateway);
    const rules = at(byKind(all.services.flatMap((service) => service.manifests(context)), "HTTPRoute"), "spec.rules") as { matches: { path: { value: string } }[]; backendRefs: { name: string }[] }[];
    expect(rules.map(({ matches, backendRefs }) => [matches[0]?.path.value, backendRefs[0]?.name])).toEqual([["/", "ctl"], ["/ui/login", "ctl-login"]]);
  });

  it.each(["ui", "/ui/", "/ui`) || Host(`x"])("is no route by the path %s", (path) => {
    expect(() => chartOf({ route: { service: "ctl", port: 80, paths: { [path]: { service: "ctl-login", port: 3000 } } } })).toThrow(`route.paths["${path}"] is not a path`);
  });

  it("comes after the chart, without a dry run, and keeps options and waves of its own", () => {
    const thing = (name: string, annotations?: Record<string, string>): object => ({ apiVersion: "example.com/v1", kind: "Thing", metadata: { name, namespace: "ctl", labels: { own: "yes" }, ...(annotations === undefined ? {} : { annotations }) } });
    const objects = [thing("plain"), thing("kept", { [OPTIONS]: "Prune=false,SkipDryRunOnMissingResource=true", "argocd.argoproj.io/sync-wave": "5" })] as HelmWorkloadArgs["objects"];
    const { objects: made } = chartOf({ objects: objects ?? [] });
    expect(byKind(made, "Thing", "plain").metadata).toMatchObject({
      labels: { own: "yes", "app.kubernetes.io/name": "ctl" },
      annotations: { [OPTIONS]: "SkipDryRunOnMissingResource=true", "argocd.argoproj.io/sync-wave": "1" },
    });
    expect(byKind(made, "Thing", "kept").metadata.annotations).toEqual({ [OPTIONS]: "SkipDryRunOnMissingResource=true,Prune=false", "argocd.argoproj.io/sync-wave": "5" });
  });

  it("asks for a password in front of a chart that asks for none", () => {
    const { objects } = chartOf({ route: { service: "ui", port: 80 }, auth: "basic" });
    expect(at(byKind(objects, "IngressRoute"), "spec.routes.0")).toMatchObject({ middlewares: [{ name: "auth" }], services: [{ name: "ui", port: 80 }] });
  });

  it("carries the reason of a weaker namespace on its policy", () => {
    const { objects } = chartOf({ podSecurity: { level: "baseline", reason: "it writes to the nodes' log folders" } });
    expect(byKind(objects, "NetworkPolicy").metadata.annotations).toEqual({ "rzp.dev/allows-baseline": "it writes to the nodes' log folders" });
  });
});

describe("objects that the layer's project would not let through", () => {
  const role: KubernetesObject = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "reader" }, rules: [] };
  const map = (namespace?: string): KubernetesObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", ...(namespace === undefined ? {} : { namespace }) } });
  const made = (path: string, change: Partial<HelmWorkloadArgs>): KubernetesObject[] => {
    const { all, context } = lab([category(path, { ctl: helmWorkload({ chart: CHART, namespace: "ctl-system", ...change }) })]);
    return all.services.flatMap((service) => service.manifests(context));
  };

  it.each<[string, KubernetesObject, string]>([
    ["of the whole cluster", role, 'is ClusterRole "reader", which has no namespace. Give it one, or add { group: "rbac.authorization.k8s.io", kind: "ClusterRole" } to clusterKinds if it belongs to the whole cluster.'],
    ["of no namespace", map(), 'is ConfigMap "a", which has no namespace. Give it one, or add { group: "", kind: "ConfigMap" } to clusterKinds if it belongs to the whole cluster.'],
    ["of another namespace", map("kube-system"), "is ConfigMap \"a\" in the namespace \"kube-system\". Put it into the service's own, ctl-system: only the core may write elsewhere."],
  ])("are refused when rendered: %s", (_, object, message) => {
    for (const layer of ["platform", "apps"]) {
      expect(() => made(layer, { objects: () => [map("ctl-system"), object] })).toThrow(expect.objectContaining({ name: ArgumentError.name, message: `HelmWorkload "ctl": objects[1] ${message} Declared in src/services/${layer}/ctl.ts.` }));
    }
    expect(made("core", { objects: [object] }).map(({ kind }) => kind)).toContain(object.kind);
  });

  it("are none of those that the declaration names, which is a fact for the project", () => {
    const clusterKinds = [{ group: "rbac.authorization.k8s.io", kind: "ClusterRole" }];
    expect(made("platform", { objects: [role, map("ctl-system")], clusterKinds }).map(({ kind }) => kind)).toEqual(["NetworkPolicy", "ClusterRole", "ConfigMap"]);
    expect(helmWorkload({ chart: CHART, clusterKinds }).facts({ name: "ctl", category: "platform" }).clusterKinds).toEqual(clusterKinds);
    expect(() => made("platform", { objects: [role], clusterKinds: [{ group: "", kind: "ClusterRole" }] })).toThrow("which has no namespace");
  });
});

describe("facts of a chart", () => {
  it("say how many pods there are, and which port of theirs is behind the route", () => {
    const facts = (change: Partial<HelmWorkloadArgs>): ServiceFacts => helmWorkload({ chart: CHART, ...change }).facts({ name: "ctl", category: "core" });
    expect(facts({ replicas: 2, resources: { cpu: "100m" } }).requests).toEqual({ cpu: "100m", memory: "128Mi", replicas: 2 });
    expect(facts({}).requests.replicas).toBe(1);
    expect([facts({}), facts({ route: { service: "ui", port: 80 } }), facts({ route: { service: "ui", port: 80, targetPort: 8080 } })].map(({ routePort }) => routePort)).toEqual([undefined, 80, 8080]);
  });
});

describe("an override", () => {
  it("changes the load balancer's address, also where the values need it", () => {
    const values: HelmWorkloadArgs["values"] = ({ address }) => ({ address });
    const [service] = category("core", { ctl: helmWorkload({ chart: CHART, values, loadBalancer: { address: "10.0.20.200", ports: [{ name: "web", port: 80 }] } }) }).services;
    const changed = service?.override({ address: "10.0.20.210" });
    expect(changed?.facts.loadBalancer).toEqual({ address: "10.0.20.210", ports: [{ name: "web", port: 80 }] });
    expect(changed?.delivery(lab([]).context).charts[0]?.helm?.valuesObject).toEqual({ address: "10.0.20.210" });
  });

  it("changes the host of a routed chart", () => {
    const [service] = category("core", { ctl: helmWorkload({ chart: CHART, route: { service: "ui", port: 80 } }) }).services;
    expect([service?.facts.host, service?.override({ host: "panel" }).facts.host]).toEqual(["ctl", "panel"]);
  });
});
