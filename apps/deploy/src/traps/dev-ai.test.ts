import type { KubernetesObject } from "@rzp/core";
import { at, byKind } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { loadStack } from "../config.ts";
import { homelab } from "../homelab.ts";
import { folders } from "../render.ts";

// The stack of this repository, and whatever is in it: what follows holds for any values that are good.
const stack = loadStack("production");
const home = homelab(stack);
const all = folders(home);

/** Objects of one service's folder. */
function objectsOf(name: string): readonly KubernetesObject[] {
  const folder = all.find(({ path }) => path.endsWith(`/${name}`));
  if (folder === undefined) throw new Error(`${name} has no folder; there are: ${all.map(({ path }) => path).join(", ")}`);
  return folder.objects;
}

/** Values that a service hands to its chart. */
function valuesOf(name: string): unknown {
  return at(byKind(objectsOf(name), "Application"), "spec.sources.0.helm.valuesObject");
}

/** Keys that an ExternalSecret brings, with their places in the store. */
function keysOf(name: string, secret: string): Record<string, string> {
  const data = at(byKind(objectsOf(name), "ExternalSecret", secret), "spec.data") as { secretKey: string; remoteRef: { key: string } }[];
  return Object.fromEntries(data.map(({ secretKey, remoteRef }) => [secretKey, remoteRef.key]));
}

const factsOf = (name: string) => home.registry.services.find(({ facts }) => facts.name === name)?.facts;

