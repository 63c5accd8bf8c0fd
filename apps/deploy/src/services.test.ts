import { isDeepStrictEqual } from "node:util";
import { at, byKind, crdProblems, hasCrds } from "@rzp/testing";
import { parseBytes, parseCpu, type KubernetesObject } from "@rzp/core";
import type { RenderContext } from "@rzp/workload/manifests";
import { describe, expect, it } from "vitest";
import { all, containerOf, envOf, factsOf, home, objectsOf, rulesOf, stack, valuesOf, type PolicyRule } from "./rendered.test-data.ts";
import type { Stack } from "./config.ts";
import { homelab } from "./homelab.ts";
import { folders } from "./render.ts";
import { SECURITY_HEADERS, siteOf } from "./site.ts";
import { isView } from "./view.ts";

const sumOf = (amounts: readonly (number | undefined)[]): number => amounts.reduce<number>((total, amount) => total + (amount ?? Number.NaN), 0);

describe("traps of the core", () => {
  it("namespaces: a pod-security label that comes after the pods comes too late, so they are the first wave", () => {
    const waves = [...home.registry.waves.values()];
    expect(home.registry.waves.get("namespaces")).toBe(Math.min(...waves));
    expect(waves.filter((wave) => wave === Math.min(...waves))).toHaveLength(1);
  });

  it("namespaces: each enforces what its weakest service needs, with the reason", () => {
    const levels = objectsOf("namespaces").filter(({ kind }) => kind === "Namespace").map(({ metadata }) => [metadata.name, metadata.labels?.["pod-security.kubernetes.io/enforce"]]);
    expect(Object.fromEntries(levels)).toMatchObject({
      "cert-manager": "restricted",
      "external-secrets": "restricted",
      "longhorn-system": "privileged",
      media: "baseline",
      "metallb-system": "privileged",
      traefik: "restricted",
    });
    expect(byKind(objectsOf("namespaces"), "Namespace", "media").metadata.annotations?.["rzp.dev/allows-baseline"]).toContain("hard-linked");
  });

  it("namespaces: deleting one would delete its volume claims, so Argo CD neither prunes nor deletes them", () => {
    for (const object of objectsOf("namespaces").filter(({ kind }) => kind === "Namespace")) {
      expect(object.metadata.annotations?.["argocd.argoproj.io/sync-options"]).toBe("Prune=false,Delete=false");
    }
  });

  it("metallb: Talos' control planes are excluded silently, and frr-k8s is on by default", () => {
    expect(valuesOf("metallb")).toMatchObject({ frrk8s: { enabled: false }, speaker: { ignoreExcludeLB: true, frr: { enabled: false } } });
  });

  it("metallb: the speaker has its nodes' addresses, and so ports there that nobody else may take", () => {
    expect(factsOf("metallb").hostPorts).toEqual([7946, 9120, 17_472]);
  });

  it("metallb: its webhook must answer before the pool is applied", () => {
    expect(byKind(objectsOf("metallb"), "IPAddressPool").metadata.annotations).toMatchObject({
      "argocd.argoproj.io/sync-wave": "1",
      "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true",
    });
  });

  it("cert-manager: CRDs are off by default, and split-horizon DNS breaks the DNS-01 check", () => {
    expect(valuesOf("cert-manager")).toMatchObject({ crds: { enabled: true, keep: true }, dns01RecursiveNameserversOnly: true });
    expect(at(valuesOf("cert-manager"), "dns01RecursiveNameservers")).toMatch(/^https:\/\/1\.1\.1\.1/);
  });

  it("external-secrets: its large CRDs need server-side apply, and their removal would take every ExternalSecret", () => {
    const application = byKind(objectsOf("external-secrets"), "Application");
    expect(at(application, "spec.syncPolicy.syncOptions")).toContain("ServerSideApply=true");
    expect(application.metadata.finalizers).toBeUndefined();
  });

  it("external-secrets: the store's references name their namespace, and its project by slug", () => {
    const infisical = at(byKind(objectsOf("secrets"), "ClusterSecretStore"), "spec.provider.infisical");
    expect(infisical).toMatchObject({
      auth: { universalAuthCredentials: { clientId: { namespace: "external-secrets" }, clientSecret: { namespace: "external-secrets" } } },
      secretsScope: { projectSlug: stack.infisical.projectSlug, environmentSlug: stack.infisical.environment },
    });
  });

  it("longhorn: the pre-upgrade hook fails under Argo CD, and its uninstaller runs when the Application is deleted, whatever its finalizers", () => {
    expect(valuesOf("longhorn")).toMatchObject({ preUpgradeChecker: { jobEnabled: false }, defaultSettings: { deletingConfirmationFlag: false } });
    expect(byKind(objectsOf("longhorn"), "Application").metadata.finalizers).toBeUndefined();
  });

  it("longhorn: data lie on the Talos user volume, in as many copies as there are data disks, and outlive their claim", () => {
    expect(valuesOf("longhorn")).toMatchObject({
      defaultSettings: { defaultDataPath: "/var/mnt/longhorn", createDefaultDiskLabeledNodes: true },
      persistence: { defaultClassReplicaCount: siteOf(stack).storage.replicas, reclaimPolicy: "Retain" },
    });
  });

  it("traefik: redirects moved to ports.web.http, and it phones nobody", () => {
    expect(valuesOf("traefik")).toMatchObject({
      ports: { web: { http: { redirections: { entryPoint: { to: "websecure", scheme: "https" } } } } },
      global: { checkNewVersion: false, sendAnonymousUsage: false },
      ingressRoute: { dashboard: { enabled: false } },
      providers: { kubernetesCRD: { allowCrossNamespace: false } },
    });
  });

  it("traefik: a policy sees the port of the pod, not of its Service", () => {
    const ports = at(byKind(objectsOf("traefik"), "NetworkPolicy"), "spec.ingress") as { from?: unknown; ports?: { port: number }[] }[];
    expect(ports.filter(({ from }) => from === undefined).flatMap((rule) => rule.ports?.map(({ port }) => port))).toEqual([8000, 8443]);
  });

  it("traefik comes after what gives it an address and certificates", () => {
    const { waves } = home.registry;
    for (const name of ["metallb", "cert-manager"]) expect(waves.get("traefik")).toBeGreaterThan(waves.get(name) ?? Number.NaN);
    expect(waves.get("cert-manager")).toBeGreaterThan(waves.get("secrets") ?? Number.NaN);
    expect(waves.get("secrets")).toBeGreaterThan(waves.get("external-secrets") ?? Number.NaN);
  });

  it("argo-cd: waves between Applications need the health check, and it never deletes itself", () => {
    expect(at(valuesOf("argo-cd"), "configs.cm")).toMatchObject({ "resource.customizations.health.argoproj.io_Application": expect.stringContaining("Synced") as unknown, "users.anonymous.enabled": "false" });
    expect(at(valuesOf("argo-cd"), "configs.cm")).toMatchObject({ "application.resourceTrackingMethod": "annotation" });
    expect(byKind(objectsOf("argo-cd"), "Application").metadata.finalizers).toBeUndefined();
  });

  it.each([["argo-cd", ["controller", "repoServer", "server", "redis"]], ["cert-manager", [""]], ["external-secrets", [""]]])("%s: what its values ask for is what the sums of the machines count", (name, parts) => {
    const asked = parts.map((part) => at(valuesOf(name), `${part}${part === "" ? "" : "."}resources.requests`) as { cpu: string; memory: string });
    const { cpu, memory } = factsOf(name).requests;
    expect([parseCpu(cpu), parseBytes(memory)]).toEqual([sumOf(asked.map((one) => parseCpu(one.cpu))), sumOf(asked.map((one) => parseBytes(one.memory)))]);
  });

  it("argo-cd: the route leads to the release's Service, and people's browsers to the route", () => {
    const release = String(at(byKind(objectsOf("argo-cd"), "Application"), "spec.sources.0.helm.releaseName"));
    const route = byKind(objectsOf("argo-cd"), "IngressRoute");
    expect(at(route, "spec.routes.0.services.0.name")).toBe(`${release}-server`);
    expect(at(route, "spec.routes.0.match")).toBe(`Host(\`${String(at(valuesOf("argo-cd"), "global.domain"))}\`)`);
    expect(at(valuesOf("argo-cd"), "configs.cm.url")).toBe(`https://${String(at(valuesOf("argo-cd"), "global.domain"))}`);
  });

  it.each([[0, 1], [1, 1], [2, 2], [5, 3]])("longhorn: %i data disks hold %i copies", (disks, copies) => {
    const machines = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`worker-${index}`, { ...Object.values(stack.machines)[0], dataDisk: index < disks ? "100Gi" : undefined }]));
    expect(siteOf({ ...stack, machines } as Stack).storage.replicas).toBe(copies);
  });
});

