import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { findBinaries } from "../../binaries.ts";
import { API_SERVER, startControlPlane, type ControlPlane } from "../../control-plane.ts";
import { LabMissing } from "../../errors.ts";
import { configure, testCluster } from "./cluster.test-data.ts";
import { startTalos, type Talos } from "./talos.ts";

const binaries = await findBinaries(API_SERVER, { build: false }).catch((error: unknown) => {
  if (error instanceof LabMissing) return error.message;
  throw error;
});
const why = typeof binaries === "string" ? ` (skipped: ${binaries})` : "";

describe.skipIf(why !== "")(`a cluster that Talos starts${why}`, () => {
  let talos: Talos;
  let started: ControlPlane[] = [];

  beforeAll(async () => {
    talos = await startTalos({
      onBootstrap: async (keys) => {
        if (typeof binaries === "string") throw new Error(binaries);
        const controlPlane = await startControlPlane({ binaries, keys });
        started.push(controlPlane);
        return { endpoint: controlPlane.server };
      },
    });
  });

  afterAll(async () => {
    for (const controlPlane of started) await controlPlane.stop();
    started = [];
    await talos.close();
  });

  it("is a real API server that lets in whoever has Talos' kubeconfig", async () => {
    const cluster = await testCluster();
    const [first, second] = [await talos.boot({ address: "127.0.10.1", port: 0 }), await talos.boot({ address: "127.0.10.2", port: 0 })];
    const client = await configure(first, cluster, cluster.configuration("controlplane", "cp-1"));
    const other = await configure(second, cluster, cluster.configuration("controlplane", "cp-2"));
    await client.bootstrap();
    const [one, two] = [access(await client.kubeconfig()), access(await other.kubeconfig())];
    expect([started.length, one.server, two.server]).toEqual([1, started[0]?.server, started[0]?.server]);
    for (const { server, ca, cert, key } of [one, two]) {
      const dispatcher = new Agent({ connect: { ca, cert, key } });
      const review = await request(`${server}/apis/authentication.k8s.io/v1/selfsubjectreviews`, { dispatcher, method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }) });
      expect(await review.body.json()).toMatchObject({ status: { userInfo: { username: "admin", groups: ["system:masters", "system:authenticated"] } } });
      await dispatcher.close();
    }
    await started[0]?.client.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader", namespace: "default" } });
    const token = await started[0]?.client.request("POST", "/api/v1/namespaces/default/serviceaccounts/reader/token", { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} });
    // Signed with the configuration's own key, which is an RSA one.
    expect(token).toMatchObject({ status: 201, body: { status: { token: expect.stringMatching(/^eyJ/) as string } } });
    client.close();
    other.close();
  }, 120_000);
});

function access(kubeconfig: string): { server: string; ca: Buffer; cert: Buffer; key: Buffer } {
  const { clusters, users } = parse(kubeconfig) as { clusters: [{ cluster: Record<string, string> }]; users: [{ user: Record<string, string> }] };
  const data = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64");
  const [{ cluster }, { user }] = [clusters[0], users[0]];
  return { server: cluster.server ?? "", ca: data(cluster["certificate-authority-data"]), cert: data(user["client-certificate-data"]), key: data(user["client-key-data"]) };
}
