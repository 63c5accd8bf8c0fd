import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "@rzp/core";
import { application, configMap, deployment, gitTree, object, SONARR, SOURCE } from "./fixtures.ts";
import { GitTree, GitTreeError } from "./index.ts";

function problemsOf(objects: readonly KubernetesObject[], folder = SONARR, source = SOURCE): string[] {
  try {
    gitTree("/nowhere").add(folder, objects, { source }).files();
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(GitTreeError);
    return (error as GitTreeError).problems.map(({ path, message }) => `${path.slice(path.lastIndexOf("/") + 1)}: ${message}`);
  }
}

function caught(call: () => unknown): GitTreeError {
  try {
    call();
  } catch (error) {
    if (error instanceof GitTreeError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const WHY = "a Secret, and what is rendered is committed. Declare an ExternalSecret and keep the values in the secret store; what must exist before that works is made by the bootstrap.";
const SECRETS = `is ${WHY}`;
/** A chart's Application with these values. */
const chart = (helm: object): KubernetesObject => ({ ...application("sonarr"), spec: { ...(application("sonarr").spec as object), source: { repoURL: "https://a.example.com", chart: "a", targetRevision: "1", helm } } });
const bad = (value: unknown): KubernetesObject => value as KubernetesObject;
const external = (remoteRef: object): KubernetesObject => object("ExternalSecret", "sonarr", { spec: { secretStoreRef: { kind: "ClusterSecretStore", name: "infisical" }, target: { name: "sonarr", creationPolicy: "Orphan" }, data: [{ secretKey: "A", remoteRef: { key: "/a/A", ...remoteRef } }] } }, "external-secrets.io/v1");
const store = (auth: object): KubernetesObject => object("ClusterSecretStore", "infisical", { spec: { provider: { infisical: { hostAPI: "https://app.infisical.com", auth, secretsScope: { projectSlug: "a", environmentSlug: "prod", secretsPath: "/", recursive: false, expandSecretReferences: true } } } } }, "external-secrets.io/v1", null);
const ref = { name: "identity", key: "clientId", namespace: "external-secrets" };
const pool = (spec: object): KubernetesObject => object("IPAddressPool", "sonarr", { spec }, "metallb.io/v1beta1", "metallb-system");
const job = (spec: object): KubernetesObject => object("RecurringJob", "sonarr", { spec }, "longhorn.io/v1beta2", "longhorn-system");

describe("what a person reads", () => {
  it.each<[string, KubernetesObject, string]>([
    ["a Secret", object("Secret", "sonarr"), `sonarr: Secret "sonarr" ${SECRETS}`],
    ["a Secret in other letters", object("secret", "sonarr", {}, "V1"), `sonarr: secret "sonarr" ${SECRETS}`],
    ["a Secret of another group", object("Secret", "sonarr", {}, "example.com/v1"), `sonarr: Secret "sonarr" ${SECRETS}`],
    ["a list", bad({ apiVersion: "v1", kind: "List", items: [configMap("a")] }), 'sonarr: List "" is a list. Add its items one by one: a file holds one object.'],
    ["a typed list", bad({ apiVersion: "v1", kind: "ConfigMapList", metadata: { name: "x" }, items: [] }), 'sonarr: ConfigMapList "x" is a list. Add its items one by one: a file holds one object.'],
    ["a Secret inside a chart's values", chart({ valuesObject: { extra: [{ apiVersion: "v1", kind: "Secret", stringData: { a: "b" } }] } }), `application.yaml: spec.source.helm.valuesObject.extra[0] ${SECRETS}`],
    ["a Secret as text in a chart's values", chart({ values: "extraDeploy:\n  - apiVersion: v1\n    kind: Secret\n    stringData:\n      a: b\n" }), `application.yaml: spec.source.helm.values holds ${WHY}`],
    ["a Secret as a template in a chart's values", chart({ valuesObject: { extraDeploy: ['apiVersion: v1\nkind: "Secret" # ours\n{{- if .Values.on }}\ndata: {}\n{{- end }}'] } }), `application.yaml: spec.source.helm.valuesObject.extraDeploy[0] holds ${WHY}`],
    ["a Secret in a file, after other documents", configMap("sonarr", { "all.yaml": "kind: ConfigMap\n---\r\ndata:\r\n  a: Yg==\r\n\r\nkind: secret\r\n" }), `configmap.yaml: data.all.yaml holds ${WHY}`],
    ["a Secret that begins with its kind, in a list", configMap("sonarr", { a: "- kind: Secret\n  metadata: {}\n  data:\n    a: b" }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret as JSON in a file", configMap("sonarr", { a: '{"items":[{"kind":"Secret","data":{"a":"Yg=="}}]}' }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret in a text that begins with a template", configMap("sonarr", { a: "{{- if true }}\nkind: Secret\nstringData:\n  a: hunter2\n{{- end }}\n" }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret in braces, in a list", configMap("sonarr", { a: "extra:\n- {kind: Secret, stringData: {a: hunter2}}\n" }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret in braces, over lines and with a template", configMap("sonarr", { a: '{apiVersion: v1,\n  data: {a: {{ .Values.a | quote }}, b: "}"},\n  kind: "Secret" # ours\n}' }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret in braces alone", configMap("sonarr", { a: "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: hunter2}}" }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret in the second of two JSON documents", configMap("sonarr", { a: '{"kind":"ConfigMap","data":{}}\n{"kind":"Secret","data":{"a":"Yg=="}}\n' }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret with templates further left", configMap("sonarr", { a: "extra:\n  kind: Secret\n{{- if .Values.on }}\n  data:\n    a: Yg==\n{{- end }}\n" }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret with a template's comment further left", configMap("sonarr", { a: "extra:\n  kind: Secret\n{{- /*\nours\n*/}}\n  data:\n    a: Yg==\n" }), `configmap.yaml: data.a holds ${WHY}`],
    ["a Secret between braces of others", configMap("sonarr", { a: "open: '{{'\nkind: Secret\ndata:\n  a: Yg==\nclose: '}}'\n" }), `configmap.yaml: data.a holds ${WHY}`],
    ["nothing", bad(null), "sonarr: objects[0] is no object"],
    ["no apiVersion", bad({ kind: "ConfigMap", metadata: { name: "a" } }), "sonarr: objects[0] has no apiVersion"],
    ["no kind", bad({ apiVersion: "v1", metadata: { name: "a" } }), "sonarr: objects[0] has no kind"],
    ["no metadata", bad({ apiVersion: "v1", kind: "ConfigMap" }), "sonarr: objects[0], a ConfigMap, has no metadata.name. Every object in git has a name; generateName makes a new object at each sync."],
    ["generateName", bad({ apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "a-" } }), "sonarr: objects[0], a ConfigMap, has no metadata.name. Every object in git has a name; generateName makes a new object at each sync."],
    ["a name in capitals", configMap("Sonarr"), 'sonarr: ConfigMap "Sonarr": metadata.name is not a name for a Kubernetes object. Use a-z, 0-9, - and dots, a letter or digit at both ends.'],
    ["a name with a slash", object("Role", "a/b", { rules: [] }, "rbac.authorization.k8s.io/v1"), 'sonarr: Role "a/b": metadata.name is not a name for a Kubernetes object. Use a-z, 0-9, - and dots, a letter or digit at both ends.'],
    ["no namespace", object("ConfigMap", "a", {}, "v1", null), 'sonarr: ConfigMap "a": metadata.namespace is missing. Say which namespace it belongs to; Argo CD would choose one otherwise.'],
    ["a namespace that is none", object("ConfigMap", "a", {}, "v1", "Media"), 'sonarr: ConfigMap "a": metadata.namespace "Media" is not a DNS label. Say which namespace it belongs to; Argo CD would choose one otherwise.'],
    ["a namespace where there is none", object("Namespace", "media"), 'sonarr: Namespace "media": metadata.namespace is "media", but a Namespace lives in no namespace. Leave it out.'],
    ["an unknown kind", object("Deploymnet", "sonarr", {}, "apps/v1"), 'deploymnet.yaml: kind is apps/v1/Deploymnet, a kind without a schema, so a misspelt field would go unseen. Check apiVersion and kind, or hand its schema to GitTree: schemas: { "apps/v1/Deploymnet": { scope: "Namespaced", schema: { properties: { spec: ... } } } }.'],
    ["a kind that is a part only", object("Container", "sonarr"), 'container.yaml: kind is v1/Container, a kind without a schema, so a misspelt field would go unseen. Check apiVersion and kind, or hand its schema to GitTree: schemas: { "v1/Container": { scope: "Namespaced", schema: { properties: { spec: ... } } } }.'],
    ["an unknown field", deployment("sonarr", { imagePullPolcy: "Always" }), 'deployment.yaml: spec.template.spec.containers[0].imagePullPolcy is not a field here. Did you mean "imagePullPolicy"?'],
    ["an unknown field at the top", { ...deployment("sonarr"), spce: {} }, 'deployment.yaml: spce is not a field here. Did you mean "spec"?'],
    ["an unknown field of metadata", object("ConfigMap", "sonarr", { metadata: { name: "sonarr", namespace: "media", lables: {} } }), 'configmap.yaml: metadata.lables is not a field here. Did you mean "labels"?'],
    ["a wrong type", deployment("sonarr", {}, { replicas: "1" }), "deployment.yaml: spec.replicas must be integer"],
    ["a number as environment variable", deployment("sonarr", { env: [{ name: "A", value: 1 }] }), "deployment.yaml: spec.template.spec.containers[0].env[0].value must be string"],
    ["a missing field", bad({ ...deployment("sonarr"), spec: { template: deployment("sonarr").spec && (deployment("sonarr").spec as { template: object }).template } }), "deployment.yaml: spec.selector is missing"],
    ["a wrong word", deployment("sonarr", { imagePullPolicy: "Sometimes" }), "deployment.yaml: spec.template.spec.containers[0].imagePullPolicy must be one of Always, IfNotPresent, Never"],
    ["a label that is no text", object("ConfigMap", "sonarr", { metadata: { name: "sonarr", namespace: "media", labels: { a: true } } }), "configmap.yaml: metadata.labels.a must be string"],
    ["an unknown field of an Application", { ...application("sonarr"), spec: { ...(application("sonarr").spec as object), syncPolcy: {} } }, 'application.yaml: spec.syncPolcy is not a field here. Did you mean "syncPolicy"?'],
    ["a misspelt field newer than the library", external({ nullBytesPolicy: "Ignore" }), 'externalsecret.yaml: spec.data[0].remoteRef.nullBytesPolicy is not a field here. Known are: conversionStrategy, decodingStrategy, key, metadataPolicy, property, version.'],
    ["a wrong word in a field newer than the library", external({ nullBytePolicy: "Ignor" }), "externalsecret.yaml: spec.data[0].remoteRef.nullBytePolicy must be one of Fail, Ignore"],
    ["an unknown field in an object newer than the library", store({ kubernetesAuthCredentials: { identityId: { ...ref, nmae: "x" } } }), 'clustersecretstore-infisical.yaml: spec.provider.infisical.auth.kubernetesAuthCredentials has identityId, which has the field nmae, which does not exist. Did you mean "name"?'],
    ["another provider's field beside minProperties", store({ universalAuthCredentials: { clientId: ref, clientSecret: ref, vault: {} } }), "clustersecretstore-infisical.yaml: spec.provider.infisical.auth.universalAuthCredentials.vault is not a field here. Known are: clientId, clientSecret."],
    ["an unknown field by our schema", pool({ addresses: ["10.0.0.1-10.0.0.9"], autoasign: true }), 'ipaddresspool.yaml: spec.autoasign is not a field here. Did you mean "autoAssign"?'],
    ["a missing field by our schema", pool({}), "ipaddresspool.yaml: spec.addresses is missing"],
    ["a wrong word by our schema", job({ cron: "0 3 * * *", retain: 7, task: "backups" }), "recurringjob.yaml: spec.task must be one of backup, backup-force-create, filesystem-trim, snapshot, snapshot-cleanup, snapshot-delete, snapshot-force-create, system-backup"],
    ["metadata by our schema", { ...pool({ addresses: ["10.0.0.0/24"] }), metadata: { name: "sonarr", namespace: "a", lables: {} } as never }, 'ipaddresspool.yaml: metadata.lables is not a field here. Did you mean "labels"?'],
    ["what is not JSON", configMap("sonarr", { a: Number.NaN as never }), "configmap.yaml: data.a is NaN. A manifest holds plain JSON values only."],
  ])("%s", (_, object, message) => {
    expect(problemsOf([object])).toContain(message);
  });

  it.each([
    ["/kubernetes/a", "the folder is not a relative path with / between its folders. Write it as kubernetes/apps/media/sonarr."],
    ["kubernetes\\a", "the folder is not a relative path with / between its folders. Write it as kubernetes/apps/media/sonarr."],
    ["kubernetes/../a", "the folder has . or .. in it. Write the path from the repository's root, as it is."],
    ["kubernetes//a", 'the folder has the folder "". Use a-z, 0-9, -, _ and dots, a letter or digit at both ends.'],
    ["kubernetes/Apps", 'the folder has the folder "Apps". Use a-z, 0-9, -, _ and dots, a letter or digit at both ends.'],
    ["kubernetes/.git", 'the folder has the folder ".git". Use a-z, 0-9, -, _ and dots, a letter or digit at both ends.'],
    ["kube/a", "the folder is outside the tree. Put it below kubernetes."],
    ["kubernetes-a/b", "the folder is outside the tree. Put it below kubernetes."],
    ["kubernetes/a/b/c/d/e", "the folder is 6 levels deep; 5 is the most. Drop a folder between kubernetes and e."],
  ])("a folder that cannot be: %s", (folder, message) => {
    expect(problemsOf([configMap("a")], folder).join()).toContain(message);
  });

  it("allows five levels and no more", () => {
    expect(problemsOf([configMap("sonarr")], "kubernetes/apps/media/acquisition/sonarr")).toEqual([]);
  });

  it("names both sides of an object that is there twice, whatever its version", () => {
    const v1 = object("CronJob", "a", { spec: {} }, "batch/v1");
    const tree = gitTree("/nowhere").add("kubernetes/a", [v1], { source: "a.ts" }).add("kubernetes/b", [{ ...v1, apiVersion: "batch/v1beta1" }], { source: "b.ts" });
    expect(() => tree.files()).toThrow('b.ts: kubernetes/b/cronjob-a.yaml: CronJob "media/a" is declared twice, also by a.ts as kubernetes/a/cronjob.yaml. Argo CD would apply them in turn for ever: keep one.');
  });

  it("names both sides of two objects with one file", () => {
    const role = (namespace: string): KubernetesObject => object("Role", "a", { rules: [] }, "rbac.authorization.k8s.io/v1", namespace);
    expect(problemsOf([role("one"), role("two")])).toEqual(['role-a.yaml: rbac.authorization.k8s.io/v1/Role "two/a" would have the same file as rbac.authorization.k8s.io/v1/Role "one/a" of apps/deploy/src/services/apps/media/acquisition/sonarr.ts. Give them different folders, or say the folder\'s namespace when adding.']);
  });

  it("lists every problem at once, each with source and path, and without a stack", () => {
    const tree = gitTree("/nowhere").add(SONARR, [object("Secret", "a"), deployment("sonarr", { imag: "x" }, { replicas: "1" })], { source: SOURCE }).add("elsewhere", [configMap("a")], { source: "" });
    const error = caught(() => tree.files());
    expect(error.name).toBe("GitTreeError");
    expect(error.problems).toHaveLength(5);
    expect(error.message.split("\n")).toHaveLength(5);
    expect(error.message).toContain(`${SOURCE}: ${SONARR}/deployment.yaml: spec.replicas must be integer`);
    expect(error.stack).toBe(`GitTreeError: ${error.message}`);
  });

  it.each([
    [{ roots: [] }, "roots is empty."],
    [{ roots: ["../a"] }, 'roots[0] "../a" has . or .. in it.'],
    [{ roots: ["a", "a/b"] }, 'roots[1] "a/b" is inside the root "a". Name the outer one only.'],
    [{ roots: ["a", "a"] }, 'roots[0] "a" is inside the root "a".'],
    [{ roots: ["a"], state: "a/state" }, 'roots[0] "a" holds the state folder a/state.'],
    [{ roots: ["a"], state: "../x" }, 'state "../x" must be a folder below base.'],
    [{ roots: ["a"], generator: "a\nb" }, "generator must be one line"],
  ])("options that cannot be: %j", (options, message) => {
    expect(() => new GitTree({ base: "/nowhere", generator: "./rzp render", ...options })).toThrow(message);
  });
});

describe("what is accepted", () => {
  it.each<[string, KubernetesObject]>([
    ["a reference to a Secret", object("ConfigMap", "a", { data: { note: "kind: Secret\n" } })],
    ["references to a Secret beside data of others", configMap("a", { a: "volumes:\n  - kind: Secret\n    name: a\n  - data:\n      a: b\ndata: x\n", b: "kind: Secret\n---\ndata: x\n", c: "data:\n  ref:\n    kind: Secret\n", d: '{"ref":{"kind":"Secret"},"data":1}' })],
    ["references to a Secret in braces and templates", configMap("a", { a: "data: {ref: {kind: Secret, name: a}, data: x}\n", b: "{{- with .Values }}\nref:\n  kind: Secret\n{{- end }}\ndata: x\n", c: "[{kind: Secret}, {data: x}]\n", d: '{{ dict "data" 1 }}: {kind: Secret}\n' })],
    ["an ExternalSecret as text", configMap("a", { a: "kind: ExternalSecret\ndata:\n  - secretKey: a\n" })],
    ["a store with kubernetes auth, newer than the library", store({ kubernetesAuthCredentials: { identityId: ref, serviceAccountTokenPath: ref } })],
    ["a store with universal auth", store({ universalAuthCredentials: { clientId: ref, clientSecret: ref } })],
    ["an ExternalSecret with a field newer than the library", external({ nullBytePolicy: "Ignore" })],
    ["any value in a map, and any content where the schema has none", chart({ valuesObject: { any: { thing: [{ deep: 1 }] } } })],
    ["an RBAC name with a colon", object("ClusterRole", "system:a", { rules: [] }, "rbac.authorization.k8s.io/v1", null)],
    ["an empty object", deployment("a", { volumeMounts: [{ name: "tmp", mountPath: "/tmp" }] })],
    ["a pool", pool({ addresses: ["10.0.0.0/24"], autoAssign: false })],
    ["fields that are undefined", deployment("a", { env: undefined })],
  ])("%s", (_, object) => {
    expect(problemsOf([object])).toEqual([]);
  });

  it("a field first seen in a later object of the kind", () => {
    const tree = gitTree("/nowhere").add("kubernetes/a", [deployment("a"), deployment("b", { ports: [{ containerPort: 1 }] }), deployment("c", { ports: [{ containerPort: 1, nam: "x" }] })], { source: "a.ts" });
    expect(() => tree.files()).toThrow(/^a\.ts: kubernetes\/a\/deployment-c\.yaml: spec\.template\.spec\.containers\[0\]\.ports\[0\]\.nam is not a field here\. Did you mean "name"\?$/);
  });
});