describe("traps of what all services share", () => {
  it("backup-policies: every backup class has its job, and goes to the target", () => {
    const withTarget = folders(homelab({ ...stack, backups: { target: "nfs://10.9.9.9:/backups" } })).find(({ path }) => path.endsWith("/backup-policies"));
    const jobs = (withTarget?.objects ?? []).filter(({ kind }) => kind === "RecurringJob");
    expect(jobs.map(({ spec }) => spec)).toMatchObject([
      { groups: ["daily"], task: "backup" },
      { groups: ["weekly"], task: "backup" },
    ]);
    const withoutTarget = homelab({ ...stack, backups: undefined });
    const snapshots = folders(withoutTarget).find(({ path }) => path.endsWith("/backup-policies"))?.objects.filter(({ kind }) => kind === "RecurringJob");
    expect(snapshots?.map(({ spec }) => at(spec, "task"))).toEqual(["snapshot", "snapshot"]);
  });

  it("secrets: the store serves the namespaces that read secrets, and no other", () => {
    const expected = [...new Set(home.context.services.filter((one) => !isView(one) && (one.secrets.length > 0 || one.auth !== undefined)).map(({ namespace }) => namespace))].sort();
    expect(expected).toContain("cert-manager");
    expect(at(byKind(objectsOf("secrets"), "ClusterSecretStore"), "spec.conditions.0.namespaces")).toEqual(expected);
  });

  it("backup-policies: a chart's claim joins no schedule by itself, so its labels stand in the values or beside the chart", () => {
    const kept = home.context.services.filter(({ chart, volumes }) => chart !== undefined && volumes.some(({ backup }) => typeof backup === "string"));
    expect(kept.length).toBeGreaterThan(2);
    const joined = kept.map(({ name, volumes }) => [name, volumes.flatMap(({ backup }) => (typeof backup === "string" ? backup : [])).every((group) => JSON.stringify(objectsOf(name)).includes(`recurring-job-group.longhorn.io/${group}`))]);
    expect(joined.filter(([, isJoined]) => isJoined === false)).toEqual([]);
  });

  it("network-policies: a chart's jobs run before its policy is there, so a namespace is closed twice only where no chart is, and never Argo CD's", () => {
    const closed = objectsOf("network-policies").filter(({ metadata }) => metadata.name === "default-deny").map(({ metadata }) => metadata.namespace);
    const inside = Map.groupBy(home.context.services, ({ namespace }) => namespace);
    expect(closed).toContain("media");
    for (const namespace of closed) for (const one of inside.get(namespace ?? "") ?? []) expect([one.name, one.chart, one.relaxations.filter(({ what }) => what === "network")]).toEqual([one.name, undefined, []]);
  });

  it("network-policies: every pod is under a policy but where the declaration says why not", () => {
    const closed = new Set(all.flatMap(({ objects }) => objects).filter(({ kind, spec }) => kind === "NetworkPolicy" && isDeepStrictEqual(at(spec, "podSelector"), {})).map(({ metadata }) => metadata.namespace));
    const open = home.context.services.filter((one) => !isView(one) && !closed.has(one.namespace));
    expect(open.map(({ name }) => name)).toContain("longhorn");
    for (const { namespace } of open) expect(home.context.services.filter((one) => one.namespace === namespace).flatMap(({ relaxations }) => relaxations.map(({ what }) => what))).toContain("network");
  });

  it("network-policies: charts reach what they live on, and webhooks are reached: a closed door here looks like a fault of theirs", () => {
    const { addresses, port } = home.context.site.network.apiServer;
    const has = (peers: PolicyRule["to"], cidr: string): boolean => peers?.some(({ ipBlock }) => ipBlock?.cidr === cidr) ?? false;
    const isServer = (peers: PolicyRule["to"]): boolean => addresses.every((address) => has(peers, `${address}/32`));
    const reached = (name: string) => ({
      webhooks: rulesOf(name, "ingress").filter(({ from }) => isServer(from)).flatMap(({ ports = [] }) => ports.map((one) => one.port)),
      dials: rulesOf(name, "egress").flatMap(({ to, ports }) => (isServer(to) && ports?.[0]?.port === port ? ["api"] : has(to, "0.0.0.0/0") ? ["internet"] : [])),
    });
    const charts = home.context.services.filter(({ chart, relaxations }) => chart !== undefined && !relaxations.some(({ what }) => what === "network"));
    expect(Object.fromEntries(charts.map(({ name }) => [name, reached(name)]))).toEqual({
      "argo-cd": { webhooks: [], dials: ["api", "internet"] },
      "cert-manager": { webhooks: [10_250], dials: ["api", "internet"] },
      "external-secrets": { webhooks: [10_250], dials: ["api", "internet"] },
      metallb: { webhooks: [9443], dials: ["api"] },
      traefik: { webhooks: [], dials: ["api"] },
      minio: { webhooks: [], dials: [] },
      velero: { webhooks: [], dials: ["api"] },
      postgresql: { webhooks: [9443], dials: ["api"] },
      redis: { webhooks: [], dials: [] },
      netdata: { webhooks: [], dials: ["api"] },
      openobserve: { webhooks: [], dials: [] },
      vector: { webhooks: [], dials: ["api"] },
      zitadel: { webhooks: [], dials: ["api"] },
      langfuse: { webhooks: [], dials: ["internet"] },
      ollama: { webhooks: [], dials: ["internet"] },
      harbor: { webhooks: [], dials: ["internet"] },
      portainer: { webhooks: [], dials: ["api"] },
    });
  });

  it("network-policies: with nothing open by default, no pod may come a wave before its policy", () => {
    const waves = (objects: readonly KubernetesObject[], kinds: readonly string[]): number[] =>
      objects.filter(({ kind }) => kinds.includes(kind)).map(({ metadata }) => Number(metadata.annotations?.["argocd.argoproj.io/sync-wave"] ?? 0));
    const late = all.filter(({ objects }) => Math.max(...waves(objects, ["NetworkPolicy"])) > Math.min(...waves(objects, ["Cluster", "DaemonSet", "Deployment", "Job", "StatefulSet"])));
    expect(late.map(({ path }) => path)).toEqual([]);
  });

  it("ingress-routes: a Middleware of another namespace is not found, so the headers are the entry point's and each password its namespace's", () => {
    const headers = byKind(objectsOf("ingress-routes"), "Middleware", SECURITY_HEADERS);
    expect(at(valuesOf("traefik"), "ports.websecure.http.middlewares")).toEqual([`${headers.metadata.namespace ?? ""}-${headers.metadata.name}@kubernetescrd`]);
    const guarded = new Set(home.context.services.filter(({ auth }) => auth !== undefined).map(({ namespace }) => namespace));
    expect(new Set(passwordNamespaces(home))).toEqual(guarded);
  });

  it("ingress-routes: Traefik takes a Secret with one key, and the app must not learn the password", () => {
    const services = home.context.services.filter(({ auth }) => auth === undefined).map((one) => (one.name === "sonarr" ? { ...one, auth: "basic" as const } : one));
    const objects = sharedObjects("ingress-routes", { ...home.context, services });
    expect(at(byKind(objects, "Middleware", "auth"), "spec.basicAuth")).toEqual({ secret: "auth", removeHeader: true });
    expect(at(byKind(objects, "ExternalSecret", "auth"), "spec.data")).toEqual([{ secretKey: "users", remoteRef: { key: "/shared-config/ingress-routes/BASIC_AUTH_USERS" } }]);
    expect(objects.filter(({ metadata }) => metadata.name === "auth").map(({ metadata }) => metadata.namespace)).toEqual(["media", "media"]);
    const store = byKind(sharedObjects("secrets", { ...home.context, services: services.map((one) => ({ ...one, secrets: [] })) }), "ClusterSecretStore");
    expect(at(store, "spec.conditions.0.namespaces")).toContain("media");
  });

  const sharedObjects = (name: string, context: RenderContext): readonly KubernetesObject[] => home.registry.services.find(({ id }) => id.name === name)?.manifests(context) ?? [];
  const passwordNamespaces = ({ context }: typeof home): (string | undefined)[] =>
    sharedObjects("ingress-routes", context).filter(({ metadata }) => metadata.name === "auth").map(({ metadata }) => metadata.namespace);
});

