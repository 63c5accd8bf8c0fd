import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubernetesObject } from "@rzp/core";
import { admit, podOf, type Admission } from "./admission.ts";
import { findBinaries } from "./binaries.ts";
import { API_SERVER, startControlPlane, type ControlPlane } from "./control-plane.ts";
import { applyCrds, type Crd } from "./crds.ts";
import { LabMissing } from "./errors.ts";

const POD = { securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } } };
const CONTAINER = { name: "web", image: "registry.example.com/web:1.0.0", securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } };

const object = (apiVersion: string, kind: string, name: string, rest: Readonly<Record<string, unknown>> = {}, namespace?: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  ...rest,
});

const deployment = (name: string, container: object = CONTAINER, spec: object = {}, namespace = "strict"): KubernetesObject => {
  const labels = { app: name };
  return object("apps/v1", "Deployment", name, { spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { ...POD, containers: [container] } }, ...spec } }, namespace);
};
const PRIVILEGED = { ...CONTAINER, securityContext: { privileged: true } };

describe("podOf", () => {
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [CONTAINER] } };
  it.each([
    ["apps/v1", "Deployment", { template }],
    ["batch/v1", "Job", { template }],
    ["batch/v1", "CronJob", { schedule: "@daily", jobTemplate: { spec: { template } } }],
  ])("is the pod of a %s %s", (apiVersion, kind, spec) => {
    expect(podOf(object(apiVersion, kind, "web", { spec }, "media"))).toEqual({ apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "media", labels: { app: "web" } }, spec: { containers: [CONTAINER] } });
  });

  it.each([
    ["v1", "Service", { ports: [] }],
    ["external-secrets.io/v1", "ExternalSecret", { template: { spec: {} } }],
    ["v1", "ServiceAccount", undefined],
  ])("is none of a %s %s", (apiVersion, kind, spec) => {
    expect(podOf(object(apiVersion, kind, "web", { spec }, "media"))).toBeUndefined();
  });
});

const binaries = await findBinaries(API_SERVER, { build: false }).catch((error: unknown) => {
  if (error instanceof LabMissing) return error.message;
  throw error;
});
const why = typeof binaries === "string" ? ` (skipped: ${binaries})` : "";

const WIDGETS: Crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    names: { kind: "Widget", plural: "widgets" },
    ...{ scope: "Namespaced", versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } } } }] },
  },
};

const NAMESPACE: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "strict", labels: { "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted" } } };

describe.skipIf(why !== "")(`a real API server${why}`, () => {
  let lab: ControlPlane;

  beforeAll(async () => {
    if (typeof binaries === "string") throw new Error(binaries);
    lab = await startControlPlane({ binaries });
    await applyCrds(lab.client, [WIDGETS]);
  }, 120_000);

  afterAll(async () => {
    await lab.stop();
  });

  const ask = (...objects: readonly KubernetesObject[]): Promise<Omit<Admission, "kubernetes">> =>
    admit(lab.client, [NAMESPACE, ...objects].map((one) => ({ file: `kubernetes/${one.metadata.name}.yaml`, object: one })), [{ group: "absent.example.com", kind: "Thing", why: "nobody has it" }]);

  it("accepts what is right, and counts it by kind", async () => {
    const account = object("v1", "ServiceAccount", "web", {}, "strict");
    const right = await ask(account, deployment("web", CONTAINER), object("example.com/v1", "Widget", "one", { spec: { size: 3 } }, "strict"));
    expect(right).toEqual({ kinds: ["Deployment", "Namespace", "Pod (of workloads)", "ServiceAccount", "Widget"].map((kind) => ({ kind, accepted: 1, rendered: 1 })), refusals: [], unchecked: [], warnings: [] });
  });

  it("keeps nothing but namespaces and ServiceAccounts", async () => {
    await ask(deployment("web"));
    expect(await lab.client.get("/apis/apps/v1/namespaces/strict/deployments/web")).toBeUndefined();
  });

  it.each<[what: string, wrong: KubernetesObject, id: string, message: string]>([
    ["a misspelt field", deployment("web", CONTAINER, { replica: 2 }), "apps/v1/Deployment strict/web", ".spec.replica: field not declared in schema"],
    ["a misspelt field of a custom resource", object("example.com/v1", "Widget", "one", { spec: { sise: 3 } }, "strict"), "example.com/v1/Widget strict/one", ".spec.sise: field not declared in schema"],
    ["a custom resource with a value of a wrong type", object("example.com/v1", "Widget", "one", { spec: { size: "three" } }, "strict"), "example.com/v1/Widget strict/one", ".spec.size: expected numeric (int or float), got string"],
    ["a value that is not allowed", deployment("web", { ...CONTAINER, imagePullPolicy: "Sometimes" }), "apps/v1/Deployment strict/web", 'supported values: "Always", "IfNotPresent", "Never"'],
    ["a kind that there is not", object("example.com/v1", "Gadget", "one", {}, "strict"), "example.com/v1/Gadget strict/one", "knows no kind Gadget in example.com/v1"],
    ["a namespace that there is not", object("v1", "ConfigMap", "one", { data: {} }, "none"), "v1/ConfigMap none/one", 'namespaces "none" not found'],
    ["a privileged pod in a restricted namespace", deployment("web", PRIVILEGED), "pod of apps/v1/Deployment strict/web", 'violates PodSecurity "restricted:latest": privileged (container "web"'],
    ["a privileged pod where its namespace says nothing", deployment("web", PRIVILEGED, {}, "default"), "pod of apps/v1/Deployment default/web", 'violates PodSecurity "baseline:latest": privileged (container "web"'],
  ])("refuses %s, and says where", async (_, wrong, id, message) => {
    const { refusals } = await ask(wrong);
    expect(refusals.filter((refusal) => refusal.id === id)).toEqual([{ file: `kubernetes/${wrong.metadata.name}.yaml`, id, message: expect.stringContaining(message) as string }]);
  });

  it("only warns of a Deployment whose pod it refuses", async () => {
    const { kinds, warnings } = await ask(deployment("web", PRIVILEGED));
    expect(kinds).toContainEqual({ kind: "Deployment", accepted: 1, rendered: 1 });
    expect(kinds).toContainEqual({ kind: "Pod (of workloads)", accepted: 0, rendered: 1 });
    expect(warnings).toEqual([{ text: expect.stringContaining('would violate PodSecurity "restricted:latest"') as string, objects: ["apps/v1/Deployment strict/web"] }]);
  });

  it("says what it was not asked about", async () => {
    const { kinds, unchecked } = await ask(object("absent.example.com/v1", "Thing", "one", {}, "strict"));
    expect(unchecked).toEqual([{ file: "kubernetes/one.yaml", id: "absent.example.com/v1/Thing strict/one", why: "nobody has it" }]);
    expect(kinds.map(({ kind }) => kind)).toEqual(["Namespace"]);
  });
});
