import { ArgumentError } from "@rzp/core";
import { at, byKind, crdFields, crdProblems, hasCrds, loadedModules, record } from "@rzp/testing";
import { LuaFactory } from "wasmoon";
import { beforeAll, describe, expect, it } from "vitest";
import {
  APPLICATION_FILE,
  APPLICATION_FILES,
  APPLICATION_HEALTH_LUA,
  ArgoApp,
  argoAppManifests,
  argoCdConfig,
  ArgoProject,
  argoProjectManifests,
  emptyDefaultProjectManifests,
  IN_CLUSTER,
  ownFolder,
  rootApplicationManifests,
  type ApplicationSource,
  type ArgoAppArgs,
  type ArgoProjectArgs,
} from "./index.ts";

const repoURL = "https://git.example.com/homelab.git";
const basic: ArgoAppArgs = {
  project: "apps",
  destination: { server: IN_CLUSTER, namespace: "media" },
  source: ownFolder(repoURL, "main", "kubernetes/apps/media/sonarr"),
  wave: 2,
};

describe("argoAppManifests", () => {
  const [app] = argoAppManifests("sonarr", basic);

  it("pairs server-side apply with server-side diff", () => {
    expect(at(app, "spec.syncPolicy.syncOptions")).toContain("ServerSideApply=true");
    expect(app?.metadata.annotations).toMatchObject({ "argocd.argoproj.io/compare-options": "ServerSideDiff=true" });
  });

  it("is safe by default: cascades, prunes last, refuses shared objects, and gives up after a limit", () => {
    expect(app?.metadata.finalizers).toEqual(["resources-finalizer.argocd.argoproj.io"]);
    expect(at(app, "spec.syncPolicy")).toEqual({
      automated: { prune: true, selfHeal: true },
      syncOptions: ["ServerSideApply=true", "FailOnSharedResource=true", "PruneLast=true"],
      retry: { limit: 10, refresh: true, backoff: { duration: "10s", factor: 2, maxDuration: "5m" } },
    });
  });

  it("tries again with what git has by then: a broken revision must not hold up the one that mends it", () => {
    expect(at(argoAppManifests("a", { ...basic, retry: { limit: 3 } })[0], "spec.syncPolicy.retry")).toMatchObject({ limit: 3, refresh: true });
    expect(at(argoAppManifests("a", { ...basic, retry: { limit: 3, refresh: false } })[0], "spec.syncPolicy.retry.refresh")).toBe(false);
  });

  it("renders only when its own folder changes, in its wave", () => {
    expect(app?.metadata.annotations).toMatchObject({ "argocd.argoproj.io/manifest-generate-paths": ".", "argocd.argoproj.io/sync-wave": "2" });
  });

  it("keeps unset apart from false, and replaces a default sync option by its key", () => {
    const [manual] = argoAppManifests("a", { ...basic, automated: false, syncOptions: ["PruneLast=false"], onDelete: "orphan", serverSideDiff: false });
    expect(at(manual, "spec.syncPolicy.automated")).toBeUndefined();
    expect(at(manual, "spec.syncPolicy.syncOptions")).toEqual(["ServerSideApply=true", "FailOnSharedResource=true", "PruneLast=false"]);
    expect(manual?.metadata.finalizers).toBeUndefined();
    expect(manual?.metadata.annotations).toMatchObject({ "argocd.argoproj.io/compare-options": "ServerSideDiff=false" });
    const [off] = argoAppManifests("a", { ...basic, automated: { enabled: false } });
    expect(at(off, "spec.syncPolicy.automated")).toEqual({ enabled: false, prune: true, selfHeal: true });
  });

  it("takes one source, several, or a hydrator", () => {
    const chart = { repoURL: "https://charts.example.com", chart: "x", targetRevision: "1.2.3" };
    expect(at(argoAppManifests("a", { ...basic, source: [chart] })[0], "spec.source")).toEqual(chart);
    expect(at(argoAppManifests("a", { ...basic, source: [chart, ownFolder(repoURL, "main", "p")] })[0], "spec.sources.0")).toEqual(chart);
    const hydrator = { drySource: { repoURL, targetRevision: "main", path: "src" }, syncSource: { targetBranch: "live", path: "out" } };
    expect(at(argoAppManifests("a", { ...basic, source: hydrator })[0], "spec.sourceHydrator")).toEqual(hydrator);
  });

  it("is transformed last", () => {
    const [transformed] = argoAppManifests("a", { ...basic, transform: { application: (old) => ({ ...old, metadata: { ...old.metadata, name: "b" } }) } });
    expect(transformed?.metadata.name).toBe("b");
  });

  const bad: [string, Partial<ArgoAppArgs>, string][] = [
    ["no project", { project: "" }, "project is empty. Name the AppProject that allows what the Application does."],
    ["server and name", { destination: { server: IN_CLUSTER, name: "in-cluster" } }, "destination has both server and name. Give exactly one of them."],
    ["neither server nor name", { destination: {} as never }, "destination has neither server nor name. Give exactly one of them."],
    ["a namespace that is none", { destination: { server: IN_CLUSTER, namespace: "Media" } }, 'destination.namespace "Media" is not a DNS label.'],
    ["no source", { source: [] }, "source is an empty list. Name at least one source."],
    ["chart and path", { source: { repoURL, chart: "x", path: "y", targetRevision: "1" } }, "source has both chart and path. A chart comes from a Helm repository, a path from git: give one."],
    ["nothing to read", { source: { repoURL } }, "source has neither chart nor path nor ref. Say what of the repository to read."],
    ["a chart without a version", { source: [{ repoURL, chart: "x" }] }, "source[0].targetRevision is missing. A chart without a version follows whatever is newest."],
    ["an empty repository", { source: { repoURL: "", path: "x" } }, "source.repoURL is empty."],
    ["a glob that reads nothing", { source: { repoURL, path: "x", directory: { include: "{*/,}application.yaml" } } }, 'source.directory.include "{*/,}application.yaml" reads nothing on some versions, and says Synced. Use APPLICATION_FILES.'],
    ["two ways to read", { source: { repoURL, path: "x", helm: {}, directory: {} } }, "source has both helm and directory. Argo CD reads a source in one way only."],
    ["half a wave", { wave: 1.5 }, "wave is 1.5. Use a whole number; lower comes first."],
    ["a misspelt sync option", { syncOptions: ["ServerSideAply=true"] }, 'syncOptions[0] "ServerSideAply=true" is not a sync option. Did you mean "ServerSideApply"?'],
    ["a sync option without a value", { syncOptions: ["PruneLast"] }, 'syncOptions[0] "PruneLast" has no value that Argo CD knows. Write PruneLast=true or PruneLast=false.'],
    ["a sync option's value", { syncOptions: ["Prune=confirm", "ServerSideApply=yes"] }, 'syncOptions[1] "ServerSideApply=yes" has no value that Argo CD knows. Write ServerSideApply=true or ServerSideApply=false.'],
    ["a policy that is a switch", { syncOptions: ["PrunePropagationPolicy=true"] }, 'syncOptions[0] "PrunePropagationPolicy=true" has no value that Argo CD knows. Write PrunePropagationPolicy=foreground or PrunePropagationPolicy=background or PrunePropagationPolicy=orphan.'],
    ["an endless retry", { retry: { limit: -1 } }, "retry.limit is -1. Use 0 or more; an endless retry hides that something can never work."],
    ["a duration that is none", { retry: { limit: 1, backoff: { duration: "soon" } } }, 'retry.backoff.duration "soon" is not a duration. Write it as 10s, 5m or 1h30m.'],
    ["namespace metadata without a namespace", { managedNamespaceMetadata: {} }, 'managedNamespaceMetadata has no effect without CreateNamespace=true. Add syncOptions: ["CreateNamespace=true"].'],
    ["nothing to respect", { respectIgnoreDifferences: true }, "respectIgnoreDifferences has nothing to respect. Add ignoreDifferences, or leave it out."],
    ["a negative history", { revisionHistoryLimit: -1 }, "revisionHistoryLimit is -1. Use 0 or more."],
  ];
  it.each(bad)("refuses %s", (_, change, message) => {
    expect(() => argoAppManifests("sonarr", { ...basic, ...change })).toThrow(ArgumentError);
    expect(() => argoAppManifests("sonarr", { ...basic, ...change })).toThrow(`ArgoApp "sonarr": ${message}`);
  });
});