describe("traps of the media apps", () => {
  it.each(["prowlarr", "sonarr", "radarr"])("%s: AUTH__METHOD External would be no login at all", (name) => {
    expect(envOf(name)).toMatchObject({ [`${name.toUpperCase()}__AUTH__METHOD`]: "Forms", [`${name.toUpperCase()}__AUTH__REQUIRED`]: "Enabled" });
  });

  it.each(["prowlarr", "sonarr", "radarr", "sabnzbd", "qbittorrent", "plex"])("%s: its SQLite database is on a volume of its own, never on NFS, and stops before it starts", (name) => {
    const config = at(byKind(objectsOf(name), "PersistentVolumeClaim"), "spec");
    expect(config).toMatchObject({ accessModes: ["ReadWriteOnce"], storageClassName: "longhorn" });
    expect(at(byKind(objectsOf(name), "Deployment"), "spec.strategy.type")).toBe("Recreate");
  });

  it("sonarr and radarr: one mount of the whole library, because a hard link cannot cross two", () => {
    for (const name of ["sonarr", "radarr"]) {
      const mounts = at(byKind(objectsOf(name), "Deployment"), "spec.template.spec.volumes") as { nfs?: { path: string } }[];
      expect(mounts.flatMap(({ nfs }) => nfs?.path ?? [])).toEqual([stack.media?.path]);
    }
  });

  it("sabnzbd: answers 403 to every host name that is not on its list", () => {
    const listed = envOf("sabnzbd").SABNZBD__HOST_WHITELIST_ENTRIES?.split(", ");
    expect(listed).toEqual([`sabnzbd.${stack.domain}`, "sabnzbd", "sabnzbd.media", "sabnzbd.media.svc", "sabnzbd.media.svc.cluster.local"]);
  });

  it("qbittorrent: the image's own file lets all private networks in without a password", () => {
    const [file] = Object.values(at(byKind(objectsOf("qbittorrent"), "ConfigMap"), "data") as Record<string, string>);
    expect(file).toContain("WebUI\\AuthSubnetWhitelistEnabled=false\n");
    expect(file).not.toContain("AuthSubnetWhitelist=");
    expect(file).toContain("WebUI\\CSRFProtection=true\n");
    expect(file).toContain("WebUI\\HostHeaderValidation=true\n");
    expect(file).toContain("WebUI\\LocalHostAuth=true\n");
    // Without the list the header of the proxy is not believed: everybody would be one address, and locked out together.
    expect(file).toContain(`WebUI\\TrustedReverseProxiesList=${stack.network.pods}\n`);
    const seeder = at(byKind(objectsOf("qbittorrent"), "Deployment"), "spec.template.spec.initContainers.0.command.2");
    expect(seeder).toContain("/config/qBittorrent/qBittorrent.conf");
  });

  it("qbittorrent: one port in the configuration, at the load balancer and in the environment; never killed in a hurry", () => {
    const [file] = Object.values(at(byKind(objectsOf("qbittorrent"), "ConfigMap"), "data") as Record<string, string>);
    expect(file).toContain("Session\\Port=50413\n");
    expect(envOf("qbittorrent").QBT_TORRENTING_PORT).toBe("50413");
    expect(at(byKind(objectsOf("qbittorrent"), "Service", "qbittorrent-lb"), "spec.ports.0.port")).toBe(50413);
    expect(at(byKind(objectsOf("qbittorrent"), "Deployment"), "spec.template.spec.terminationGracePeriodSeconds")).toBe(300);
  });

  it("plex: transcodes to /transcode, which a read-only root needs as a mount, and cannot change the library", () => {
    const mounts = at(containerOf("plex"), "volumeMounts") as { mountPath: string; readOnly?: boolean }[];
    expect(mounts.map(({ mountPath }) => mountPath)).toContain("/transcode");
    const library = mounts.filter(({ mountPath }) => mountPath.startsWith("/media/"));
    expect(library.map(({ mountPath, readOnly }) => [mountPath, readOnly])).toEqual([["/media/movies", true], ["/media/tv", true], ["/media/music", true]]);
    expect(at(containerOf("plex"), "securityContext.readOnlyRootFilesystem")).toBe(true);
  });
});

