import { resolve } from "node:path";
import { ArgumentError } from "@rzp/core";
import { loadedModules, record, valueOf } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { HelmWorkload, Workload, workload, type HelmWorkloadArgs, type Placement, type WorkloadArgs } from "./index.ts";
import { BASIC, SITE } from "./site.test-data.ts";

const CHART = { repoURL: "https://charts.example.com", name: "chart", version: "1.2.3" };
const ARGS: WorkloadArgs & Placement = { ...BASIC, site: SITE, namespace: "media", category: "apps/media" };
const VOLUMES: WorkloadArgs["volumes"] = { data: { size: "1Gi", mountPath: "/data", backup: "daily" } };
const facts = (name: string) => workload(BASIC).facts({ name, category: "apps", namespace: "media" });

describe("Workload", () => {
  it("registers the objects it would render, as its children", async () => {
    const { result, resources, find } = await record(() => new Workload("app", { ...ARGS, secrets: ["TOKEN"], volumes: VOLUMES }));
    const parent = find("rzp:workload:Workload", "app");
    const children = resources.filter(({ parentUrn }) => parentUrn === parent.urn);
    expect(children.map(({ type }) => type).sort()).toEqual([
      "kubernetes:apps/v1:Deployment",
      "kubernetes:cert-manager.io/v1:Certificate",
      "kubernetes:core/v1:PersistentVolumeClaim",
      "kubernetes:core/v1:Service",
      "kubernetes:core/v1:ServiceAccount",
      "kubernetes:external-secrets.io/v1:ExternalSecret",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "kubernetes:traefik.io/v1alpha1:IngressRoute",
    ]);
    expect(find("kubernetes:external-secrets.io/v1:ExternalSecret").inputs).toMatchObject({ spec: { data: [{ remoteRef: { key: "/apps/media/app/TOKEN" } }] } });
    expect(result.nodes.objects).toHaveLength(children.length);
    expect(await valueOf(result.url)).toBe("http://app.media.svc:8080");
  });

  it("leaves its volumes behind when it goes, and nothing else", async () => {
    const { resources } = await record(() => new Workload("app", { ...ARGS, volumes: VOLUMES }));
    expect(resources.filter(({ options }) => options.retainOnDelete).map(({ type }) => type)).toEqual(["kubernetes:core/v1:PersistentVolumeClaim"]);
  });

  it("has a namespace and a folder of its own name when nothing is said, and tells no address in a preview", async () => {
    const { find } = await record(() => new Workload("app", { ...BASIC, site: SITE, secrets: ["TOKEN"] }), { preview: true });
    expect(find("kubernetes:external-secrets.io/v1:ExternalSecret").inputs).toMatchObject({ metadata: { namespace: "app" }, spec: { data: [{ remoteRef: { key: "/apps/app/TOKEN" } }] } });
  });

  it("opens its policy to the peers it was given", async () => {
    const { resources } = await record(() => new Workload("app", { ...ARGS, talksTo: ["db"], peers: [facts("db"), { ...facts("web"), talksTo: ["app"] }] }));
    const policy = JSON.stringify(resources.filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy").map(({ inputs }) => inputs));
    expect([policy.includes('"app.kubernetes.io/name":"db"'), policy.includes('"app.kubernetes.io/name":"web"')]).toEqual([true, true]);
  });

  it.each<[string, Partial<WorkloadArgs & Placement>, string]>([
    ["a bad argument", { port: 0 }, 'Workload "app": port is 0. Use 1 to 65535.'],
    ["a peer without facts", { talksTo: ["db"], peers: [facts("dbs")] }, 'Workload "app": talksTo[0] "db" is not among peers. Did you mean "dbs"?'],
    ["a peer without ports", { talksTo: ["db"], peers: [{ ...facts("db"), ports: [] }] }, 'Workload "app": talksTo[0] "db" names no port to dial. Name its ports in its own declaration.'],
  ])("refuses %s before anything registers", async (_, change, message) => {
    const { result, resources } = await record(() => {
      try {
        return new Workload("app", { ...ARGS, ...change });
      } catch (error) {
        return error;
      }
    });
    expect(result).toBeInstanceOf(ArgumentError);
    expect(result).toHaveProperty("message", message);
    expect(resources).toEqual([]);
  });
});

describe("HelmWorkload", () => {
  const helm: HelmWorkloadArgs & Placement = { chart: CHART, site: SITE, category: "core" };
  const objects = [{ apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "x", namespace: "ctl" } }];

  it("installs the release after what it may need to start, and before what needs it", async () => {
    const { result, find } = await record(() => new HelmWorkload("ctl", { ...helm, values: { a: 1, b: undefined }, secrets: ["TOKEN"], objects }));
    const release = find("kubernetes:helm.sh/v3:Release", "ctl");
    expect(release.inputs).toEqual({ name: "ctl", namespace: "ctl", chart: "chart", version: "1.2.3", repositoryOpts: { repo: CHART.repoURL }, values: { a: 1 } });
    const secret = find("kubernetes:external-secrets.io/v1:ExternalSecret");
    expect(release.options.dependsOn).toContain(secret.urn);
    expect(secret.options.dependsOn).toEqual([]);
    expect(find("kubernetes:example.com/v1:Thing").options.dependsOn).toEqual([release.urn]);
    expect(find("rzp:workload:HelmWorkload", "ctl").urn).toBe(release.parentUrn);
    expect(await valueOf(result.releaseName)).toBe("ctl");
  });

  it("names an OCI chart as Helm does, scheme and all", async () => {
    const { find } = await record(() => new HelmWorkload("ctl", { ...helm, namespace: "ctl-system", release: "main", chart: { ...CHART, repoURL: "oci://quay.io/jetstack/charts" } }));
    expect(find("kubernetes:helm.sh/v3:Release").inputs).toEqual({ name: "main", namespace: "ctl-system", chart: "oci://quay.io/jetstack/charts/chart", version: "1.2.3", values: {} });
  });

  it("refuses a bad argument before anything registers", () => {
    expect(() => new HelmWorkload("ctl", { ...helm, hostPorts: [0] })).toThrow('HelmWorkload "ctl": hostPorts[0] is 0. Use 1 to 65535.');
  });
});

describe("rendering", () => {
  it("never loads the Pulumi SDK", () => {
    expect(loadedModules(resolve(import.meta.dirname, "manifests.ts"), "@pulumi")).toEqual([]);
    expect(loadedModules(resolve(import.meta.dirname, "index.ts"), "@pulumi").length).toBeGreaterThan(0);
  });

  it("never loads the libraries that only its types come from", () => {
    expect(loadedModules(resolve(import.meta.dirname, "manifests.ts"), "kubernetes-models")).toEqual([]);
  });
});
