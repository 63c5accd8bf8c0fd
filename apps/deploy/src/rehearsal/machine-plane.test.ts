import { applyCrds, CONTROL_PLANE, findBinaries, findCrds, LabMissing } from "@rzp/lab";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { runMachinePlane, type MachinePlane } from "./machine-plane.ts";
import { machinePlaneReport } from "./table.ts";

const ARGO_CD = ["Application", "AppProject"].map((kind) => ({ group: "argoproj.io", kind }));
const binaries = await findBinaries(CONTROL_PLANE, { build: false }).catch((error: unknown) => {
  if (error instanceof LabMissing) return error.message;
  throw error;
});
const { crds, missing } = await findCrds(ARGO_CD, { report: () => undefined });
const why = typeof binaries === "string" ? binaries : missing.map(({ kind, why: reason }) => `${kind}: ${reason}`).join("; ");

describe.skipIf(why !== "")(`the machine plane, without the real engine${why === "" ? "" : ` (skipped: ${why})`}`, () => {
  const stack = loadStack("lab");
  const lines: string[] = [];
  const order: string[] = [];
  let plane: MachinePlane;
  let stop: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    if (typeof binaries === "string") throw new Error(binaries);
    // Whoever has the real engine is not to wait for it here.
    vi.stubEnv("PATH", (process.env.PATH ?? "").split(":").filter((folder) => !folder.includes("pulumi")).join(":"));
    plane = await runMachinePlane({
      stack,
      binaries,
      onCluster: async ({ client }) => {
        order.push(`namespaces: ${(await client.get<{ items: { metadata: { name: string } }[] }>("/api/v1/namespaces"))?.items.some(({ metadata }) => metadata.name === "argocd") === true ? "argocd is there" : "none of ours"}`);
      },
      install: async ({ name, namespace, chart }, client) => {
        order.push(`install ${chart} as ${namespace}/${name}`);
        await applyCrds(client, crds);
      },
      report: (line) => lines.push(line),
    });
    ({ stop } = plane);
  }, 180_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await stop();
  });

  const rowOf = (type: string, name: string): string[] | undefined => plane.table.find((row) => row.type.endsWith(`:${type}`) && row.name === name)?.called;
  const get = (path: string): Promise<unknown> => plane.cluster.client.get(path);

  it("says who ran the program, and what was called for each resource", () => {
    expect(plane.ranBy).toBe("monitor");
    expect(lines[0]).toBe("the recording monitor runs the program, since pulumi is not here: each resource is made once, by the lab");
    expect(rowOf("VmLegacy", "cp-1")).toEqual(["POST /nodes/pve-1/qemu", "PUT /nodes/pve-1/qemu/2011/resize", "POST /nodes/pve-1/qemu/2011/status/start", "6 reads"]);
    expect(rowOf("ConfigurationApply", "homelab-worker-1")).toEqual(["machine.MachineService/ApplyConfiguration (2)"]);
    expect(rowOf("Kubeconfig", "homelab")).toEqual(["machine.MachineService/Kubeconfig"]);
    expect(rowOf("Application", "homelab-application-argocd/homelab")).toEqual(["apply argoproj.io/v1alpha1/Application argocd/homelab"]);
    expect(plane.table.filter(({ called, type }) => called.length === 0 && !type.endsWith(":Secrets"))).toEqual([]);
    expect(plane.steps).toMatchObject([{ name: "up", outcome: `${plane.table.length} made` }]);
  });

  it("tells it all in a table, which says that the real engine did not run", () => {
    const report = machinePlaneReport(plane);
    expect(report).toContain("Run by the recording monitor, with makers of the lab in place of the providers");
    expect(report).toMatch(/\| proxmoxve:index\/vmLegacy:VmLegacy +\| worker-1 +\| POST \/nodes\/pve-1\/qemu; PUT \/nodes\/pve-1\/qemu\/2021\/resize; .* reads +\| \d+\.\d +\|/);
    expect(machinePlaneReport({ ...plane, ranBy: "pulumi" })).toContain("Run by the real engine with the real providers");
  });

  it("has every machine running in Proxmox, as large and where the stack says", () => {
    const vms = Object.values(plane.hardware.proxmox.cluster.vms).map(({ vmid, node, running }) => [vmid, node, running?.cores, running?.memory, running?.ipconfig0]);
    expect(vms).toEqual([[2011, "pve-1", 4, "8192", "gw=10.0.20.1,ip=10.0.20.11/24"], [2021, "pve-1", 8, "32768", "gw=10.0.20.1,ip=10.0.20.21/24"]]);
  });

  it("has configured Talos from its own image, and made nodes of the machines", async () => {
    const talos = [...plane.hardware.talos.nodes.values()].map(({ address, hostname, phase, hardware }) => [address, hostname, phase, hardware.version, hardware.disks.length]);
    expect(talos).toEqual([["127.0.20.11", "cp-1", "running", stack.cluster.talos, 1], ["127.0.20.21", "worker-1", "running", stack.cluster.talos, 2]]);
    expect(await get("/api/v1/nodes/cp-1")).toMatchObject({ spec: { taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] }, status: { capacity: { cpu: "4", memory: "8Gi" } } });
    expect(await get("/api/v1/nodes/worker-1")).toMatchObject({ metadata: { labels: { "node.longhorn.io/create-default-disk": "true" } }, status: { capacity: { cpu: "8", memory: "32Gi" } } });
  });

  it("has the cluster's keys out of Talos: whoever Talos lets in is let in", () => {
    const config = parse(plane.kubeconfig) as { clusters: [{ name: string; cluster: { server: string; "certificate-authority-data": string } }] };
    expect(config.clusters[0]).toMatchObject({ name: stack.cluster.name, cluster: { server: plane.cluster.server, "certificate-authority-data": Buffer.from(plane.cluster.authority).toString("base64") } });
  });

  it("has given the cluster what Argo CD begins with, in order and after its chart", async () => {
    expect(order).toEqual(["namespaces: none of ours", "install argo-cd as argocd/argocd"]);
    const text = (value: string): string => Buffer.from(value).toString("base64");
    expect(await get("/api/v1/namespaces/argocd/secrets/repository")).toMatchObject({ data: { url: text(stack.git.repoURL), username: text(plane.secrets.GIT_USERNAME), password: text(plane.secrets.GIT_TOKEN) } });
    expect(await get("/api/v1/namespaces/external-secrets/secrets/infisical-identity")).toMatchObject({ data: { clientId: text(plane.secrets.ESO_INFISICAL_CLIENT_ID) } });
    expect(await get("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/homelab")).toMatchObject({ spec: { project: "roots" } });
  });

  it("has a record for every host, and a tunnel", () => {
    const { records, tunnels } = plane.hardware.cloudflare.state;
    const hosts = homelab(stack).context.services.flatMap(({ host }) => (host === undefined ? [] : [`${host}.${stack.domain}`]));
    expect(records.map(({ name }) => name).sort()).toEqual(hosts.sort());
    expect(tunnels.map(({ name, deleted_at }) => [name, deleted_at])).toEqual([["homelab", null]]);
  });
});