describe("argoProjectManifests", () => {
  const basicProject: ArgoProjectArgs = { sourceRepos: [repoURL], destinations: [{ namespace: "media" }] };

  it("may write nothing cluster-scoped, and matches destinations by server", () => {
    const spec = argoProjectManifests("apps", basicProject)[0]?.spec;
    expect(spec).toEqual({ sourceRepos: [repoURL], destinations: [{ server: IN_CLUSTER, namespace: "media" }], orphanedResources: { warn: true, ignore: [{ group: "", kind: "Secret" }] } });
  });

  it("warns of what nobody owns, and not for ever of Secrets that operators make", () => {
    expect(at(argoProjectManifests("apps", basicProject)[0], "spec.orphanedResources")).toEqual({ warn: true, ignore: [{ group: "", kind: "Secret" }] });
    expect(at(argoProjectManifests("apps", { ...basicProject, orphanedResources: { warn: false } })[0], "spec.orphanedResources")).toEqual({ warn: false });
  });

  it("writes down why it is unrestricted", () => {
    const [project] = argoProjectManifests("core", { sourceRepos: ["*"], destinations: [{ namespace: "*" }], unrestricted: "it installs the operators" });
    expect(project?.metadata.annotations).toEqual({ "rzp.dev/unrestricted": "it installs the operators" });
    expect(project?.spec).not.toHaveProperty("unrestricted");
  });

  it("empties the default project", () => {
    expect(emptyDefaultProjectManifests()[0]).toMatchObject({ metadata: { name: "default" }, spec: { sourceRepos: [], destinations: [] } });
  });

  it.each<[string, string, Partial<ArgoProjectArgs>, string]>([
    ["any repository", "p", { sourceRepos: ["*"] }, 'sourceRepos[0] is "*". Name the repositories, or say why not in unrestricted.'],
    ["any namespace", "p", { destinations: [{ namespace: "*" }] }, 'destinations[0].namespace is "*". Name the namespaces, or say why not in unrestricted.'],
    ["an empty reason", "p", { unrestricted: " " }, "unrestricted is empty. Write down why the project may do anything."],
    ["the deny-all that Argo CD refuses", "p", { sourceRepos: ["!*"] }, 'sourceRepos[0] "!*" is refused by Argo CD. Leave the list empty to allow none.'],
    ["server and name", "p", { destinations: [{ server: IN_CLUSTER, name: "x", namespace: "n" }] }, "destinations[0] has both server and name. Give one; Argo CD matches by server."],
    ["the default project", "default", {}, "is the project that belongs to nobody. Use emptyDefaultProjectManifests for it, and a name of its own for yours."],
  ])("refuses %s", (_, name, change, message) => {
    expect(() => argoProjectManifests(name, { ...basicProject, ...change })).toThrow(`ArgoProject "${name}": ${message}`);
  });
});

