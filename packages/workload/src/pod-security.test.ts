import { at, byKind } from "@rzp/testing";
import fc from "fast-check";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import { describe, expect, it } from "vitest";
import { workload, type Relax, type WorkloadArgs } from "./manifests.ts";
import { baselineViolations, restrictedViolations, strictestLevel } from "./pod-security.test-helper.ts";
import { podSecurity } from "./relax.ts";
import { BASIC, rendered } from "./site.test-data.ts";

const NFS = { name: "media", mountPath: "/media", nfs: { server: "10.0.10.5", path: "/tank/media" } };
const REASON = "the upstream image cannot do otherwise";

function podOf(change: Partial<WorkloadArgs>): IPodSpec {
  return at(byKind(rendered({ app: workload({ ...BASIC, ...change }) })("app"), "Deployment"), "spec.template.spec") as IPodSpec;
}

describe("the standard, as a helper", () => {
  const safe = podOf({});
  const first = safe.containers[0];
  if (first === undefined) throw new Error("a pod without a container");
  const inContainer = (change: object): IPodSpec => ({ ...safe, containers: [{ ...first, ...change }] });
  const inContext = (change: object): IPodSpec => inContainer({ securityContext: { ...first.securityContext, ...change } });

  it.each<[string, IPodSpec]>([
    ["hostNetwork", { ...safe, hostNetwork: true }],
    ["hostPID", { ...safe, hostPID: true }],
    ["hostIPC", { ...safe, hostIPC: true }],
    ["hostPath volume", { ...safe, volumes: [{ name: "x", hostPath: { path: "/" } }] }],
    ["privileged", inContext({ privileged: true })],
    ["capabilities", inContext({ capabilities: { drop: ["ALL"], add: ["NET_RAW"] } })],
    ["hostPort", inContainer({ ports: [{ containerPort: 80, hostPort: 80 }] })],
    ["procMount", inContext({ procMount: "Unmasked" })],
    ["seccomp unconfined", inContext({ seccompProfile: { type: "Unconfined" } })],
    ["AppArmor unconfined", inContext({ appArmorProfile: { type: "Unconfined" } })],
    ["SELinux", inContext({ seLinuxOptions: { type: "spc_t" } })],
    ["HostProcess", inContext({ windowsOptions: { hostProcess: true } })],
    ["sysctls", { ...safe, securityContext: { ...safe.securityContext, sysctls: [{ name: "kernel.msgmax", value: "1" }] } }],
    ["host of a probe", inContainer({ livenessProbe: { httpGet: { port: 80, host: "169.254.169.254" } } })],
  ])("baseline refuses %s", (rule, spec) => {
    expect(baselineViolations(spec)).toEqual([rule]);
    expect(strictestLevel(spec)).toBe("privileged");
  });

  it.each<[string, IPodSpec]>([
    ["volume type", { ...safe, volumes: [{ name: "x", nfs: NFS.nfs }] }],
    ["allowPrivilegeEscalation", inContext({ allowPrivilegeEscalation: undefined })],
    ["runAsNonRoot", { ...safe, securityContext: { ...safe.securityContext, runAsNonRoot: false } }],
    ["runAsUser 0", { ...safe, securityContext: { ...safe.securityContext, runAsUser: 0 } }],
    ["seccomp", { ...safe, securityContext: { runAsNonRoot: true } }],
    ["capabilities.drop", inContext({ capabilities: { drop: ["NET_RAW"] } })],
    ["capabilities.add", inContext({ capabilities: { drop: ["ALL"], add: ["CHOWN"] } })],
  ])("restricted refuses %s", (rule, spec) => {
    expect(restrictedViolations(spec)).toEqual([rule]);
    expect(strictestLevel(spec)).toBe("baseline");
  });
});

