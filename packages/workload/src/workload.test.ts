import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crdProblems, at, byKind, hasCrds } from "@rzp/testing";
import type { KubernetesObject } from "@rzp/core";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { category, serviceApplication, workload, type Relax, type RenderContext, type Site, type WorkloadArgs } from "./manifests.ts";
import { literal } from "./env.ts";
import { DIGEST, BASIC, IMAGE, lab, rendered, SITE } from "./site.test-data.ts";

const REASON = "the upstream image cannot do otherwise";
const DATA = { data: { size: "5Gi", mountPath: "/data", backup: "daily" } } as const;

function objectsOf(change: Partial<WorkloadArgs> = {}, site: Site = SITE): KubernetesObject[] {
  return rendered({ app: workload({ ...BASIC, ...change }) }, { site })("app");
}

function containerOf(change: Partial<WorkloadArgs> = {}): unknown {
  return at(byKind(objectsOf(change), "Deployment"), "spec.template.spec.containers.0");
}

function deploymentOf(change: Partial<WorkloadArgs> = {}): KubernetesObject {
  return byKind(objectsOf(change), "Deployment");
}

describe("safe by default", () => {
  it("makes these objects and no others", () => {
    expect(objectsOf().map(({ kind }) => kind)).toEqual(["ServiceAccount", "Deployment", "Service", "NetworkPolicy", "Certificate", "IngressRoute"]);
  });

  it("has a read-only root, with a place to write that is emptied", () => {
    expect(at(containerOf(), "securityContext.readOnlyRootFilesystem")).toBe(true);
    expect(at(containerOf(), "volumeMounts")).toEqual([{ name: "scratch-tmp", mountPath: "/tmp" }]);
    expect(at(deploymentOf(), "spec.template.spec.volumes")).toEqual([{ name: "scratch-tmp", emptyDir: { sizeLimit: "256Mi" } }]);
  });

  it("has an account of its own and no token", () => {
    expect(byKind(objectsOf(), "ServiceAccount", "app")).toMatchObject({ automountServiceAccountToken: false });
    expect(at(deploymentOf(), "spec.template.spec")).toMatchObject({ serviceAccountName: "app", automountServiceAccountToken: false, enableServiceLinks: false });
    expect(at(deploymentOf({ relax: { apiToken: REASON } }), "spec.template.spec.automountServiceAccountToken")).toBe(true);
  });

  it("is probed on its own port, and gets the time to start it asks for", () => {
    const httpGet = { path: "/ping", port: 8080, scheme: "HTTP" };
    expect(containerOf({ startupSeconds: 61 })).toMatchObject({ startupProbe: { httpGet, periodSeconds: 5, failureThreshold: 13 }, livenessProbe: { httpGet }, readinessProbe: { httpGet } });
    expect(at(containerOf({ health: "tcp" }), "livenessProbe")).toMatchObject({ tcpSocket: { port: 8080 } });
    expect(at(containerOf({ health: "tcp" }), "livenessProbe.httpGet")).toBeUndefined();
  });

  it.each<[string, WorkloadArgs["resources"], object]>([
    ["nothing said", undefined, { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } }],
    ["a limit of its own", { memory: "1Gi", memoryLimit: "2Gi" }, { requests: { cpu: "50m", memory: "1Gi" }, limits: { memory: "2Gi" } }],
    ["a fraction, rounded to what the server keeps", { memory: "0.3Gi" }, { requests: { cpu: "50m", memory: "0.3Gi" }, limits: { memory: "1229Mi" } }],
    ["very little", { cpu: "0.1", memory: "1Ki" }, { requests: { cpu: "0.1", memory: "1Ki" }, limits: { memory: "1Mi" } }],
  ])("asks for memory and CPU and limits memory: %s", (_, resources, expected) => {
    expect(at(containerOf(resources === undefined ? {} : { resources }), "resources")).toEqual(expected);
  });

  it("stops before it starts where two could not live beside each other", () => {
    expect(at(deploymentOf(), "spec.strategy.type")).toBe("RollingUpdate");
    expect(at(deploymentOf({ volumes: DATA }), "spec.strategy")).toEqual({ type: "Recreate" });
    expect(at(deploymentOf({ relax: { hostNetwork: REASON } }), "spec.strategy")).toEqual({ type: "Recreate" });
  });

  it.each([[0, 0], [1, 0], [2, 1], [3, 1]])("has with %i replicas %i disruption budgets, which a drain can keep", (replicas, budgets) => {
    const found = objectsOf({ replicas }).filter(({ kind }) => kind === "PodDisruptionBudget");
    expect(found).toHaveLength(budgets);
    for (const budget of found) expect(budget.spec).toMatchObject({ maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": "app" } } });
    expect(at(deploymentOf({ replicas }), "spec.template.spec.topologySpreadConstraints") !== undefined).toBe(budgets === 1);
  });

  it("selects its pods by labels that never change", () => {
    expect(at(deploymentOf(), "spec.selector.matchLabels")).toEqual({ "app.kubernetes.io/name": "app" });
    expect(at(deploymentOf(), "spec.template.metadata.labels")).toEqual({ "app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "app", "app.kubernetes.io/part-of": "apps-media" });
    expect(byKind(objectsOf(), "Service").spec).toMatchObject({ type: "ClusterIP", selector: { "app.kubernetes.io/name": "app" } });
  });

  it("writes no empty map", () => {
    expect(JSON.stringify(objectsOf())).not.toMatch(/"(annotations|labels)":\{\}/);
  });
});

describe("relaxations", () => {
  it("stand as annotations beside what they explain, and on the Application", () => {
    const declaration = workload({ ...BASIC, relax: { writableRoot: "it patches itself at start", capabilities: { add: ["CHOWN"], reason: "it hands files over" } } });
    const { all, context } = lab([category("apps", { app: declaration })]);
    const [service] = all.services;
    if (service === undefined) throw new Error("no service");
    const annotations = { "rzp.dev/allows-writable-root": "it patches itself at start", "rzp.dev/allows-capabilities": "CHOWN: it hands files over" };
    expect(byKind(service.manifests(context), "Deployment").metadata.annotations).toMatchObject(annotations);
    expect(byKind(serviceApplication(service, context, { wave: 0, hasObjects: true }), "Application").metadata.annotations).toMatchObject(annotations);
  });

  it("exempt what they give up from the linter's checks, whose annotation ends at a second equals sign", () => {
    const exempted = (relax: Relax): string[] => Object.entries(deploymentOf({ relax }).metadata.annotations ?? {}).flatMap(([key, value]) => (key.startsWith("checkov.io/skip") ? [`${key} ${value}`] : []));
    expect(exempted({ writableRoot: "it writes MODE=x to itself" })).toEqual(["checkov.io/skip-CKV_K8S_22 CKV_K8S_22=it writes MODE:x to itself"]);
    expect(exempted({ capabilities: { add: ["SYS_ADMIN"], reason: "it mounts disks" } })).toEqual(["checkov.io/skip-CKV_K8S_25 CKV_K8S_25=it mounts disks", "checkov.io/skip-CKV_K8S_39 CKV_K8S_39=it mounts disks"]);
    expect(exempted({ nfs: "the library is on NFS" })).toEqual([]);
  });

  it("have nothing to say when there are none", () => {
    expect(deploymentOf().metadata.annotations).toBeUndefined();
  });

  it("share the node's network with the cluster's name resolution, on ports that are facts", () => {
    const args: Partial<WorkloadArgs> = { relax: { hostNetwork: "it answers broadcasts of the home network" }, ports: [{ name: "dns", port: 53 }, { name: "dns-udp", port: 53, protocol: "UDP" }] };
    const { all } = lab([category("apps", { app: workload({ ...BASIC, ...args }) })]);
    expect(all.services[0]?.facts).toMatchObject({ hostNetwork: true, hostPorts: [8080, 53], podSecurity: "privileged" });
    expect(at(deploymentOf(args), "spec.template.spec")).toMatchObject({ hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" });
    expect(objectsOf(args).some(({ kind }) => kind === "NetworkPolicy")).toBe(false);
  });
});

describe("secrets", () => {
  const secrets = ["TOKEN", { key: "SHARED", remote: "/apps/media/app/shared/SHARED" }];

  it("come by an ExternalSecret a wave ahead, each key by name, and reach the environment whole", () => {
    const secret = byKind(objectsOf({ secrets }), "ExternalSecret", "app");
    expect(secret.metadata.annotations).toMatchObject({ "argocd.argoproj.io/sync-wave": "-1" });
    expect(at(secret, "spec.secretStoreRef.name")).toBe("infisical");
    expect(at(secret, "spec.data")).toEqual([
      { secretKey: "TOKEN", remoteRef: { key: "/apps/media/app/TOKEN" } },
      { secretKey: "SHARED", remoteRef: { key: "/apps/media/app/shared/SHARED" } },
    ]);
    expect(at(secret, "spec.target.name")).toBe("app");
    expect(at(containerOf({ secrets }), "envFrom")).toEqual([{ secretRef: { name: "app" } }]);
  });
});

describe("secret files", () => {
  const secretFiles = { "/etc/app/passwd": "PASSWD", "/etc/app/shared.key": { key: "KEY", remote: "/apps/media/app/shared/KEY" } };

  it("come by an ExternalSecret of their own, a wave ahead, and are in no environment", () => {
    const objects = objectsOf({ secretFiles, secrets: ["TOKEN"] });
    const secret = byKind(objects, "ExternalSecret", "app-files");
    expect(secret.metadata.annotations).toMatchObject({ "argocd.argoproj.io/sync-wave": "-1" });
    expect(at(secret, "spec.data")).toEqual([
      { secretKey: "PASSWD", remoteRef: { key: "/apps/media/app/PASSWD" } },
      { secretKey: "KEY", remoteRef: { key: "/apps/media/app/shared/KEY" } },
    ]);
    expect(at(byKind(objects, "ExternalSecret", "app"), "spec.data")).toEqual([{ secretKey: "TOKEN", remoteRef: { key: "/apps/media/app/TOKEN" } }]);
    expect(at(containerOf({ secretFiles, secrets: ["TOKEN"] }), "envFrom")).toEqual([{ secretRef: { name: "app" } }]);
    expect(at(containerOf({ secretFiles }), "envFrom")).toBeUndefined();
    expect(objectsOf({ secretFiles }).filter(({ kind }) => kind === "ExternalSecret").map(({ metadata }) => metadata.name)).toEqual(["app-files"]);
  });

  it("are mounted one by one for the process's user and group alone, beside what the image has in the same folder", () => {
    const spec = at(deploymentOf({ secretFiles, user: 1234 }), "spec.template.spec");
    expect(at(spec, "volumes")).toContainEqual({ name: "secret-files", secret: { secretName: "app-files", defaultMode: 0o400 } });
    // Root owns a mounted secret: without the group the process itself could not read it.
    expect(at(spec, "securityContext")).toMatchObject({ runAsUser: 1234, runAsGroup: 1234, fsGroup: 1234 });
    const mounts = (at(spec, "containers.0.volumeMounts") as { name: string }[]).filter(({ name }) => name === "secret-files");
    expect(mounts).toEqual([
      { name: "secret-files", mountPath: "/etc/app/passwd", subPath: "PASSWD", readOnly: true },
      { name: "secret-files", mountPath: "/etc/app/shared.key", subPath: "KEY", readOnly: true },
    ]);
  });

  it("are facts, so that views tell where each value comes from and goes to", () => {
    const { all } = lab([category("apps/media", { app: workload({ ...BASIC, secretFiles, secrets: ["TOKEN"] }) })]);
    expect(all.services[0]?.facts.secrets).toEqual([
      { key: "TOKEN", remote: "/apps/media/app/TOKEN" },
      { key: "PASSWD", remote: "/apps/media/app/PASSWD", file: "/etc/app/passwd" },
      { key: "KEY", remote: "/apps/media/app/shared/KEY", file: "/etc/app/shared.key" },
    ]);
  });
});

describe("environment", () => {
  it("is sorted, has the time zone, and may be made from the site", () => {
    const env = { ZED: "1", ALPHA: ({ host, namespace }: { host: string; namespace: string }) => `${host} ${namespace}` };
    expect(at(containerOf({ env }), "env")).toEqual([
      { name: "ALPHA", value: "app.home.example.com app" },
      { name: "TZ", value: "Europe/Vienna" },
      { name: "ZED", value: "1" },
    ]);
    expect(at(containerOf({ env: { TZ: "UTC" } }), "env")).toEqual([{ name: "TZ", value: "UTC" }]);
  });

  it("keeps what Kubernetes would replace, and a reference to one of its own secrets", () => {
    const change = { secrets: ["PASSWORD"], env: { URL: "db://u:$(PASSWORD)@h", HASH: "$2y$10$(TZ)$$x" }, command: ["sh", "-c", "echo $(date) $$"], args: ["$(PASSWORD)"] };
    expect(at(containerOf(change), "env")).toEqual(expect.arrayContaining([{ name: "URL", value: "db://u:$(PASSWORD)@h" }, { name: "HASH", value: "$2y$10$$(TZ)$$$x" }]));
    expect(containerOf(change)).toMatchObject({ command: ["sh", "-c", "echo $$(date) $$$"], args: ["$(PASSWORD)"] });
  });

  it("reaches the process as it was written, whatever it is", () => {
    const text = fc.array(fc.constantFrom("$", "(", ")", "$(", "$$", "TZ", "KEY", "a"), { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (value) => {
        expect(expand(literal(value), { TZ: "!", KEY: "!" })).toBe(value);
        expect(expand(literal(value, ["KEY"]), { TZ: "!", KEY: "secret" })).toBe(value.replaceAll("$(KEY)", "secret"));
      }),
    );
  });
});

/** How a kubelet expands a value: `$$` is `$`, `$(NAME)` a variable where it is known, anything else stays (third_party/forked/golang/expansion). */
function expand(value: string, variables: Record<string, string>): string {
  return value.replace(/\$(\$|\(([^)]*)\))/g, (match, what: string, name: string) => (what === "$" ? "$" : (variables[name] ?? match)));
}

describe("volumes", () => {
  it("are claimed for one node, on the site's class, with a backup class, and never deleted with their Application", () => {
    const claim = byKind(objectsOf({ volumes: DATA }), "PersistentVolumeClaim", "app-data");
    expect(claim.spec).toEqual({ accessModes: ["ReadWriteOnce"], storageClassName: "longhorn", resources: { requests: { storage: "5Gi" } } });
    expect(claim.metadata.annotations).toEqual({ "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" });
    expect(claim.metadata.labels).toMatchObject({ "rzp.dev/backup": "daily", "recurring-job.longhorn.io/source": "enabled", "recurring-job-group.longhorn.io/daily": "enabled" });
  });

  it("say why they have no backup, and take a class of their own", () => {
    const volumes = { cache: { size: "5Gi", mountPath: "/cache", backup: { none: "it is made anew from the library" }, storageClass: "fast" } } as const;
    const claim = byKind(objectsOf({ volumes }), "PersistentVolumeClaim");
    expect(claim.metadata.annotations).toEqual({ "argocd.argoproj.io/sync-options": "Prune=false,Delete=false", "rzp.dev/no-backup": "it is made anew from the library" });
    expect(claim.metadata.labels).toMatchObject({ "rzp.dev/backup": "none" });
    expect(claim.metadata.labels).not.toHaveProperty("recurring-job.longhorn.io/source");
    expect(at(claim, "spec.storageClassName")).toBe("fast");
  });

  it("belong to the process's group", () => {
    const spec = at(deploymentOf({ volumes: DATA, user: 1234, group: 999 }), "spec.template.spec");
    expect(spec).toMatchObject({ securityContext: { runAsUser: 1234, runAsGroup: 999, fsGroup: 999, fsGroupChangePolicy: "OnRootMismatch" } });
  });

  it("may be mounted where the scratch directory would be", () => {
    const volumes = { tmp: { size: "1Gi", mountPath: "/tmp", backup: "daily" } } as const;
    expect(at(containerOf({ volumes }), "volumeMounts")).toEqual([{ name: "tmp", mountPath: "/tmp" }]);
  });

  it("have names of their own, however alike their paths", () => {
    const scratch = { "/a/b": "1Mi", "/a-b": "1Mi", "/A-b": "1Mi", "/a_b": "1Mi", [`/${"x".repeat(90)}1`]: "1Mi", [`/${"x".repeat(90)}2`]: "1Mi" } as const;
    const names = (at(deploymentOf({ scratch }), "spec.template.spec.volumes") as { name: string }[]).map(({ name }) => name);
    expect(new Set(names).size).toBe(7);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });
});

describe("files", () => {
  const files = { "/etc/app/..data.conf": "a", "/etc/app.conf": ({ site }: { site: Site }) => site.domain };

  it("are made from the site, and from the services beside this one", () => {
    const peers = { "/etc/app/peers": (_: unknown, { services }: RenderContext) => services.map(({ name }) => name).join(" ") };
    const { all, context } = lab([category("apps/lab", { app: workload({ ...BASIC, files: peers, env: { COUNT: (_, { services }) => `${services.length}` } }), other: workload(BASIC) })]);
    const objects = all.services[0]?.manifests(context) ?? [];
    expect(Object.values(byKind(objects, "ConfigMap", "app-files").data as Record<string, string>)).toEqual(["app other"]);
    expect(at(byKind(objects, "Deployment"), "spec.template.spec.containers.0.env")).toContainEqual({ name: "COUNT", value: "2" });
  });

  it("are mounted one by one, read-only, out of a ConfigMap whose keys the server takes", () => {
    const data = byKind(objectsOf({ files }), "ConfigMap", "app-files").data as Record<string, string>;
    expect(Object.values(data)).toEqual(["a", "home.example.com"]);
    for (const key of Object.keys(data)) expect(key).toMatch(/^(?!\.\.)[-._a-zA-Z0-9]{1,253}$/);
    const mounts = (at(containerOf({ files }), "volumeMounts") as { name: string }[]).filter(({ name }) => name === "files");
    expect(mounts).toEqual(Object.keys(files).map((mountPath, index) => ({ name: "files", mountPath, subPath: Object.keys(data)[index], readOnly: true })));
  });

  it("restart the pods when one changes, and not when a line moves", () => {
    const hash = (given: WorkloadArgs["files"]): unknown => at(deploymentOf({ files: given ?? {} }), "spec.template.metadata.annotations");
    expect(hash({ "/a": "1", "/b": "2" })).toEqual(hash({ "/b": "2", "/a": "1" }));
    expect(hash({ "/a": "1" })).not.toEqual(hash({ "/a": "2" }));
    expect(hash({ "/a": "1" })).toEqual({ "rzp.dev/files": expect.stringMatching(/^[0-9a-f]{8}$/) as string });
  });

  it("need no volume when the list is empty", () => {
    expect(JSON.stringify(deploymentOf({ files: {}, seed: {} }))).not.toContain("configMap");
  });
});

describe("seeds", () => {
  const home = mkdtempSync(join(tmpdir(), "seed-"));
  afterAll(() => {
    rmSync(home, { recursive: true });
  });
  const odd = ["/data/plain.conf", "/data/it's a folder/$(TZ) $HOME `id` \"x\".conf"];

  it("are copied once by the app's own image and user, by a real shell, whatever their paths", () => {
    const objects = objectsOf({ volumes: DATA, seed: Object.fromEntries(odd.map((path, index) => [path, `seed ${index}`])) });
    const init = at(byKind(objects, "Deployment"), "spec.template.spec.initContainers.0");
    expect(init).toMatchObject({ image: IMAGE, volumeMounts: [{ name: "data", mountPath: "/data" }, { name: "seed", mountPath: "/rzp-seed", readOnly: true }] });

    const data = byKind(objects, "ConfigMap", "app-seed").data as Record<string, string>;
    const [shell = "", flags = "", script = ""] = (at(init, "command") as string[]).map((word) => expand(word, { TZ: "!" }));
    spawnSync("mkdir", ["-p", `${home}/data`, `${home}/rzp-seed`]);
    for (const [key, content] of Object.entries(data)) writeFileSync(`${home}/rzp-seed/${key}`, content);
    const run = (): { status: number | null; stderr: string } => spawnSync(shell, [flags, script.replaceAll("'/data", `'${home}/data`).replaceAll("'/rzp-seed", `'${home}/rzp-seed`)], { encoding: "utf8" });

    expect(run()).toMatchObject({ status: 0, stderr: "" });
    expect(odd.map((path) => readFileSync(`${home}${path}`, "utf8"))).toEqual(["seed 0", "seed 1"]);
    writeFileSync(`${home}/data/plain.conf`, "the app's own");
    expect(run()).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(`${home}/data/plain.conf`, "utf8")).toBe("the app's own");
  });

  it("that were cut off are copied anew: half of one must not pass for the app's own file", () => {
    const [bin, root] = [`${home}/bin`, `${home}/cut`];
    for (const folder of [bin, `${root}/rzp-seed`, `${root}/data`]) mkdirSync(folder, { recursive: true });
    const objects = objectsOf({ volumes: DATA, seed: { "/data/a.conf": "the whole seed" } });
    for (const [key, content] of Object.entries(byKind(objects, "ConfigMap", "app-seed").data as Record<string, string>)) writeFileSync(`${root}/rzp-seed/${key}`, content);
    // A copy that is killed half way, and the shell with it.
    writeFileSync(`${bin}/cp`, '#!/bin/sh\nprintf half > "$2"\nkill -9 $PPID\n', { mode: 0o755 });
    const [shell = "", flags = "", script = ""] = at(byKind(objects, "Deployment"), "spec.template.spec.initContainers.0.command") as string[];
    const run = (path: string): ReturnType<typeof spawnSync> => spawnSync(shell, [flags, script.replaceAll("'/data", `'${root}/data`).replaceAll("'/rzp-seed", `'${root}/rzp-seed`)], { env: { PATH: path } });

    expect(run(`${bin}:${process.env.PATH}`).signal).toBe("SIGKILL");
    expect(readdirSync(`${root}/data`)).not.toEqual([]);
    expect(run(process.env.PATH ?? "").status).toBe(0);
    expect(readFileSync(`${root}/data/a.conf`, "utf8")).toBe("the whole seed");
  });

  it("fail the start when one cannot be copied, whatever comes after it", () => {
    const objects = objectsOf({ volumes: DATA, seed: { "/data/missing": "a", "/data/there": "b" } });
    const script = at(byKind(objects, "Deployment"), "spec.template.spec.initContainers.0.command") as string[];
    spawnSync("mkdir", ["-p", `${home}/half`]);
    writeFileSync(`${home}/half/there`, "the app's own");
    const [shell = "", flags = "", text = ""] = script;
    expect(spawnSync(shell, [flags, text.replaceAll("'/data", `'${home}/half`)]).status).not.toBe(0);
  });
});

describe("routes", () => {
  it("lead to the service with a certificate of its own", () => {
    expect(byKind(objectsOf({ host: "watch" }), "Certificate").spec).toMatchObject({ secretName: "app-tls", dnsNames: ["watch.home.example.com"], issuerRef: { kind: "ClusterIssuer", name: "letsencrypt" } });
    expect(byKind(objectsOf({ host: "watch" }), "IngressRoute").spec).toEqual({
      entryPoints: ["websecure"],
      routes: [{ kind: "Rule", match: "Host(`watch.home.example.com`)", services: [{ name: "app", port: 8080 }] }],
      tls: { secretName: "app-tls" },
    });
  });

  it("go through a Gateway where the site has one, which holds the certificate", () => {
    const site: Site = { ...SITE, ingress: { ...SITE.ingress, route: { gateway: { name: "home", namespace: "traefik", sectionName: "https" } } } };
    const objects = objectsOf({}, site);
    expect(byKind(objects, "HTTPRoute").spec).toMatchObject({
      parentRefs: [{ kind: "Gateway", name: "home", namespace: "traefik", sectionName: "https" }],
      hostnames: ["app.home.example.com"],
      rules: [{ backendRefs: [{ kind: "Service", name: "app", port: 8080 }] }],
    });
    expect(objects.map(({ kind }) => kind)).not.toContain("Certificate");
  });

  it("ask for a password first where the app asks for none, by the Middleware of their own namespace", () => {
    const guarded = objectsOf({ auth: "basic" });
    expect(at(byKind(guarded, "IngressRoute"), "spec.routes.0")).toEqual({ kind: "Rule", match: "Host(`app.home.example.com`)", middlewares: [{ name: "auth" }], services: [{ name: "app", port: 8080 }] });
    expect(at(byKind(objectsOf(), "IngressRoute"), "spec.routes.0.middlewares")).toBeUndefined();
    const site: Site = { ...SITE, ingress: { ...SITE.ingress, route: { gateway: { name: "home", namespace: "traefik" } } } };
    const filters = [{ type: "ExtensionRef", extensionRef: { group: "traefik.io", kind: "Middleware", name: "auth" } }];
    expect(at(byKind(objectsOf({ auth: "basic" }, site), "HTTPRoute"), "spec.rules.0.filters")).toEqual(filters);
    expect(at(byKind(objectsOf({}, site), "HTTPRoute"), "spec.rules.0.filters")).toBeUndefined();
    const { all } = lab([category("apps", { app: workload({ ...BASIC, auth: "basic" }), open: workload(BASIC) })]);
    expect(all.services.map(({ facts }) => facts.auth)).toEqual(["basic", undefined]);
  });

  it("are left out on request", () => {
    expect(objectsOf({ host: false }).map(({ kind }) => kind)).toEqual(["ServiceAccount", "Deployment", "Service", "NetworkPolicy"]);
  });

  it("hold nothing else up while their kinds are not there", () => {
    for (const kind of ["Certificate", "IngressRoute"]) {
      expect(byKind(objectsOf(), kind).metadata.annotations).toEqual({ "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true" });
    }
  });

  it.skipIf(!hasCrds)("are what the CRDs of the pinned projects accept (skipped where they are not at hand)", () => {
    const objects = objectsOf({ secrets: ["A"], auth: "basic" });
    expect(crdProblems("cert-manager", byKind(objects, "Certificate"))).toEqual([]);
    expect(crdProblems("external-secrets", byKind(objects, "ExternalSecret"))).toEqual([]);
    expect(crdProblems("traefik", byKind(objects, "IngressRoute"))).toEqual([]);
    const site: Site = { ...SITE, ingress: { ...SITE.ingress, route: { gateway: { name: "home", namespace: "traefik" } } } };
    expect(crdProblems("gateway-api", byKind(objectsOf({ auth: "basic" }, site), "HTTPRoute"))).toEqual([]);
  });
});

describe("load balancers", () => {
  it("have a Service of their own, which keeps the client's address and opens no port of the nodes", () => {
    const service = byKind(objectsOf({ loadBalancer: { address: "10.0.20.201", ports: [{ name: "web", port: 8080 }] } }), "Service", "app-lb");
    expect(service.metadata.annotations).toEqual({ "metallb.io/loadBalancerIPs": "10.0.20.201" });
    expect(service.spec).toMatchObject({ type: "LoadBalancer", externalTrafficPolicy: "Local", allocateLoadBalancerNodePorts: false, ports: [{ name: "web", port: 8080, targetPort: 8080, protocol: "TCP" }] });
  });
});

describe("transforms", () => {
  it("change one object last, each its own", () => {
    const mark = (old: KubernetesObject): KubernetesObject => ({ ...old, metadata: { ...old.metadata, labels: { marked: "yes" } } });
    const objects = objectsOf({ transform: { deployment: mark, service: mark, networkPolicy: mark } });
    expect(objects.filter(({ metadata }) => metadata.labels?.marked === "yes").map(({ kind }) => kind)).toEqual(["Deployment", "Service", "NetworkPolicy"]);
  });
});

describe("overrides", () => {
  const { services } = category("apps", { app: workload({ ...BASIC, resources: { cpu: "100m", memory: "1Gi", memoryLimit: "2Gi" } }) });
  const [service] = services;
  if (service === undefined) throw new Error("no service");

  it("change the load balancer's address, everywhere it stands, and not its ports", () => {
    const balanced = workload({ ...BASIC, env: { URL: ({ address }) => `http://${address}` }, loadBalancer: { address: "10.0.20.200", ports: [{ name: "web", port: 8080 }] } });
    const [changed] = category("apps", { app: balanced }).services.map((one) => one.override({ address: "10.0.20.210" }));
    const objects = changed?.manifests(lab([]).context) ?? [];
    expect(byKind(objects, "Service", "app-lb")).toMatchObject({ metadata: { annotations: { "metallb.io/loadBalancerIPs": "10.0.20.210" } }, spec: { ports: [{ name: "web", port: 8080 }] } });
    expect(JSON.stringify(objects)).toContain('{"name":"URL","value":"http://10.0.20.210"}');
    expect(JSON.stringify(objects)).not.toContain("10.0.20.200");
  });

  it("keep the tag latest where the declaration says why, and take another digest of it", () => {
    const args: WorkloadArgs = { ...BASIC, image: `ghcr.io/example/app:latest@${DIGEST}`, relax: { latest: "upstream publishes no other tag" } };
    const [rolling] = category("apps", { app: workload(args) }).services;
    const newer = DIGEST.replace("0123", "ffff");
    expect(rolling?.override({ imageTag: `latest@${newer}` }).facts.images).toEqual([`ghcr.io/example/app:latest@${newer}`]);
    expect(rolling?.facts.relaxations).toEqual([{ what: "latest-tag", reason: "upstream publishes no other tag" }]);
    expect(rolling?.facts.podSecurity).toBe("restricted");
  });

  it("change tag, host and resources, one by one, and can be changed again", () => {
    const changed = service.override({ imageTag: `2.0.0@${DIGEST}`, host: "other", resources: { memory: "1.5Gi" } }).override({ resources: { cpu: "1" } });
    expect(changed.facts).toMatchObject({ images: [`ghcr.io/example/app:2.0.0@${DIGEST}`], host: "other", requests: { cpu: "1", memory: "1.5Gi" } });
    expect(service.facts.host).toBe("app");
  });
});