describe("root applications", () => {
  // What Argo CD's repo-server read with `recurse: true`: measured, and kept as data because its globs are like no library's here.
  const measured: Record<string, { depth0: boolean; deeper: boolean }> = {
    "**/application.yaml": { depth0: false, deeper: true },
    "*/application.yaml": { depth0: false, deeper: true },
    "application.yaml": { depth0: true, deeper: false },
    "{application.yaml,*/application.yaml}": { depth0: true, deeper: true },
  };

  it("reads application.yaml at every depth (the documented globs do not)", () => {
    const source = at(rootApplicationManifests("apps", { repoURL, revision: "main", path: "kubernetes/apps", project: "root" })[0], "spec.source.directory") as { include: string; recurse: boolean };
    expect(source.recurse).toBe(true);
    expect(measured[source.include]).toEqual({ depth0: true, deeper: true });
    expect(source.include).toBe(APPLICATION_FILES);
  });

  it("leaves a service's own Application out of its own folder", () => {
    const { directory } = ownFolder(repoURL, "main", "kubernetes/apps/media/sonarr");
    expect(directory).toEqual({ exclude: APPLICATION_FILE });
  });

  it("does not take its children with it when it is removed by mistake", () => {
    expect(rootApplicationManifests("apps", { repoURL, revision: "main", path: "p", project: "root" })[0]?.metadata.finalizers).toBeUndefined();
  });
});

