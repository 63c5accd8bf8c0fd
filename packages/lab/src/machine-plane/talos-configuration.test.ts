import { beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readConfiguration } from "../stand-ins/talos/configuration.ts";
import { problemsOf } from "../stand-ins/talos/validate.ts";
import { HAVE_TRACES, traces } from "../stand-ins/traces.test-data.ts";
import { generateConfiguration, patchConfiguration } from "./talos-configuration.ts";
import { makeSecrets } from "./talos-secrets.ts";

type Role = "controlplane" | "worker";
let generated: Record<Role, string>;
beforeAll(async () => {
  const { machineSecrets } = await makeSecrets();
  const of = (machineType: Role): string => generateConfiguration({ clusterName: "homelab", clusterEndpoint: "https://10.0.20.10:6443", machineType, machineSecrets, kubernetesVersion: "v1.36.3" });
  generated = { controlplane: of("controlplane"), worker: of("worker") };
});

const documents = (text: string): Record<string, unknown>[] => parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>);
const NAMED = 'apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: cp-1\nauto: "off"\n';

describe("a generated configuration", () => {
  it.each<Role>(["controlplane", "worker"])("is one that a machine takes, once the machine has a name: %s", (role) => {
    const configuration = readConfiguration(patchConfiguration(generated[role], [NAMED]));
    expect(problemsOf(configuration, { disks: [{ device: "/dev/sda", size: 2 ** 35 }], macs: [], version: "v1.13.9" })).toBeUndefined();
  });

  it("gives no key of an authority to a worker", () => {
    const [worker] = documents(generated.worker);
    const { machine, cluster } = worker as { machine: { ca: unknown }; cluster: Record<string, unknown> };
    expect([machine.ca, cluster.ca]).toMatchObject([{ key: "" }, { key: "" }]);
    expect(Object.keys(cluster)).not.toEqual(expect.arrayContaining(["aggregatorCA", "serviceAccount", "etcd"]));
  });

  it.skipIf(!HAVE_TRACES).each<[Role, string]>([["controlplane", "/dev/sda"], ["worker", "/dev/sda"]])("has what the provider's has: %s (needs shared/facts)", (role) => {
    const applied = (traces("talos").find(([scenario]) => scenario === "create")?.[1] ?? []) as unknown as { request?: { data?: { machine?: { type: string; keys: string[] } } } }[];
    const expected = applied.map(({ request }) => request?.data?.machine).find((machine) => machine?.type === role)?.keys;
    const [main] = documents(patchConfiguration(generated[role], role === "worker" ? ["machine: {nodeLabels: {a: b}}"] : ["machine: {network: {interfaces: [{interface: eth0}]}}"]));
    expect(expected).toHaveLength(role === "worker" ? 8 : 9);
    expect(Object.keys(main?.machine as object).sort()).toEqual([...(expected ?? [])].sort());
  });
});

describe("a patch", () => {
  const patched = (...patches: string[]): Record<string, unknown>[] => documents(patchConfiguration(generated.controlplane, patches));

  it("changes fields, adds to lists, and replaces those of networks", () => {
    const [main] = patched("cluster: {network: {podSubnets: [10.1.0.0/16]}, apiServer: {certSANs: [cluster.example.com]}}", "machine: {install: {disk: /dev/vda}}");
    expect(main).toMatchObject({
      machine: { type: "controlplane", install: { disk: "/dev/vda", wipe: false } },
      cluster: { network: { dnsDomain: "cluster.local", podSubnets: ["10.1.0.0/16"] }, apiServer: { certSANs: ["10.0.20.10", "cluster.example.com"] } },
    });
  });

  it("finds the document that it is for by kind and name, and is one of its own where there is none", () => {
    const kinds = patched(NAMED, "apiVersion: v1alpha1\nkind: KmsgLogConfig\nname: a\nurl: tcp://127.0.0.1:1\n---\napiVersion: v1alpha1\nkind: KmsgLogConfig\nname: b\nurl: tcp://127.0.0.1:2\n");
    expect(kinds.slice(1)).toEqual([
      { apiVersion: "v1alpha1", kind: "HostnameConfig", auto: "off", hostname: "cp-1" },
      { apiVersion: "v1alpha1", kind: "KmsgLogConfig", name: "a", url: "tcp://127.0.0.1:1" },
      { apiVersion: "v1alpha1", kind: "KmsgLogConfig", name: "b", url: "tcp://127.0.0.1:2" },
    ]);
  });
});