describe("traps of the developers' tools", () => {
  it("portainer: by default every node opens ports of its own", () => {
    expect(valuesOf("portainer")).toMatchObject({ service: { type: "ClusterIP" } });
  });

  it("portainer: whoever comes first would become the administrator", () => {
    expect(valuesOf("portainer")).toMatchObject({ adminPassword: { existingSecret: "portainer-secrets" } });
    expect(keysOf("portainer", "portainer-secrets")).toEqual({ password: "/apps/dev-tools/portainer/ADMIN_PASSWORD" });
  });

  it("portainer: it has every right in the cluster, which its project allows, its risk says, and nothing outside can use", () => {
    expect(factsOf("portainer")).toMatchObject({ clusterKinds: [{ group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" }], exposure: "internal" });
    expect(factsOf("portainer")?.risks.join(" ")).toMatch(/every right in the cluster/);
    expect(JSON.stringify(byKind(objectsOf("portainer"), "NetworkPolicy"))).not.toContain("0.0.0.0/0");
  });

  it("portainer: behind a proxy that ends TLS it refuses its own forms", () => {
    expect(valuesOf("portainer")).toMatchObject({ trusted_origins: { enabled: true, domains: `portainer.${stack.domain}` } });
  });

  it("portainer: a chart's claim has no labels, so nothing backs it up: the claim is ours, and there before the pod", () => {
    const claim = byKind(objectsOf("portainer"), "PersistentVolumeClaim");
    expect(valuesOf("portainer")).toMatchObject({ persistence: { existingClaim: claim.metadata.name } });
    expect(claim.metadata.labels).toMatchObject({ "recurring-job-group.longhorn.io/daily": "enabled", "recurring-job.longhorn.io/source": "enabled" });
    expect(claim.metadata.annotations).toMatchObject({ "argocd.argoproj.io/sync-wave": "-1" });
    expect(claim.metadata.annotations?.["argocd.argoproj.io/sync-options"]).toContain("Prune=false");
  });
});

describe("traps of the AI services", () => {
  it("ollama: models are gone with the pod, because the key is persistentVolume and not persistence", () => {
    expect(valuesOf("ollama")).toMatchObject({ persistentVolume: { enabled: true, storageClass: "longhorn" } });
    expect(valuesOf("ollama")).not.toHaveProperty("persistence");
  });

  it("ollama: there is no login, so it has no route and lets in only those who name it", () => {
    expect(objectsOf("ollama").map(({ kind }) => kind)).not.toContain("IngressRoute");
    const ingress = at(byKind(objectsOf("ollama"), "NetworkPolicy"), "spec.ingress") as { from?: { namespaceSelector?: { matchLabels: Record<string, string> } }[] }[];
    const from = ingress.flatMap((rule) => rule.from ?? []).flatMap(({ namespaceSelector }) => Object.values(namespaceSelector?.matchLabels ?? {}));
    const callers = home.registry.services.filter(({ facts }) => facts.talksTo.includes("ollama")).map(({ facts }) => facts.namespace);
    expect(from.sort()).toEqual(callers.sort());
    expect(ingress.every((rule) => rule.from !== undefined)).toBe(true);
  });

  it("ollama: the image is root's, and needs not be: its home is on the volume", () => {
    const values = valuesOf("ollama");
    expect(factsOf("ollama")?.podSecurity).toBe("restricted");
    expect(values).toMatchObject({ podSecurityContext: { runAsNonRoot: true, fsGroup: 1000 }, ollama: { mountPath: "/home/ollama/.ollama", gpu: { enabled: false } }, extraEnv: [{ name: "HOME", value: "/home/ollama" }] });
  });

  it("ollama: a model that the start pulls stops it without the internet", () => {
    expect(valuesOf("ollama")).not.toHaveProperty("ollama.models");
  });

  it("jupyter: blockWithIptables puts a privileged container into every notebook's pod, which restricted refuses", () => {
    expect(factsOf("jupyter")?.podSecurity).toBe("restricted");
    expect(valuesOf("jupyter")).toMatchObject({
      singleuser: { cloudMetadata: { blockWithIptables: false } },
      hub: { config: { KubeSpawner: { container_security_context: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } } } } },
    });
  });

  it("jupyter: the default authenticator lets everybody in under any name", () => {
    expect(at(valuesOf("jupyter"), "hub.config")).toMatchObject({
      JupyterHub: { authenticator_class: "generic-oauth" },
      GenericOAuthenticator: { oauth_callback_url: `https://jupyter.${stack.domain}/hub/oauth_callback`, token_url: expect.stringMatching(/^https:\/\/[^/]+\/oauth\/v2\/token$/) as unknown },
    });
    expect(JSON.stringify(valuesOf("jupyter"))).not.toContain("dummy");
    expect(at(valuesOf("jupyter"), "hub.extraEnv")).toEqual({
      OAUTH_CLIENT_ID: { valueFrom: { secretKeyRef: { name: "jupyter-secrets", key: "OAUTH_CLIENT_ID" } } },
      OAUTH_CLIENT_SECRET: { valueFrom: { secretKeyRef: { name: "jupyter-secrets", key: "OAUTH_CLIENT_SECRET" } } },
    });
  });

  it("jupyter: lookup is empty under Argo CD: what it makes anew is given, or kept as it was first made", () => {
    const application = byKind(objectsOf("jupyter"), "Application");
    expect(at(application, "spec.syncPolicy.syncOptions")).toContain("RespectIgnoreDifferences=true");
    expect(at(application, "spec.ignoreDifferences")).toEqual([
      { kind: "Secret", name: "hub", jsonPointers: ["hub.config.ConfigurableHTTPProxy.auth_token", "hub.config.JupyterHub.cookie_secret", "hub.config.CryptKeeper.keys"].map((key) => `/data/${key}`) },
      { group: "apps", kind: "Deployment", name: "hub", jsonPointers: ["/spec/template/metadata/annotations/checksum~1secret"] },
      { group: "apps", kind: "Deployment", name: "proxy", jsonPointers: ["/spec/template/metadata/annotations/checksum~1auth-token"] },
    ]);
    expect(valuesOf("jupyter")).toMatchObject({ hub: { existingSecret: "jupyter-secrets" } });
    expect(Object.keys(keysOf("jupyter", "jupyter-secrets"))).toEqual(expect.arrayContaining(["hub.config.JupyterHub.cookie_secret", "hub.config.CryptKeeper.keys"]));
    expect(valuesOf("jupyter")).not.toHaveProperty("proxy.secretToken");
  });

  it("jupyter: with the chart's checksum ignored, a changed setting must restart the hub another way", () => {
    const elsewhere = folders(homelab({ ...stack, domain: "other.example.com" })).find(({ path }) => path.endsWith("/jupyter"))?.objects ?? [];
    const settings = (objects: readonly KubernetesObject[]): unknown => (at(byKind(objects, "Application"), "spec.sources.0.helm.valuesObject.hub.annotations") as Record<string, string>)["rzp.dev/settings"];
    expect(settings(objectsOf("jupyter"))).toMatch(/^[0-9a-f]{64}$/);
    expect(settings(elsewhere)).not.toBe(settings(objectsOf("jupyter")));
  });

  it("jupyter: the proxy's Service is a load balancer by default, the scheduler is old, and a hook pulls images before every sync", () => {
    expect(valuesOf("jupyter")).toMatchObject({
      proxy: { service: { type: "ClusterIP" } },
      scheduling: { userScheduler: { enabled: false } },
      prePuller: { hook: { enabled: false }, continuous: { enabled: false } },
    });
  });

  it("jupyter: notebooks reach ollama, and no other private address", () => {
    expect(at(valuesOf("jupyter"), "singleuser.networkPolicy")).toEqual({ egress: [{ to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": factsOf("ollama")?.namespace } } }], ports: [{ port: 11_434 }] }] });
    expect(objectsOf("jupyter").map(({ kind }) => kind)).not.toContain("NetworkPolicy");
  });

  it("jupyter: homes are backed up, which takes labels on each user's claim", () => {
    expect(at(valuesOf("jupyter"), "singleuser.storage")).toMatchObject({ dynamic: { storageClass: "longhorn" }, extraLabels: { "recurring-job-group.longhorn.io/daily": "enabled", "recurring-job.longhorn.io/source": "enabled" } });
  });
});