describe("the health of a child Application, in real Lua", () => {
  // Argo CD's documentation gives this one; it is here to show what it lets through.
  const DOCUMENTED = `hs = {}
hs.status = "Progressing"
hs.message = ""
if obj.status ~= nil then
  if obj.status.health ~= nil then
    hs.status = obj.status.health.status
    if obj.status.health.message ~= nil then
      hs.message = obj.status.health.message
    end
  end
end
return hs`;
  let health: (lua: string, object: object) => Promise<string>;
  beforeAll(() => {
    const factory = new LuaFactory();
    health = async (lua, object) => {
      const engine = await factory.createEngine();
      try {
        engine.global.set("obj", object);
        return ((await engine.doString(lua)) as { status: string }).status;
      } finally {
        engine.global.close();
      }
    };
  });

  const healthy = { status: "Healthy" };
  it.each([
    ["never looked at", {}, "Progressing"],
    ["never synced, and Healthy because its objects have no health", { status: { health: healthy, sync: { status: "OutOfSync" } } }, "Progressing"],
    ["its first sync failed", { status: { health: healthy, sync: { status: "OutOfSync" }, operationState: { phase: "Failed", message: "no CRD" } } }, "Degraded"],
    ["its first sync could not start", { status: { health: healthy, sync: { status: "Unknown" }, operationState: { phase: "Error" } } }, "Degraded"],
    ["syncing", { status: { health: healthy, sync: { status: "Synced" }, operationState: { phase: "Running" } } }, "Progressing"],
    ["synced and healthy", { status: { health: healthy, sync: { status: "Synced" }, operationState: { phase: "Succeeded" } } }, "Healthy"],
    ["synced, its pods not up", { status: { health: { status: "Progressing" }, sync: { status: "Synced" } } }, "Progressing"],
    ["synced, a pod crashing", { status: { health: { status: "Degraded", message: "x" }, sync: { status: "Synced" } } }, "Degraded"],
    ["drifted, about to heal", { status: { health: healthy, sync: { status: "OutOfSync" }, operationState: { phase: "Succeeded" } } }, "Progressing"],
  ])("%s: %j is %s", async (_, object, expected) => {
    expect(await health(APPLICATION_HEALTH_LUA, object)).toBe(expected);
  });

  it("holds back what the documented check lets through", async () => {
    const failed = { status: { health: healthy, sync: { status: "OutOfSync" }, operationState: { phase: "Failed" } } };
    expect(await health(DOCUMENTED, failed)).toBe("Healthy");
    expect(await health(APPLICATION_HEALTH_LUA, failed)).toBe("Degraded");
  });

  it("is part of Argo CD's own settings, which track objects by the annotation that names them", () => {
    const { cm } = argoCdConfig({ url: "https://argocd.example.com" });
    expect(cm["resource.customizations.health.argoproj.io_Application"]).toBe(APPLICATION_HEALTH_LUA);
    expect(cm["application.resourceTrackingMethod"]).toBe("annotation");
    expect(cm["resource.exclusions"]).toContain("EndpointSlice");
  });
});