describe("pod security", () => {
  it.each<[string, Partial<WorkloadArgs>]>([
    ["at its least", {}],
    ["with everything that needs no reason", {
      ports: [{ name: "dns", port: 5353, protocol: "UDP" }],
      secrets: ["TOKEN"],
      volumes: { data: { size: "1Gi", mountPath: "/data", backup: "daily" } },
      scratch: { "/cache": "1Gi" },
      files: { "/etc/app.conf": "a" },
      seed: { "/data/app.conf": "b" },
      loadBalancer: { address: "10.0.20.201", ports: [{ name: "dns", port: 5353, protocol: "UDP" }] },
    }],
  ])("meets restricted %s", (_, change) => {
    expect([...baselineViolations(podOf(change)), ...restrictedViolations(podOf(change))]).toEqual([]);
  });

  it.each<[string, Relax, string]>([
    ["nothing", {}, "restricted"],
    ["a writable root", { writableRoot: REASON }, "restricted"],
    ["a token", { apiToken: REASON }, "restricted"],
    ["no policy", { network: REASON }, "restricted"],
    ["NET_BIND_SERVICE", { capabilities: { add: ["NET_BIND_SERVICE"], reason: REASON } }, "restricted"],
    ["root", { root: REASON }, "baseline"],
    ["NFS", { nfs: REASON }, "baseline"],
    ["CHOWN", { capabilities: { add: ["CHOWN"], reason: REASON } }, "baseline"],
    ["NET_ADMIN", { capabilities: { add: ["NET_ADMIN"], reason: REASON } }, "privileged"],
    ["the node's network", { hostNetwork: REASON }, "privileged"],
    ["privileged", { privileged: REASON }, "privileged"],
  ])("needs for %s exactly the level it asks for", (_, relax, level) => {
    expect(podSecurity(relax)).toBe(level);
    expect(strictestLevel(podOf({ relax, ...(relax.nfs === undefined ? {} : { pod: () => ({ mounts: [NFS] }) }) }))).toBe(level);
  });

  it("asks for exactly the level that any mix of relaxations needs", () => {
    const reason = fc.constant(REASON);
    const add = fc.uniqueArray(fc.constantFrom("NET_BIND_SERVICE", "CHOWN", "SETUID", "NET_ADMIN", "SYS_ADMIN"), { minLength: 1 });
    const capabilities = add.map((names) => ({ add: names, reason: REASON }));
    const flags = fc.record({ root: reason, writableRoot: reason, apiToken: reason, hostNetwork: reason, nfs: reason, network: reason }, { requiredKeys: [] });
    const extra = fc.oneof(fc.constant({}), capabilities.map((value) => ({ capabilities: value })), reason.map((privileged) => ({ privileged })));
    fc.assert(
      fc.property(flags, extra, (some, more) => {
        const relax: Relax = { ...some, ...more };
        const spec = podOf({ relax, seed: { "/data/a": "b" }, volumes: { data: { size: "1Gi", mountPath: "/data", backup: "daily" } }, ...(relax.nfs === undefined ? {} : { pod: () => ({ mounts: [NFS] }) }) });
        expect(strictestLevel(spec)).toBe(podSecurity(relax));
      }),
    );
  });

  it("runs as root when that is relaxed, with no capability", () => {
    expect(podOf({ relax: { root: REASON } })).toMatchObject({
      securityContext: { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0, fsGroup: 0 },
      containers: [{ securityContext: { capabilities: { drop: ["ALL"] }, allowPrivilegeEscalation: false } }],
    });
  });

  it("keeps a privileged container's root read-only, and says nothing the server refuses beside it", () => {
    expect(podOf({ relax: { privileged: REASON } }).containers[0]?.securityContext).toEqual({ privileged: true, readOnlyRootFilesystem: true });
  });

  it("mounts no NFS that nobody gave a reason for", () => {
    expect(() => podOf({ pod: () => ({ mounts: [NFS] }) })).toThrow('Workload "app": relax.nfs is missing, but NFS is mounted. Say why; the restricted standard allows no NFS.');
  });
});
