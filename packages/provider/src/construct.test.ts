import { join } from "node:path";
import { recordProgram, recordingToJson, type RecordedResource, type Recording } from "@rzp/plan";
import { beforeAll, describe, expect, it } from "vitest";
import { tokens } from "./index.ts";

const PLUGIN = ["--conditions=@rzp/source", "--disable-warning=ExperimentalWarning", join(import.meta.dirname, "plugin.ts")];

/** The fixture's homelab, made by the classes or by the provider's own process over gRPC. */
function recorded(way: "direct" | "remote"): Promise<Recording> {
  return recordProgram({ program: join(import.meta.dirname, "__fixtures__/home"), stack: "production", environment: { RZP_WAY: way, RZP_PLUGIN: JSON.stringify(PLUGIN) } });
}

const isOurs = ({ type }: RecordedResource): boolean => type.startsWith("rzp:");

/** Whom our components wait for: the one thing that differs, so it is asked apart. */
function waitsFor({ resources }: Recording): Record<string, string[]> {
  const waiting = resources.filter((resource) => isOurs(resource) && resource.dependencies.length > 0);
  return Object.fromEntries(waiting.map(({ name, dependencies }) => [name, dependencies.map((urn) => urn.split("::").slice(2).join(" "))]));
}

function withoutThat(recording: Recording): string {
  return recordingToJson({ ...recording, resources: recording.resources.map((resource) => (isOurs(resource) ? { ...resource, dependencies: [] } : resource)) });
}

describe("what another language makes", () => {
  let direct: Recording;
  let remote: Recording;
  beforeAll(async () => {
    [direct, remote] = await Promise.all([recorded("direct"), recorded("remote")]);
  }, 120_000);

  it("is all that the provider has, with what these are made of", () => {
    expect(direct.resources.filter(isOurs).map(({ type }) => type).toSorted()).toEqual([...tokens].sort());
    expect(direct.resources.filter(({ custom }) => custom).length).toBeGreaterThan(12);
  });

  it("is what TypeScript makes: every URN, parent, input, output, secret, dependency, protection and option", () => {
    expect(withoutThat(remote)).toEqual(withoutThat(direct));
  });

  // The engine makes a component of another process whole before it goes on, so to wait for it is to wait for what is in it.
  it("waits for a component as a whole, where TypeScript names what is in it", () => {
    expect(waitsFor(direct)).toEqual({
      homelab: ["rzp:proxmox:ProxmoxVm$proxmoxve:index/vmLegacy:VmLegacy cp-1"],
      sonarr: ["rzp:argocd:ArgoProject$kubernetes:argoproj.io/v1alpha1:AppProject apps-appproject-argocd/apps"],
    });
    expect(waitsFor(remote)).toEqual({ homelab: ["rzp:proxmox:ProxmoxVm cp-1"], sonarr: ["rzp:argocd:ArgoProject apps"] });
  });

  it("keeps a machine and a tunnel protected when nothing is said, although the protocol says no then", () => {
    const isProtected = (type: string): boolean | undefined => remote.resources.find((resource) => resource.type === type)?.protect;
    expect(isProtected("rzp:proxmox:ProxmoxVm")).toBe(true);
    expect(isProtected("cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared")).toBe(true);
    expect(isProtected("rzp:argocd:ArgoApp")).toBe(false);
  });
});