describe("the whole tree", () => {
  const objects = all.flatMap((folder) => folder.objects);

  it("gives every Application at least one source that has something in it", () => {
    for (const { objects: inside, path } of all.filter((folder) => folder.path.startsWith("kubernetes/"))) {
      const application = byKind(inside, "Application");
      const sources = (at(application, "spec.sources") ?? [at(application, "spec.source")]) as { chart?: string; path?: string }[];
      for (const source of sources) expect(source.chart ?? (inside.length > 1 && source.path)).toBe(source.chart ?? path);
    }
  });

  const folderAt = (where: string): readonly KubernetesObject[] => all.find(({ path }) => path === where)?.objects ?? [];

  it("says of every service that runs something what it is for, and where its own documentation is", () => {
    const running = home.context.services.filter((one) => !isView(one));
    expect(running.filter(({ purpose, upstream }) => purpose === undefined || upstream === undefined).map(({ name }) => name)).toEqual([]);
  });

  it("brings the layers up one after another, their projects first", () => {
    const waves = folderAt("bootstrap/argocd/roots").map((object) => [`${object.kind}/${object.metadata.name}`, object.metadata.annotations?.["argocd.argoproj.io/sync-wave"]]);
    expect(Object.fromEntries(waves)).toEqual({
      "AppProject/core": "-1", "AppProject/platform": "-1", "AppProject/apps": "-1", "AppProject/default": "-1",
      "Application/core": "0", "Application/platform": "1", "Application/apps": "2",
    }); // prettier-ignore
  });

  it("has no Application that reads the folder it stands in: one that waits for itself waits for ever", () => {
    for (const { path, objects: inside } of all) {
      for (const application of inside.filter(({ kind }) => kind === "Application")) {
        const sources = (at(application, "spec.sources") ?? [at(application, "spec.source")]) as { path?: string; directory?: { exclude?: string; recurse?: boolean } }[];
        const reading = sources.filter((source) => source.path === path && source.directory?.exclude !== "application.yaml");
        expect([application.metadata.name, reading]).toEqual([application.metadata.name, []]);
      }
    }
  });

  it("gives each Application what its project allows: repositories, namespaces and cluster-scoped kinds", () => {
    const projects = new Map([...folderAt("bootstrap/argocd"), ...folderAt("bootstrap/argocd/roots")].filter(({ kind }) => kind === "AppProject").map((project) => [project.metadata.name, project.spec as Project]));
    const applications = all.flatMap(({ objects: inside }) => inside.filter(({ kind }) => kind === "Application"));
    expect(applications.length).toBeGreaterThan(10);
    for (const application of applications) expect([application.metadata.name, refusals(application, projects)]).toEqual([application.metadata.name, []]);
  });

  it("is refused where a project allows less, so that the check above can fail", () => {
    const project: Project = { sourceRepos: [], destinations: [], clusterResourceWhitelist: [] };
    const application = byKind(objectsOf("cert-manager"), "Application");
    expect([...new Set(refusals(application, new Map([["core", project]])))]).toEqual([
      "repository quay.io/jetstack/charts", `repository ${stack.git.repoURL}`, "namespace cert-manager", "object in cert-manager", "cluster-scoped ClusterIssuer", "cluster-scoped kinds of its charts",
    ]); // prettier-ignore
  });

  interface Project {
    sourceRepos: string[];
    destinations: { namespace: string }[];
    clusterResourceWhitelist?: { group: string; kind: string }[];
    namespaceResourceWhitelist?: { group: string; kind: string }[];
  }

  /** What Argo CD would refuse of an Application and the objects it brings. */
  function refusals(application: KubernetesObject, projects: ReadonlyMap<string, Project>): string[] {
    const project = projects.get(String(at(application, "spec.project")));
    if (project === undefined) return ["no project"];
    const sources = (at(application, "spec.sources") ?? [at(application, "spec.source")]) as { repoURL: string; chart?: string; path?: string }[];
    const brought = sources.flatMap((source) => broughtBy(source));
    const clusterScoped = (list: readonly { group: string; kind: string }[] | undefined, kind: string, group: string): boolean => list?.some((one) => ["*", kind].includes(one.kind) && ["*", group].includes(one.group)) ?? false;
    return [
      ...sources.filter(({ repoURL }) => !project.sourceRepos.includes(repoURL)).map(({ repoURL }) => `repository ${repoURL}`),
      ...(project.destinations.some(({ namespace }) => namespace === at(application, "spec.destination.namespace")) ? [] : [`namespace ${String(at(application, "spec.destination.namespace"))}`]),
      ...brought.flatMap(({ kind, apiVersion, metadata }) => {
        const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
        if (metadata.namespace === undefined) return clusterScoped(project.clusterResourceWhitelist, kind, group) ? [] : [`cluster-scoped ${kind}`];
        const allowed = project.namespaceResourceWhitelist === undefined || clusterScoped(project.namespaceResourceWhitelist, kind, group);
        return [...(allowed ? [] : [`kind ${kind}`]), ...(project.destinations.some(({ namespace }) => namespace === metadata.namespace) ? [] : [`object in ${metadata.namespace}`])];
      }),
      ...(sources.some(({ chart }) => chart !== undefined) && at(application, "spec.project") === "core" && !clusterScoped(project.clusterResourceWhitelist, "CustomResourceDefinition", "apiextensions.k8s.io") ? ["cluster-scoped kinds of its charts"] : []),
    ];
  }

  /** Objects that a source reads out of the tree: a folder's own, or every Application below a layer. */
  function broughtBy({ path }: { path?: string }): KubernetesObject[] {
    if (path === undefined) return [];
    const own = all.find((folder) => folder.path === path);
    if (own !== undefined) return own.objects.filter(({ kind, metadata }) => !(kind === "Application" && metadata.name === path.split("/").at(-1)));
    return all.filter((folder) => folder.path.startsWith(`${path}/`)).flatMap(({ objects: inside }) => inside.filter(({ kind }) => kind === "Application"));
  }

  it.skipIf(!hasCrds)("is accepted by the real CRDs of its projects (skipped where they are not at hand)", () => {
    const projects: Record<string, string> = {
      "argoproj.io": "argo-cd",
      "cert-manager.io": "cert-manager",
      "external-secrets.io": "external-secrets",
      "longhorn.io": "longhorn",
      "metallb.io": "metallb",
      "traefik.io": "traefik",
    };
    const custom = objects.filter(({ apiVersion }) => (apiVersion.split("/")[0] ?? "") in projects);
    expect(custom.length).toBeGreaterThan(20);
    expect(custom.flatMap((object) => crdProblems(projects[object.apiVersion.split("/")[0] ?? ""] ?? "", object))).toEqual([]);
  });
});