describe("components", () => {
  it("apply the same objects through the Kubernetes provider", async () => {
    const { find, resources } = await record(() => [new ArgoApp("sonarr", basic), new ArgoProject("apps", { sourceRepos: [repoURL], destinations: [{ namespace: "media" }] })]);
    expect(resources.map(({ type, name }) => [type, name])).toEqual([
      ["rzp:argocd:ArgoApp", "sonarr"],
      ["kubernetes:argoproj.io/v1alpha1:Application", "sonarr-application-argocd/sonarr"],
      ["rzp:argocd:ArgoProject", "apps"],
      ["kubernetes:argoproj.io/v1alpha1:AppProject", "apps-appproject-argocd/apps"],
    ]);
    const application = find("kubernetes:argoproj.io/v1alpha1:Application");
    expect(application.parentUrn).toBe(find("rzp:argocd:ArgoApp").urn);
    expect(application.inputs).toEqual(argoAppManifests("sonarr", basic)[0]);
  });

  it("load no Pulumi for the manifests alone", () => {
    expect(loadedModules(new URL("manifests.ts", import.meta.url).pathname, "@pulumi")).toEqual([]);
  });
});

describe.skipIf(!hasCrds)("against Argo CD's own CRDs (skipped where they are not at hand)", () => {
  const git = { repoURL, targetRevision: "main" };
  const text = { name: "a", value: "b" };
  const everySource: ApplicationSource[] = [
    { ...git, path: "p", name: "n", ref: "r", tagPrefix: "v", directory: { recurse: true, include: "*.yaml", exclude: "x", disableExtensionFilter: true, jsonnet: { extVars: [{ ...text, code: true }], tlas: [{ ...text, code: true }], libs: ["l"] } } },
    {
      ...git,
      chart: "x",
      helm: {
        releaseName: "x", valueFiles: ["$r/v.yaml"], valuesObject: { a: { b: [1] } }, parameters: [{ ...text, forceString: true }], fileParameters: [{ name: "a", path: "f" }], skipCrds: true, skipTests: true,
        skipSchemaValidation: true, ignoreMissingValueFiles: true, passCredentials: true, namespace: "n", kubeVersion: "1.36", apiVersions: ["v1"],
      },
    },
    {
      ...git,
      path: "k",
      kustomize: {
        namePrefix: "a-", nameSuffix: "-b", namespace: "n", images: ["a=b:1"], replicas: [{ name: "a", count: 2 }], components: ["c"], ignoreMissingComponents: true, commonLabels: { a: "b" }, forceCommonLabels: true,
        patches: [{ patch: "[]", path: "p", options: { allowNameChange: true }, target: { group: "apps", version: "v1", kind: "Deployment", name: "a", namespace: "n", labelSelector: "a=b", annotationSelector: "a=b" } }],
        labelWithoutSelector: true, labelIncludeTemplates: true, commonAnnotations: { a: "b" }, forceCommonAnnotations: true, commonAnnotationsEnvsubst: true, apiVersions: ["v1"], kubeVersion: "1.36", version: "v5",
      },
    },
    { ...git, path: "c", plugin: { name: "c", env: [text], parameters: [{ name: "a", string: "b", array: ["c"], map: { d: "e" } }] } },
  ]; // prettier-ignore
  const everything: ArgoAppArgs = {
    ...basic,
    source: everySource,
    managedNamespaceMetadata: { labels: { a: "b" }, annotations: { a: "b" } },
    automated: { enabled: true, prune: true, selfHeal: true, allowEmpty: true },
    syncOptions: ["CreateNamespace=true"],
    ignoreDifferences: [{ group: "apps", kind: "Deployment", name: "a", namespace: "n", jsonPointers: ["/spec/replicas"], jqPathExpressions: [".a"], managedFieldsManagers: ["x"] }],
    respectIgnoreDifferences: true,
    info: [text],
    revisionHistoryLimit: 3,
  };
  const hydrated: ArgoAppArgs = {
    ...basic,
    destination: { name: "in-cluster" },
    source: { drySource: { ...git, path: "p", directory: {}, helm: {}, kustomize: {}, plugin: {} }, syncSource: { targetBranch: "b", path: "p", repoURL }, hydrateTo: { targetBranch: "c" } },
  };
  const wholeProject: ArgoProjectArgs = {
    sourceRepos: [repoURL],
    destinations: [{ namespace: "n" }, { name: "c", namespace: "n" }],
    description: "d",
    sourceNamespaces: ["n"],
    clusterResourceWhitelist: [{ group: "", kind: "Namespace", name: "n" }],
    clusterResourceBlacklist: [{ group: "", kind: "Node", name: "n" }],
    namespaceResourceWhitelist: [{ group: "", kind: "ConfigMap" }],
    namespaceResourceBlacklist: [{ group: "", kind: "Secret" }],
    roles: [{ name: "r", description: "d", policies: ["p"], groups: ["g"] }],
    syncWindows: [{ kind: "deny", description: "d", schedule: "0 3 * * *", duration: "1h", applications: ["*"], namespaces: ["n"], clusters: ["c"], andOperator: true, syncOverrun: true, manualSync: true, timeZone: "UTC" }],
    orphanedResources: { warn: true, ignore: [{ group: "", kind: "Secret", name: "*" }] },
    destinationServiceAccounts: [{ server: IN_CLUSTER, namespace: "n", defaultServiceAccount: "a" }],
    permitOnlyProjectScopedClusters: true,
    sourceIntegrity: { git: { policies: [{ repos: [{ url: "https://git.example.com/*" }], gpg: { mode: "strict", keys: ["D56C4FCA57A46444"] } }] } },
  };
  const objects = [
    ...argoAppManifests("a", everything),
    ...argoAppManifests("h", hydrated),
    ...argoAppManifests("s", { ...basic, syncOptions: ["Prune=confirm"] }),
    ...rootApplicationManifests("r", { repoURL, revision: "main", path: "p", project: "root", wave: 1 }),
    ...argoProjectManifests("p", wholeProject),
    ...emptyDefaultProjectManifests(),
  ];

  it("every field is known there", () => {
    expect(objects.flatMap((object) => crdProblems("argo-cd", object))).toEqual([]);
  });

  it("every field is typed, but those that are deprecated, doubled or Argo CD's own to write", () => {
    // The one source, each of several, and the dry one have the same fields; each counts once.
    const once = (path: string): string => path.replace(/^spec\.(sources\[\]|sourceHydrator\.drySource)/, "spec.source");
    const left = (kind: string): string[] => {
      const written = new Set(objects.filter((object) => object.kind === kind).flatMap((object) => fieldsOf(object.spec, "spec")).map(once));
      const isWritten = (field: string): boolean => [...written].some((path) => path === field || path.startsWith(`${field}.`));
      return [...new Set(crdFields("argo-cd", { apiVersion: "argoproj.io/v1alpha1", kind }).map(once))].filter((field) => !isWritten(field));
    };
    expect(left("Application")).toEqual(["spec.source.helm.values", "spec.source.helm.version"]);
    expect(left("AppProject")).toEqual(["spec.roles[].jwtTokens[].exp", "spec.roles[].jwtTokens[].iat", "spec.roles[].jwtTokens[].id", "spec.signatureKeys[].keyID"]);
  });

  it("and a misspelt one is not", () => {
    const app = byKind(argoAppManifests("a", basic), "Application");
    expect(crdProblems("argo-cd", { ...app, spec: { ...(app.spec as object), syncPolcy: {} } })).toHaveLength(1);
  });
});

/** Every field of a value, such as `spec.sources[].path`. */
function fieldsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, field]) => fieldsOf(field, `${path}.${name}`));
}
