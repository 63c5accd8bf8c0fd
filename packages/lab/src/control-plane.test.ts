import { readFileSync } from "node:fs";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { findBinaries } from "./binaries.ts";
import { refusalOf } from "./client.ts";
import { CONTROL_PLANE, startControlPlane, type ControlPlane } from "./control-plane.ts";
import { LabMissing } from "./errors.ts";
import { toolVersion } from "./tools.ts";

const binaries = await findBinaries(CONTROL_PLANE, { build: false }).catch((error: unknown) => {
  if (error instanceof LabMissing) return error.message;
  throw error;
});
const why = typeof binaries === "string" ? ` (skipped: ${binaries})` : "";

const TAINT = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" } as const;
const container = { name: "web", image: "registry.example.com/web:1.0.0" };

describe.skipIf(why !== "")(`a real control plane${why}`, () => {
  let lab: ControlPlane;

  beforeAll(async () => {
    if (typeof binaries === "string") throw new Error(binaries);
    const nodes = [{ name: "cp-1", cpu: "4", memory: "8Gi", taints: [TAINT] }, { name: "worker-1", cpu: "8", memory: "32Gi", labels: { "example.com/disk": "ssd" } }];
    lab = await startControlPlane({ binaries, nodes });
  }, 120_000);

  afterAll(async () => {
    await lab.stop();
  });

  const get = <T>(path: string): Promise<T | undefined> => lab.client.get<T>(path);

  /** Waits until something is there; a control plane that never gets there runs into the test's own limit. */
  async function eventually<T>(check: () => Promise<T | undefined | false>): Promise<T> {
    for (;;) {
      const found = await check();
      if (found !== undefined && found !== false) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it("is of the version that is pinned, and on the loopback", () => {
    expect(lab.version).toBe(toolVersion("kube-apiserver"));
    expect(lab.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(parse(readFileSync(lab.kubeconfig, "utf8"))).toMatchObject({ clusters: [{ cluster: { server: lab.server } }] });
  });

  it("has its nodes as they were declared", async () => {
    const worker = await get("/api/v1/nodes/worker-1");
    expect(worker).toMatchObject({ metadata: { labels: { "example.com/disk": "ssd", "kubernetes.io/hostname": "worker-1" } }, status: { capacity: { cpu: "8", memory: "32Gi", pods: "110" } } });
    expect(await get("/api/v1/nodes/cp-1")).toMatchObject({ spec: { taints: [TAINT] } });
  });

  it("runs a Deployment's pods on the nodes that let them", async () => {
    const labels = { app: "web" };
    await lab.client.create({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "default" }, spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } } });
    await eventually(async () => (await get<{ status: { availableReplicas?: number } }>("/apis/apps/v1/namespaces/default/deployments/web"))?.status.availableReplicas === 3);
    const pods = await get<{ items: { spec: { nodeName: string } }[] }>("/api/v1/namespaces/default/pods");
    expect(pods?.items.map(({ spec }) => spec.nodeName)).toEqual(["worker-1", "worker-1", "worker-1"]);
  });

  it("gives every namespace its ServiceAccount, and refuses a pod that its namespace forbids", async () => {
    await lab.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "strict", labels: { "pod-security.kubernetes.io/enforce": "restricted" } } });
    await eventually(() => get("/api/v1/namespaces/strict/serviceaccounts/default"));
    const { status, body } = await lab.client.apply({ apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "strict" }, spec: { containers: [container] } });
    expect([status, refusalOf(body)]).toEqual([403, expect.stringContaining('violates PodSecurity "restricted:latest"')]);
  });

  it("lets nobody in without a certificate", async () => {
    const stranger = new Agent({ connect: { ca: lab.authority } });
    const { statusCode, body } = await request(`${lab.server}/api/v1/nodes`, { dispatcher: stranger });
    expect([statusCode, refusalOf(await body.json())]).toEqual([403, expect.stringContaining('User "system:anonymous" cannot list resource "nodes"')]);
    await stranger.close();
  });
});
